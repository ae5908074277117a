/** What ldconfig(8) would put into the cache of a tree, found as it finds it. */
import type { Elf, Machine } from "../elf/elf.ts";
import { type CacheEntry, cacheFlags } from "../elf/ld-cache.ts";
import { baseOf, type Walk } from "../files/paths.ts";
import type { LoaderFacts } from "./loader-facts.ts";

/** A tree, on disk or still to be written. Paths are those inside. */
export interface TreeView {
  walk(path: string): Walk;
  /** The names in a directory that holds no links on its way. */
  list(directory: string): readonly string[];
  /** The ELF object in a regular file, whose path holds no links; `undefined` where it is none. */
  elf(walk: Walk): Elf | undefined;
  text(path: string): string;
}

/** The machines whose libraries one ldconfig takes. */
const FAMILIES: readonly (readonly number[])[] = [
  [3, 62],
  [40, 183],
  [20, 21],
];

/** The subdirectories of x86 that ldconfig before 2.37 looked into, and their bits. */
const LEGACY: Readonly<Record<string, bigint>> = {
  tls: 1n << 63n,
  xeon_phi: 1n << 51n,
  haswell: 1n << 50n,
  i686: 1n << 49n,
  i586: 1n << 48n,
  avx512_1: 1n << 2n,
  x86_64: 1n << 1n,
  sse2: 1n << 0n,
};
const X86 = [3, 62];

const MOST_DIRECTORIES = 10_000;
const MOST_INCLUDES = 100;

/** A directory of libraries. */
interface Directory {
  /** As it is named in the configuration. */
  readonly path: string;
  readonly hwcap: bigint;
  readonly level: string | undefined;
}

/** The entries of the cache that the loader for `machine` reads, in ldconfig's order of directories. */
export function cacheEntries(view: TreeView, machine: Machine, facts: LoaderFacts): CacheEntry[] {
  const entries: CacheEntry[] = [];
  const seen = new Set<string>();
  const pending: Directory[] = [...configured(view), ...systemDirectories(facts)]
    .map((path) => ({ path, hwcap: 0n, level: undefined }))
    .reverse();
  for (let count = 0; count < MOST_DIRECTORIES; count++) {
    const directory = pending.pop();
    if (directory === undefined) break;
    const { path: real, entry } = view.walk(directory.path);
    if (entry?.kind !== "directory" || seen.has(real)) continue;
    seen.add(real);
    entries.push(...inDirectory(view, real, directory, machine));
    pending.push(...below(view, real, directory, machine, facts));
  }
  return entries;
}

function systemDirectories({ directories }: LoaderFacts): string[] {
  const plain = directories.filter((path) => path.endsWith("/lib64")).map((path) => path.slice(0, -2));
  return [...directories, ...plain.filter((path) => !directories.includes(path))];
}

/** The directories that the tree's ld.so.conf names, and what that includes. */
export function configured(view: TreeView): string[] {
  const directories: string[] = [];
  const pending = ["/etc/ld.so.conf"];
  for (let files = 0; files < MOST_INCLUDES; files++) {
    const path = pending.shift();
    if (path === undefined) break;
    const includes: string[] = [];
    for (const line of view.text(path).split("\n")) {
      const text = line.replace(/#.*/, "").trim();
      const include = /^include[ \t]+(.*)$/.exec(text)?.[1];
      if (include !== undefined)
        includes.push(...include.split(/[ \t]+/).flatMap((name) => matching(view, name, path)));
      else if (text !== "" && !text.startsWith("hwcap")) {
        directories.push(
          ...text
            .split(/[ \t,:=]+/)
            .filter((name) => name.startsWith("/"))
            .map(withoutSlash),
        );
      }
    }
    pending.unshift(...includes);
  }
  return directories;
}

const withoutSlash = (path: string): string => path.replace(/(?<=.)\/+$/, "");

/** The files that an include line means: `*` and `?` in the last part of a path. */
function matching(view: TreeView, name: string, by: string): string[] {
  const pattern = name.startsWith("/") ? name : `${by.slice(0, by.lastIndexOf("/"))}/${name}`;
  const last = baseOf(pattern);
  if (!/[*?]/.test(last)) return [pattern];
  const directory = pattern.slice(0, -last.length - 1) || "/";
  const walk = view.walk(directory);
  if (walk.entry?.kind !== "directory") return [];
  return view
    .list(walk.path)
    .filter((file) => !file.startsWith(".") && new Bun.Glob(last).match(file))
    .toSorted()
    .map((file) => `${directory}/${file}`);
}

/** Subdirectories for better CPUs. */
function below(
  view: TreeView,
  real: string,
  { path, hwcap, level }: Directory,
  { machine }: Machine,
  facts: LoaderFacts,
): Directory[] {
  if (level !== undefined) return [];
  const found: Directory[] = [];
  const levels = facts.hwcaps && hwcap === 0n ? view.walk(`${real}/glibc-hwcaps`) : undefined;
  if (levels?.entry?.kind === "directory") {
    for (const name of view.list(levels.path)) {
      found.push({ path: `${path}/glibc-hwcaps/${name}`, hwcap: 0n, level: name });
    }
  }
  if (!facts.legacy || !X86.includes(machine)) return found;
  for (const name of view.list(real)) {
    const bit = LEGACY[name];
    if (bit !== undefined) found.push({ path: `${path}/${name}`, hwcap: hwcap | bit, level: undefined });
  }
  return found;
}

const IS_LIBRARY = /^(?:lib.*\.so|ld-.*\.so|ld\.so|ld64\.so)/s;

function inDirectory(
  view: TreeView,
  real: string,
  { path, hwcap, level }: Directory,
  machine: Machine,
): CacheEntry[] {
  const family = FAMILIES.find((machines) => machines.includes(machine.machine)) ?? [machine.machine];
  const entries = new Map<string, CacheEntry>();
  for (const file of view.list(real)) {
    if (!IS_LIBRARY.test(file)) continue;
    const walk = view.walk(`${real === "/" ? "" : real}/${file}`);
    const elf = walk.entry?.kind === "file" ? view.elf(walk) : undefined;
    if (elf === undefined || elf.type !== "shared" || !family.includes(elf.machine)) continue;
    if (elf.bigEndian !== machine.bigEndian) continue;
    const name = keyOf(file, elf.soname ?? file, walk);
    if (!entries.has(name))
      entries.set(name, { name, path: `${path}/${name}`, flags: flagsOf(elf), hwcap, level });
  }
  return [...entries.values()];
}

/** The name that the cache has a file by: its soname, or that of a link which is there for the linker. */
const keyOf = (file: string, soname: string, { links }: Walk): string =>
  links.length > 0 && file.endsWith(".so") && soname.startsWith(file) ? file : soname;

/** i386 libraries are known by what they need. */
function flagsOf(elf: Elf): number {
  const flags = cacheFlags(elf);
  if (flags !== 3) return flags;
  const isForGlibc =
    elf.needed.some(({ name }) => /^lib[cm]\.so\.6$/.test(name)) ||
    /\/ld-linux\.so\.2$/.test(elf.interpreter ?? "");
  return isForGlibc ? flags : 1;
}
