/** The loaders of one system: which one loads an object, each read once. */
import { NsboxError } from "../../src/util/errors.ts";
import type { Elf } from "../elf/elf.ts";
import { type CacheEntry, cacheFlags } from "../elf/ld-cache.ts";
import { CACHE_RULE, Glibc, isGlibcInterpreter, LIBRARY_PATH_RULE } from "./glibc.ts";
import type { Host, HostFile } from "./host.ts";
import type { Loaded, Loader } from "./loader.ts";
import { Musl } from "./musl.ts";

/** Where interpreters stand by convention, for shared objects that name none. */
const CONVENTIONAL: Readonly<Record<string, readonly [glibc: string, musl: string]>> = {
  "62/64": ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-musl-x86_64.so.1"],
  "62/32": ["/libx32/ld-linux-x32.so.2", "/lib/ld-musl-x32.so.1"],
  "3/32": ["/lib/ld-linux.so.2", "/lib/ld-musl-i386.so.1"],
  "183/64": ["/lib/ld-linux-aarch64.so.1", "/lib/ld-musl-aarch64.so.1"],
};

/** The loader of an object. */
export interface LoaderOf {
  /** PT_INTERP, or where it stands by convention. */
  readonly path: string;
  /** Whether the object names it itself. */
  readonly named: boolean;
  readonly interpreter: Loaded;
  readonly loader: Loader;
}

/** What was found by a rule that holds on this system only. */
export interface Found {
  readonly name: string;
  readonly path: string;
  readonly rule: string;
}

/** Every loader that was asked for. */
export class LoaderSet {
  /** Libraries that only a cache or a library path makes findable. */
  readonly #cached = new Map<string, CacheEntry>();
  readonly #host: Host;
  readonly #libraryPath: readonly string[];
  readonly #loaders = new Map<string, Loader>();
  #cachePath = "/etc/ld.so.cache";

  constructor(host: Host, libraryPath: readonly string[]) {
    this.#host = host;
    this.#libraryPath = libraryPath;
  }

  /** The loader that loads `file`. Throws NsboxError where there is none. */
  for(file: HostFile & { readonly path: string; readonly elf: Elf }): LoaderOf {
    const { elf } = file;
    const path = elf.interpreter ?? this.#conventional(elf, file);
    const interpreter = this.#interpreter(path, elf, file.path);
    return {
      path,
      named: elf.interpreter !== undefined,
      interpreter,
      loader: this.#loader(path, interpreter),
    };
  }

  /** Takes note of how `loader` found a library: the tree needs a cache where only that would find it. */
  note(loader: Loader, { name, path, rule }: Found): void {
    const isElsewhere = rule.startsWith(CACHE_RULE) || rule.startsWith(LIBRARY_PATH_RULE);
    if (!(loader instanceof Glibc) || !isElsewhere || loader.isDefault(path)) return;
    const flags = cacheFlags(loader);
    this.#cachePath = loader.facts.cache;
    this.#cached.set(`${flags}\0${name}`, { name, path, flags, hwcap: 0n, level: undefined });
  }

  /** The cache that a tree needs; `undefined` where it needs none. */
  get cache(): { readonly path: string; readonly entries: readonly CacheEntry[] } | undefined {
    return this.#cached.size === 0
      ? undefined
      : { path: this.#cachePath, entries: [...this.#cached.values()] };
  }

  /** The files that configure `loader`. */
  configurations(loader: Loader): readonly string[] {
    return loader instanceof Musl && loader.configuration !== undefined ? [loader.configuration] : [];
  }

  #conventional(elf: Elf, file: HostFile): string {
    const names = CONVENTIONAL[`${elf.machine}/${elf.bits}`];
    if (names === undefined) {
      throw new NsboxError(`Cannot tell which loader loads "${file.walk.path}"`, {
        cause: `no PT_INTERP, and machine ${elf.machine} is not known`,
      });
    }
    const musl = elf.needed.some(({ name }) => /^libc\.(?:so$|musl)/.test(name));
    return names[musl ? 1 : 0];
  }

  #interpreter(path: string, elf: Elf, program: string): Loaded {
    const fail = (cause: string, code?: string) =>
      new NsboxError(`Cannot use the interpreter "${path}" of "${program}"`, {
        cause,
        ...(code === undefined ? {} : { code }),
      });
    const found = this.#host.library(path, elf);
    if (found === "foreign") throw fail("it is for another class or machine than the program");
    if (found === "unreadable") throw fail("it is not readable: permission denied (EACCES)");
    if (typeof found === "string") throw fail("no such file or directory (ENOENT)", "missing-library");
    return { path, file: found, elf: found.elf, parent: undefined };
  }

  #loader(path: string, interpreter: Loaded): Loader {
    const key = `${path}\0${interpreter.file.id}`;
    let loader = this.#loaders.get(key);
    if (loader === undefined) {
      const { elf, file } = interpreter;
      loader = isGlibcInterpreter(path)
        ? new Glibc(this.#host, file, elf, this.#libraryPath)
        : new Musl(this.#host, path, elf, this.#libraryPath);
      this.#loaders.set(key, loader);
    }
    return loader;
  }
}
