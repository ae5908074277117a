/** The loaders of one system: which one loads an object, each read once. */
import { NsboxError } from "../../src/util/errors.ts";
import { cpusFor, type Hwcaps } from "../elf/cpu.ts";
import type { Elf } from "../elf/elf.ts";
import { type CacheEntry, cacheFlags } from "../elf/ld-cache.ts";
import { abiOf, machineName } from "../elf/machine.ts";
import { CACHE_RULE, Glibc, isGlibcInterpreter } from "./glibc.ts";
import type { Host, HostFile } from "./host.ts";
import { type Loading, load } from "./load.ts";
import { LIBRARY_PATH_RULE, type Loaded, type Loader } from "./loader.ts";
import { type LoaderFacts, readLoaderFacts } from "./loader-facts.ts";
import { Musl } from "./musl.ts";

/** No loader stands where one is named: nothing can be said of what it would load. */
export class MissingInterpreter extends NsboxError {
  readonly interpreter: string;

  constructor(message: string, cause: string, interpreter: string) {
    super(message, { cause, code: "missing-library" });
    this.interpreter = interpreter;
  }
}

/** The loader of an object. */
export interface LoaderOf {
  /** PT_INTERP, or where it stands by convention. */
  readonly path: string;
  /** Whether the object names it itself. */
  readonly named: boolean;
  readonly interpreter: Loaded;
  /** The rules, once for each CPU that counts, the best first. */
  readonly loaders: readonly Loader[];
  /** What is loaded for `program`. Throws NsboxError where the loader would stop. */
  load(program: Loaded): Loading;
}

/** How libraries are looked for. */
export interface LoaderOptions {
  /** What LD_LIBRARY_PATH would hold. The environment's own is never used. */
  readonly libraryPath?: readonly string[];
  /** For which CPUs libraries are taken; `host` where it is left out. */
  readonly hwcaps?: Hwcaps;
}

/** What was found by a rule that holds on this system only. */
export interface Found {
  readonly name: string;
  readonly path: string;
  readonly rule: string;
}

/** A loader that was read is not read again, be it for a copy of the system that it came from. */
const known = new WeakMap<Elf, LoaderFacts>();

/** Every loader that was asked for. */
export class LoaderSet {
  /** Libraries that only a cache or a library path makes findable. */
  readonly #cached = new Map<string, CacheEntry>();
  readonly #host: Host;
  readonly #libraryPath: readonly string[];
  readonly #hwcaps: Hwcaps;
  readonly #loaders = new Map<string, readonly Loader[]>();
  #cacheOf: Glibc | undefined;

  constructor(host: Host, { libraryPath = [], hwcaps = "host" }: LoaderOptions = {}) {
    this.#host = host;
    this.#libraryPath = libraryPath;
    this.#hwcaps = hwcaps;
  }

  /** The loader that loads `file`. Throws NsboxError where there is none. */
  for(file: HostFile & { readonly path: string; readonly elf: Elf }): LoaderOf {
    const { elf } = file;
    const path = elf.interpreter ?? this.#conventional(elf, file);
    const interpreter = this.#interpreter(path, elf, file.path);
    const loaders = this.#loadersAt(path, interpreter);
    return {
      path,
      named: elf.interpreter !== undefined,
      interpreter,
      loaders,
      load: (program) => {
        this.#host.allowMore();
        return load(program, interpreter, loaders);
      },
    };
  }

  /** Takes note of how `loader` found a library: the tree needs a cache where only that would find it. */
  note([loader]: readonly Loader[], { name, path, rule }: Found): void {
    const isElsewhere = rule.startsWith(CACHE_RULE) || rule.startsWith(LIBRARY_PATH_RULE);
    if (!(loader instanceof Glibc) || !isElsewhere || loader.isDefault(path)) return;
    const flags = cacheFlags(loader);
    this.#cacheOf ??= loader;
    this.#cached.set(`${flags}\0${name}`, { name, path, flags, hwcap: 0n, level: undefined });
  }

  /** Takes note of a library that a program opened by its name, if only the cache leads to it. */
  opened(file: HostFile & { readonly path: string; readonly elf: Elf }): void {
    const { soname } = file.elf;
    if (soname === undefined) return;
    const { loaders } = this.for(file);
    const [loader] = loaders;
    if (!(loader instanceof Glibc) || loader.inCache(soname) !== file.path) return;
    this.note(loaders, { name: soname, path: file.path, rule: CACHE_RULE });
  }

  /** The entries that a tree's cache must have, and who reads it; `undefined` where it needs none. */
  get cache(): { readonly loader: Glibc; readonly entries: readonly CacheEntry[] } | undefined {
    return this.#cacheOf === undefined
      ? undefined
      : { loader: this.#cacheOf, entries: [...this.#cached.values()] };
  }

  /** The files that configure `loader`. */
  configurations([loader]: readonly Loader[]): readonly string[] {
    return loader instanceof Musl && loader.configuration !== undefined ? [loader.configuration] : [];
  }

  #conventional(elf: Elf, file: HostFile): string {
    const abi = abiOf(elf);
    if (abi === undefined) {
      throw new NsboxError(`Cannot tell which loader loads "${file.walk.path}"`, {
        cause: `no PT_INTERP, and ${machineName(elf)} is not known`,
      });
    }
    const { musl, glibc } = abi;
    return elf.needed.some(({ name }) => /^libc\.(?:so$|musl)/.test(name)) ? musl : glibc;
  }

  #interpreter(path: string, elf: Elf, program: string): Loaded {
    const message = `Cannot use the interpreter "${path}" of "${program}"`;
    const fail = (cause: string) => new NsboxError(message, { cause });
    const found = this.#host.library(path, elf);
    if (found === "foreign") throw fail("it is for another class or machine than the program");
    if (found === "unreadable") throw fail("it is not readable: permission denied (EACCES)");
    if (typeof found === "string") {
      throw new MissingInterpreter(message, "no such file or directory (ENOENT)", path);
    }
    return { path, file: found, elf: found.elf, parent: undefined };
  }

  #loadersAt(path: string, interpreter: Loaded): readonly Loader[] {
    const key = `${path}\0${interpreter.file.id}`;
    let loaders = this.#loaders.get(key);
    if (loaders === undefined) {
      loaders = isGlibcInterpreter(path)
        ? this.#glibc(interpreter)
        : [new Musl(this.#host, path, interpreter.elf, this.#libraryPath)];
      this.#loaders.set(key, loaders);
    }
    return loaders;
  }

  #glibc({ elf, file }: Loaded): readonly Loader[] {
    let facts = known.get(elf);
    if (facts === undefined) {
      facts = readLoaderFacts(this.#host, file.walk.path);
      known.set(elf, facts);
    }
    return cpusFor(elf, this.#hwcaps).map(
      (cpu) => new Glibc(this.#host, elf, { facts, cpu, libraryPath: this.#libraryPath }),
    );
  }
}
