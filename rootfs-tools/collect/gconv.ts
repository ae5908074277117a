/** Charsets that iconv(3) and locales convert: glibc's modules. musl has all of its charsets built in. */
import { NsboxError } from "../../src/util/errors.ts";
import { parentOf } from "../files/paths.ts";
import type { Collector } from "./collector.ts";
import { type Conversions, conversionsOf, isBuiltIn, readConversions } from "./gconv-modules.ts";
import { type Libc, libcs } from "./libc.ts";
import type { Reason } from "./manifest.ts";
import { packageHint } from "./package-hint.ts";

const PACKAGES = {
  debian: 'the packages "libc6" and, since Debian 13, "libc-gconv-modules-extra" have them',
  fedora: "glibc-gconv-extra",
  arch: "glibc",
  suse: "glibc-locale-base",
};
/** The directory is one of libc's own strings. */
const COMPILED_IN = /\0(\/[\x21-\x7e]+\/gconv)\0/;

/**
 * Adds the modules for `charsets` to every glibc that was collected: all with their configuration and cache,
 * some with a configuration of their own. Throws NsboxError where one is not there.
 */
export function addGconv(collector: Collector, charsets: "all" | readonly string[]): void {
  const why = (name: string): Reason => ({ by: "", name, rule: "charset, --gconv" });
  const places = directories(collector);
  if (places.size === 0) collector.note("no program here loads glibc: there are no charsets to add to it");
  for (const directory of places) {
    if (!collector.host.isDirectory(directory)) {
      throw absent(collector, "charsets", `"${directory}": no such directory`);
    }
    if (charsets === "all") collector.tree(directory, why(directory));
    else addSome(collector, directory, charsets, why);
  }
}

function addSome(
  collector: Collector,
  directory: string,
  charsets: readonly string[],
  why: (name: string) => Reason,
): void {
  const known: Conversions = readConversions(collector.host, directory);
  const lines = new Set<string>();
  for (const charset of charsets) {
    const found = conversionsOf(charset, known);
    if (found.files.size === 0) {
      if (isBuiltIn(charset)) continue;
      throw absent(collector, `the charset "${charset}"`, `no module for it in "${directory}"`);
    }
    for (const file of found.files) collector.file(file, why(charset));
    for (const line of found.lines) lines.add(line.trim().replace(/\s+/g, " "));
  }
  if (lines.size === 0) return;
  // The system's cache names what the tree lacks; without one the configuration is read.
  const path = `${directory}/gconv-modules`;
  collector.text(path, `${[...lines].join("\n")}\n`, why(path), { replace: true });
}

function directories(collector: Collector): Set<string> {
  const glibc = libcs(collector).filter(({ kind }) => kind === "glibc");
  return new Set(glibc.map((libc: Libc) => libc.find(COMPILED_IN)?.[1] ?? `${parentOf(libc.path)}/gconv`));
}

const absent = ({ host }: Collector, what: string, cause: string): NsboxError =>
  new NsboxError(`Cannot add ${what}`, { cause, code: "not-found", ...packageHint(host, PACKAGES) });
