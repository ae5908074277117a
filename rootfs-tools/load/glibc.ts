/** The search rules of glibc's loader, see ld.so(8). */
import { NsboxError } from "../../src/util/errors.ts";
import type { Cpu } from "../elf/cpu.ts";
import type { Elf, Machine, Needed } from "../elf/elf.ts";
import { type CacheEntry, parseCache, takesFlags } from "../elf/ld-cache.ts";
import { expandTokens } from "../elf/tokens.ts";
import { baseOf, parentOf } from "../files/paths.ts";
import { type PathList, SearchPaths } from "./glibc-paths.ts";
import type { Host } from "./host.ts";
import type { Hit, Loaded, Loader, Place } from "./loader.ts";
import type { LoaderFacts } from "./loader-facts.ts";

/** The rule of libraries that ld.so.cache names. */
export const CACHE_RULE = "ld.so.cache";
const LONGEST_CACHE = 2 ** 26;
const DEFAULT_RULE = "default directories";

/** What a loader of glibc goes by. */
export interface GlibcOptions {
  readonly facts: LoaderFacts;
  readonly cpu: Cpu;
  /** Stands for LD_LIBRARY_PATH; the environment is never looked at. */
  readonly libraryPath: readonly string[];
}

/** glibc's loader at one path, and what it has looked for before. */
export class Glibc implements Loader {
  readonly bits: 32 | 64;
  readonly machine: number;
  readonly bigEndian: boolean;
  readonly facts: LoaderFacts;
  readonly #cpu: Cpu;
  readonly #host: Host;
  readonly #subdirectories = new Map<string, readonly string[]>();
  readonly #paths: SearchPaths;
  /** What the cache and the default directories hold: the same for whoever asks. */
  readonly #common = new Map<string, { readonly hit: Hit | undefined; readonly tried: readonly Place[] }>();
  #cache: Map<string, CacheEntry[]> | undefined;
  #depends = false;
  /** The directories that need no cache, each with a slash at its end. */
  #defaults: ReadonlySet<string> | undefined;

  constructor(host: Host, machine: Machine, { facts, cpu, libraryPath }: GlibcOptions) {
    this.#host = host;
    this.bits = machine.bits;
    this.machine = machine.machine;
    this.bigEndian = machine.bigEndian;
    this.facts = facts;
    this.#cpu = cpu;
    const platform = () => {
      this.#depends = true;
      return cpu.platform;
    };
    this.#paths = new SearchPaths(host, { facts, libraryPath, platform });
  }

  get dependsOnCpu(): boolean {
    return this.#depends;
  }

  dependencies(elf: Elf): readonly Needed[] {
    return elf.needed;
  }

  namesOf({ path, elf: { soname } }: Loaded, requested: string): readonly string[] {
    return soname === undefined ? [path, requested] : [path, requested, soname];
  }

  nameFor(name: string, by: Loaded): string | undefined {
    return name.includes("$") ? expandTokens(name, () => this.#paths.tokens(by)) : name;
  }

  isSelf(): boolean {
    return false;
  }

  /** The loader searches for DT_AUDIT with the program's RUNPATH too, and hands it on as if it were a RPATH. */
  apart(program: Loaded): Loaded | undefined {
    const { audit, runpath, rpath } = program.elf;
    if (audit.length === 0) return undefined;
    const names = audit.flatMap((list) => list.split(":")).filter((name) => name !== "");
    const elf = { ...program.elf, needed: names.map((name): Needed => ({ name, kind: "audit" })) };
    return { ...program, elf: { ...elf, rpath: runpath ?? rpath, runpath: undefined } };
  }

  find(name: string, by: Loaded, tried: Place[]): Hit | undefined {
    if (name.includes("/")) return this.#open(name, "path in DT_NEEDED", tried);
    for (const list of this.#paths.any(by) ? this.#paths.lists(by) : []) {
      const hit = this.#inList(name, list, tried);
      if (hit !== undefined) return hit;
    }
    const key = `${by.elf.noDefaultLibraries ? "-" : ""}${name}`;
    let common = this.#common.get(key);
    if (common === undefined) {
      const places: Place[] = [];
      common = { hit: this.#inCommon(name, by.elf.noDefaultLibraries, places), tried: places };
      this.#common.set(key, common);
    }
    tried.push(...common.tried);
    return common.hit;
  }

  /** Whether the library at `path` is found without a cache. */
  isDefault(path: string): boolean {
    const parent = `${parentOf(path)}/`;
    this.#defaults ??= new Set(
      this.facts.directories.flatMap((directory) =>
        this.#search(directory).map((subdirectory) => prefix(directory) + subdirectory),
      ),
    );
    return this.#defaults.has(parent);
  }

  #inCommon(name: string, noDefault: boolean, tried: Place[]): Hit | undefined {
    const cached = this.inCache(name);
    if (cached === undefined) tried.push({ path: this.facts.cache, rule: "cache" });
    else if (!noDefault || !this.facts.directories.some((directory) => cached.startsWith(`${directory}/`))) {
      const hit = this.#open(cached, CACHE_RULE, tried);
      if (hit !== undefined) return hit;
    }
    return noDefault
      ? undefined
      : this.#inList(name, { directories: this.facts.directories, rule: DEFAULT_RULE }, tried);
  }

