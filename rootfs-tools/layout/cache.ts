/**
 * An ld.so.cache for the tree, where a library is found by one only: what ldconfig(8) would write, called in
 * it. The host's own would name what the tree lacks. A tree whose libraries all stand in the loader's default
 * directories needs none.
 */
import type { Collector } from "../collect/collector.ts";
import { type CacheEntry, parseCache } from "../elf/ld-cache.ts";
import { encodeCache } from "../elf/ld-cache-write.ts";
import { parentOf } from "../files/paths.ts";
import { cacheEntries, configured } from "../load/ldconfig.ts";
import type { Layout } from "./layout.ts";
import { viewOf } from "./view.ts";

const CONFIGURATION = "/etc/ld.so.conf";
const MODE = 0o644;
const encoder = new TextEncoder();
const why = [{ by: "", name: "", rule: "libraries outside the default directories" }];

/** Adds the cache, and to the configuration the directories that it is made from. */
export function addCache(layout: Layout, { host, loaders: { cache } }: Collector): void {
  if (cache === undefined) return;
  const { loader, entries: wanted } = cache;
  configure(layout, viewOf(layout, host), wanted);
  const view = viewOf(layout, host);
  const found = cacheEntries(view, loader, loader.facts);
  const real = (path: string): string => view.walk(path).path;
  // Of two libraries by one name the one that the programs were resolved to comes first.
  const mended = wanted.filter(({ name, flags, path }) => {
    const same = found.filter((entry) => entry.name === name && entry.flags === flags);
    return same.length === 0 || !isBest(path, same, real);
  });
  const entries = [...mended, ...found];
  const known = new Set(entries.map(({ name, flags }) => `${flags}\0${name}`));
  const there = layout.read(loader.facts.cache);
  // What an earlier run wrote stays as far as it holds.
  for (const entry of there === undefined ? [] : [...parseCache(there, loader.facts.cache).values()].flat()) {
    const isKnown = known.has(`${entry.flags}\0${entry.name}`);
    if (!isKnown && view.walk(entry.path).entry?.kind === "file") entries.push(entry);
  }
  const content = encodeCache(entries, loader.bigEndian);
  layout.make(loader.facts.cache, { type: "file", mode: MODE, content, replace: true }, "config", why);
}

/** Whether the cache leads to `path`: by its level, or as the first without one. */
function isBest(path: string, same: readonly CacheEntry[], real: (path: string) => string): boolean {
  const plain = same.find(({ level, hwcap }) => level === undefined && hwcap === 0n);
  const special = same.filter(({ level, hwcap }) => level !== undefined || hwcap !== 0n);
  return [...special, ...(plain === undefined ? [] : [plain])].some(
    (entry) => real(entry.path) === real(path),
  );
}

/** Names the directories of `wanted` in the tree's ld.so.conf, where that does not do so already. */
function configure(layout: Layout, view: ReturnType<typeof viewOf>, wanted: readonly CacheEntry[]): void {
  const known = new Set(configured(view).map((path) => view.walk(path).path));
  const missing = new Set<string>();
  for (const { path } of wanted) {
    const directory = parentOf(path).replace(/\/glibc-hwcaps\/[^/]+$/, "");
    if (!known.has(view.walk(directory).path)) missing.add(directory);
  }
  if (missing.size === 0) return;
  const text = view.text(CONFIGURATION);
  const content = encoder.encode(
    `${text === "" || text.endsWith("\n") ? text : `${text}\n`}${[...missing].join("\n")}\n`,
  );
  layout.make(CONFIGURATION, { type: "file", mode: MODE, content, replace: true }, "config", why);
}
