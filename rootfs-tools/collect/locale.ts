/**
 * Locales, see locale(7): the data that setlocale(3) loads, out of a directory or out of the archive of all
 * of them, and the translations of the programs that were collected.
 */
import { NsboxError } from "../../src/util/errors.ts";
import type { Host } from "../load/host.ts";
import type { Collector } from "./collector.ts";
import { isBuiltIn } from "./gconv-modules.ts";
import { hasGlibc, libcs } from "./libc.ts";
import { type LocaleArchive, readLocaleArchive } from "./locale-archive.ts";
import { normalCodeset, normalLocale, parseLocale, spell } from "./locale-name.ts";
import type { Reason } from "./manifest.ts";
import { packageHint } from "./package-hint.ts";
import { addTranslations } from "./translations.ts";

const ARCHIVE_NAME = /\0(\/[\x21-\x7e]+)\/locale-archive\0/;
const USUAL = "/usr/lib/locale";
const MUSL = "/usr/share/i18n/locales/musl";
/** Which of the strings of LC_CTYPE is the charset, nl_langinfo(3). */
const CODESET_INDEX = 14;
const LARGEST_CTYPE = 2 ** 24;

/** What every libc has built in. */
const isPlain = (name: string): boolean => name === "C" || name === "POSIX";
/** What glibc since 2.35 and musl have built in; a directory of it adds the order of letters. */
const isPlainUtf8 = (name: string): boolean => normalLocale(name) === "C.utf8";

/**
 * Adds the locales `names`. Returns the charsets that libc converts only with a module. Throws NsboxError
 * where a locale is not there.
 */
export function addLocales(collector: Collector, names: readonly string[]): readonly string[] {
  const charsets = new Set<string>();
  const libraries = libcs(collector);
  for (const name of names) {
    if (isPlain(name)) continue;
    const charset = hasGlibc(libraries) ? addGlibc(collector, name) : addMusl(collector, name);
    if (charset !== undefined && !isBuiltIn(charset)) charsets.add(charset);
  }
  addTranslations(collector, names);
  return [...charsets];
}

const why = (name: string): Reason => ({ by: "", name, rule: "locale, --locale" });

function addGlibc(collector: Collector, name: string): string | undefined {
  const { host } = collector;
  const compiled = libcs(collector).map((libc) => libc.find(ARCHIVE_NAME)?.[1]);
  const roots = [...new Set([...compiled.filter((path) => path !== undefined), USUAL])];
  const known: string[] = [];
  for (const root of roots) {
    // The archive comes before directories.
    const archive = readLocaleArchive(host, `${root}/locale-archive`);
    const archived = archive?.names.find((other) => normalLocale(other) === normalLocale(name));
    if (archive !== undefined && archived !== undefined)
      return unpack(collector, archive, { root, name: archived });
    const directory = host.list(root).find((other) => normalLocale(other) === normalLocale(name));
    if (directory !== undefined && host.isDirectory(`${root}/${directory}`)) {
      collector.tree(`${root}/${directory}`, why(name));
      return charsetOf(host.read(`${root}/${directory}/LC_CTYPE`, LARGEST_CTYPE));
    }
    known.push(...(archive?.names ?? []), ...host.list(root).filter((other) => other !== "locale-archive"));
  }
  if (isPlainUtf8(name)) return undefined;
  throw absent(host, name, known);
}

/** Writes a locale of the archive as a directory: the tree needs none of the other hundreds. */
function unpack(
  collector: Collector,
  archive: LocaleArchive,
  { root, name }: { root: string; name: string },
): string | undefined {
  const parts = parseLocale(name);
  const directory = parts === undefined ? name : spell({ ...parts, codeset: normalCodeset(parts.codeset) });
  const categories = archive.read(name);
  for (const [category, content] of categories) {
    const file = category === "LC_MESSAGES" ? `${category}/SYS_${category}` : category;
    collector.text(`${root}/${directory}/${file}`, content, why(name), { replace: true });
  }
  return charsetOf(categories.get("LC_CTYPE"));
}

/** The charset that a LC_CTYPE tells: after a magic number and a count, offsets of its strings. */
function charsetOf(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined || bytes.length < 8 + 4 * (CODESET_INDEX + 1)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = view.getUint32(8 + 4 * CODESET_INDEX, true);
  const end = bytes.indexOf(0, start);
  return end < 0 ? undefined : new TextDecoder("latin1").decode(bytes.subarray(start, end));
}

/** musl takes translations only, and every charset is UTF-8. */
function addMusl(collector: Collector, name: string): undefined {
  if (isPlainUtf8(name)) return;
  const known = collector.host.list(MUSL);
  if (!known.includes(name)) throw absent(collector.host, name, known);
  collector.file(`${MUSL}/${name}`, why(name));
}

function absent(host: Host, name: string, known: readonly string[]): NsboxError {
  const { language = "", territory = "", codeset = "" } = parseLocale(name) ?? {};
  const land = territory === "" ? language : `${language}_${territory}`;
  const charset = codeset === "" ? "UTF-8" : codeset;
  const close = known.filter((other) => other.startsWith(language));
  const packages = {
    debian: `localedef -i ${land} -f ${charset} ${name} makes it, with the package "locales"`,
    fedora: `glibc-langpack-${language}`,
    alpine: "musl-locales",
    arch: `localedef -i ${land} -f ${charset} ${name} makes it`,
    suse: "glibc-locale",
  };
  return new NsboxError(`Cannot add the locale "${name}"`, {
    cause: `this system has ${(close.length > 0 ? close : known).join(", ") || "no locales"}`,
    code: "not-found",
    ...(parseLocale(name) === undefined ? {} : packageHint(host, packages)),
  });
}