  /** The path that the cache holds for `name`: the best glibc-hwcaps level first, then the first that fits. */
  inCache(name: string): string | undefined {
    this.#cache ??= this.#readCache();
    const fitting = (this.#cache.get(name) ?? []).filter(({ flags }) => takesFlags(this, flags));
    if (fitting.some(({ level, hwcap }) => level !== undefined || hwcap !== 0n)) this.#depends = true;
    for (const wanted of this.facts.hwcaps ? this.#cpu.levels : []) {
      const best = fitting.find(({ level }) => level === wanted);
      if (best !== undefined) return best.path;
    }
    let supported = 0n;
    if (this.facts.legacy) for (const [, bit] of this.#cpu.legacy) supported |= bit;
    return fitting.find(({ level, hwcap }) => level === undefined && (hwcap & ~supported) === 0n)?.path;
  }

  #readCache(): Map<string, CacheEntry[]> {
    const bytes = this.#host.read(this.facts.cache, LONGEST_CACHE);
    return bytes === undefined ? new Map() : parseCache(bytes, this.facts.cache);
  }

  #inList(name: string, { directories, rule }: PathList, tried: Place[]): Hit | undefined {
    for (const directory of directories) {
      for (const subdirectory of this.#search(directory)) {
        const path = `${prefix(directory)}${subdirectory}${name}`;
        const found = this.#library(path);
        if (typeof found === "object") return { path, file: found, elf: found.elf, rule };
        // Any other failure than absence ends the list: the loader goes on with the next one.
        if (found === "stop" && this.#host.isDirectory(directory)) {
          tried.push({ path, rule: `${rule}, which end here` });
          return undefined;
        }
        if (found !== "absent" && found !== "stop") tried.push({ path, rule: `${rule}, ${found}` });
      }
      tried.push({ path: directory || ".", rule });
    }
    return undefined;
  }

  /** The subdirectories of `directory` that come before it, each with a slash at its end, and `""` for itself. */
  #search(directory: string): readonly string[] {
    let known = this.#subdirectories.get(directory);
    if (known === undefined) {
      const exists = (name: string) => this.#host.isDirectory(prefix(directory) + name);
      const found: string[] = [];
      if (this.facts.hwcaps && exists("glibc-hwcaps")) {
        for (const level of this.#cpu.levels) {
          if (exists(`glibc-hwcaps/${level}`)) found.push(`glibc-hwcaps/${level}/`);
        }
      }
      if (this.facts.legacy) {
        const names = this.#cpu.legacy.map(([name]) => name);
        if (names.some(exists)) found.push(...combinations(names).filter(exists));
      }
      if (found.length > 0) this.#depends = true;
      known = [...found, ""];
      this.#subdirectories.set(directory, known);
    }
    return known;
  }

  /** The loader takes no executable for a library, position-independent or not. */
  #library(path: string) {
    const found = this.#host.library(path, this);
    if (typeof found === "object" && (found.elf.pie || found.elf.type === "executable")) {
      throw new NsboxError(`Cannot use the library "${path}"`, { cause: "it is an executable" });
    }
    return found;
  }

  #open(path: string, rule: string, tried: Place[]): Hit | undefined {
    const found = this.#library(path);
    if (typeof found === "object") return { path, file: found, elf: found.elf, rule };
    tried.push({ path, rule: found === "absent" || found === "stop" ? rule : `${rule}, ${found}` });
    return undefined;
  }
}

/** Every combination of `names` as nested directories, in the loader's order, the empty one left out. */
function combinations([first, ...others]: readonly string[]): string[] {
  if (first === undefined) return [];
  const rest = combinations(others);
  return [...rest.map((path) => `${first}/${path}`), `${first}/`, ...rest];
}

/** What comes before a name in `directory`. */
const prefix = (directory: string): string =>
  directory === "" || directory === "/" ? directory : `${directory}/`;

/** Whether the program interpreter `path` is glibc's, not musl's. */
export const isGlibcInterpreter = (path: string): boolean => !baseOf(path).startsWith("ld-musl-");
