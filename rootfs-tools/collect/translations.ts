/**
 * The translations, see gettext(3), of programs that were collected. A program hands the name of its
 * catalogue to textdomain(3), so the name stands in it, or in a library of it, as a string.
 */
import { closeSync, fstatSync, readSync } from "node:fs";
import { errnoOf } from "../files/failure.ts";
import { openWithoutLinks } from "../files/small-file.ts";
import type { Collector } from "./collector.ts";
import { translationsOf } from "./locale-name.ts";

const DIRECTORIES = ["/usr/share/locale", "/usr/share/locale-langpack", "/usr/local/share/locale"];
const CATALOGUE = ".mo";
const CHUNK = 2 ** 22;
/** Longer than any name of a catalogue, which may lie across two chunks. */
const OVERLAP = 64;
/** Adds the catalogues of the locales `names` that something which was collected speaks of. */
export function addTranslations(collector: Collector, names: readonly string[]): void {
  const { host, manifest } = collector;
  const catalogues: { readonly domain: string; readonly path: string }[] = [];
  for (const directory of DIRECTORIES) {
    for (const name of new Set(names.flatMap(translationsOf))) {
      for (const category of host.list(`${directory}/${name}`)) {
        const place = `${directory}/${name}/${category}`;
        if (!category.startsWith("LC_")) continue;
        for (const file of host.list(place)) {
          if (file.endsWith(CATALOGUE))
            catalogues.push({ domain: file.slice(0, -CATALOGUE.length), path: `${place}/${file}` });
        }
      }
    }
  }
  const wanted = new Set(catalogues.map(({ domain }) => domain));
  const found = new Map<string, string>();
  for (const { path, kind, source } of manifest.items.values()) {
    if (source === undefined || wanted.size === 0) continue;
    if (kind !== "program" && kind !== "library" && kind !== "interpreter") continue;
    for (const domain of spokenOf(source.path, wanted)) {
      found.set(domain, path);
      wanted.delete(domain);
    }
  }
  for (const { domain, path } of catalogues) {
    const by = found.get(domain);
    if (by !== undefined) collector.file(path, { by, name: domain, rule: "translations, --locale" });
  }
}

/** Those of `domains` that stand in a file: at the end of a string in a binary, as a word in a script. */
function* spokenOf(path: string, domains: ReadonlySet<string>): Generator<string> {
  const decoder = new TextDecoder("latin1");
  const buffer = new Uint8Array(CHUNK + OVERLAP);
  let fd: number | undefined;
  try {
    fd = openWithoutLinks(path);
    const { size } = fstatSync(fd);
    let script = false;
    for (let at = 0; at < size; at += CHUNK) {
      const text = decoder.decode(buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, at)));
      if (at === 0) script = text.startsWith("#!");
      // Linkers keep "tool" as the end of "GNU tool": the last word of a string is enough.
      const words = script ? text.split(/[^\w.+-]+/) : text.split(/\0+/).map(lastWord);
      for (const word of new Set(words)) if (domains.has(word)) yield word;
    }
  } catch (error) {
    // What cannot be read cannot be copied either, and is told then.
    if (errnoOf(error) === "") throw error;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Looked for in the end of it alone: a hostile file is one long word. */
const lastWord = (text: string): string => /[\w.+-]+$/.exec(text.slice(-OVERLAP))?.[0] ?? "";
