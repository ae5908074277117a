/** From programs to the manifest of everything that they need. Reads only, and runs nothing. */
import { NsboxError } from "../../src/util/errors.ts";
import type { Elf } from "../elf/elf.ts";
import { type CacheEntry, cacheFlags } from "../elf/ld-cache.ts";
import { CACHE_RULE, Glibc, isGlibcInterpreter, LIBRARY_PATH_RULE } from "../load/glibc.ts";
import { type Edge, load, type Missing } from "../load/load.ts";
import type { Loaded, Loader } from "../load/loader.ts";
import { Musl } from "../load/musl.ts";
import { Host, type HostFile } from "./host.ts";
import { Manifest } from "./manifest.ts";
import { findProgram, type ProgramFile, readProgram, whichProgram } from "./program.ts";

/** How programs and libraries are looked for. */
export interface ResolveOptions {
  /** Directories of programs, as in PATH. */
  readonly searchPath: string;
  /** What LD_LIBRARY_PATH would hold. The environment's own is never used. */
  readonly libraryPath?: readonly string[];
}

/** A library as the loader finds it. */
export interface ProgramLibrary {
  /** As it is needed: `libc.so.6`. */
  readonly name: string;
  /** As the loader names it. */
  readonly path: string;
  /** Without links. */
  readonly real: string;
}

/** One program of the command line. */
export interface Program {
  readonly argument: string;
  readonly path: string;
  readonly real: string;
  readonly kind: "dynamic" | "static" | "library" | "script";
  /** PT_INTERP, or the interpreters of a script, first to last. */
  readonly interpreters: readonly string[];
  readonly libraries: readonly ProgramLibrary[];
}

/** What was found for all programs. */
export interface Resolution {
  readonly programs: readonly Program[];
  readonly manifest: Manifest;
  /** Libraries that only a cache makes findable, with the cache's path. */
  readonly cached: readonly CacheEntry[];
  readonly cachePath: string;
}

/** Scripts that are scripts' interpreters: the kernel follows that many. */
const MOST_SCRIPTS = 5;

/** Where interpreters stand by convention, for shared objects that name none. */
const CONVENTIONAL: Readonly<Record<string, readonly [glibc: string, musl: string]>> = {
  "62/64": ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-musl-x86_64.so.1"],
  "62/32": ["/libx32/ld-linux-x32.so.2", "/lib/ld-musl-x32.so.1"],
  "3/32": ["/lib/ld-linux.so.2", "/lib/ld-musl-i386.so.1"],
  "183/64": ["/lib/ld-linux-aarch64.so.1", "/lib/ld-musl-aarch64.so.1"],
};

/** Finds everything that `programs` (paths, or names on the search path) need. Throws NsboxError. */
export function resolve(programs: readonly string[], options: ResolveOptions): Resolution {
  const resolver = new Resolver(options);
  const found = programs.map((argument) => resolver.program(argument));
  resolver.complain();
  const { manifest, cached, cachePath } = resolver;
  return { programs: found, manifest, cached: [...cached.values()], cachePath };
}

class Resolver {
  readonly manifest = new Manifest();
  readonly cached = new Map<string, CacheEntry>();
  cachePath = "/etc/ld.so.cache";
  readonly #host = new Host();
  readonly #loaders = new Map<string, Loader>();
  readonly #missing: Missing[] = [];
  readonly #options: ResolveOptions;

  constructor(options: ResolveOptions) {
    this.#options = options;
  }

  program(argument: string): Program {
    const file = findProgram(argument, this.#host, this.#options.searchPath);
    this.manifest.add(file.path, file.walk, "program", { by: "", name: argument, rule: "asked for" });
    const about = { argument, path: file.path, real: file.walk.path };
    if (file.shebang === undefined) return { ...about, ...this.#binary(file) };
    return { ...about, kind: "script", ...this.#script(file) };
  }

  /** Every library that was not found makes one error. */
  complain(): void {
    const [first, ...others] = this.#missing;
    if (first === undefined) return;
    const places = first.tried.map(({ path, rule }) => `"${path}" (${rule})`);
    const also = others.map(({ name, by }) => `"${name}", needed by "${by.path}"`);
    const causes = [`looked in ${[...new Set(places)].join(", ")}`];
    if (first.tried.length === 0) causes[0] = "no place to look in";
    if (also.length > 0) causes.push(`also missing: ${[...new Set(also)].join("; ")}`);
    throw new NsboxError(`Cannot find the library "${first.name}" that "${first.by.path}" needs`, {
      cause: causes.join("; "),
      code: "missing-library",
    });
  }

  /** Follows `#!` lines to the binary at their end. */
  #script(script: ProgramFile): Pick<Program, "interpreters" | "libraries"> {
    const interpreters: string[] = [];
    const libraries: ProgramLibrary[] = [];
    const seen = new Set([script.id]);
    for (let file = script, depth = 1; file.shebang !== undefined; depth++) {
      const { interpreter, envProgram } = file.shebang;
      const use = (path: string, rule: string): ProgramFile => {
        const next = readProgram(path, this.#host, "interpreter");
        this.manifest.add(path, next.walk, "interpreter", { by: file.path, name: path, rule });
        interpreters.push(path);
        if (next.shebang === undefined) libraries.push(...this.#binary(next).libraries);
        return next;
      };
      const absolute = interpreter.startsWith("/") ? interpreter : `${process.cwd()}/${interpreter}`;
      let next = use(absolute, "#! line");
      if (envProgram !== undefined && next.shebang === undefined) {
        next = use(this.#which(envProgram, file), "env(1)");
        depth = 0;
      }
      if (next.shebang !== undefined && (seen.has(next.id) || depth >= MOST_SCRIPTS)) {
        throw new NsboxError(`Cannot use "${script.path}" as a program`, {
          cause: `its interpreters are scripts without an end, at "${next.path}" (ELOOP)`,
        });
      }
      seen.add(next.id);
      file = next;
    }
    return { interpreters, libraries };
  }

  #which(name: string, script: ProgramFile): string {
    if (name.includes("/")) return name.startsWith("/") ? name : `${process.cwd()}/${name}`;
    const path = whichProgram(name, this.#host, this.#options.searchPath);
    if (path !== undefined) return path;
    throw new NsboxError(`Cannot find the interpreter "${name}" of "${script.path}"`, {
      cause: `not in any directory of PATH (${this.#options.searchPath})`,
      code: "not-found",
    });
  }

  /** Adds what the loader loads for an ELF file. */
  #binary(file: ProgramFile): Pick<Program, "kind" | "interpreters" | "libraries"> {
    const { elf } = file;
    if (elf === undefined) return { kind: "static", interpreters: [], libraries: [] };
    const named = elf.interpreter;
    if (named === undefined && (elf.needed.length === 0 || elf.type === "executable")) {
      return {
        kind: elf.pie || elf.type === "executable" ? "static" : "library",
        interpreters: [],
        libraries: [],
      };
    }
    const path = named ?? this.#conventionalInterpreter(elf, file);
    const interpreter = this.#interpreter(path, elf, file);
    if (named !== undefined) {
      this.manifest.add(path, interpreter.file.walk, "interpreter", {
        by: file.path,
        name: path,
        rule: "PT_INTERP",
      });
    }
    const program: Loaded = { path: file.path, file, elf, parent: undefined };
    const loader = this.#loader(path, interpreter);
    const loading = load(program, interpreter, loader);
    this.#missing.push(...loading.missing);
    for (const edge of loading.edges) this.#addEdge(edge, interpreter, loader);
    if (loader instanceof Musl && loader.configuration !== undefined)
      this.#addConfiguration(loader.configuration, path);
    const names = new Map(loading.edges.map(({ object, name }) => [object, name]));
    return {
      kind: named === undefined ? "library" : "dynamic",
      interpreters: named === undefined ? [] : [path],
      libraries: loading.libraries.map((object) => ({
        name: names.get(object) ?? "",
        path: object.path,
        real: object.file.walk.path,
      })),
    };
  }

  #addEdge({ by, object, name, rule }: Edge, interpreter: Loaded, loader: Loader): void {
    const { path, file } = object;
    const kind = file.id === interpreter.file.id ? "interpreter" : "library";
    const absolute = path.startsWith("/") ? path : `${process.cwd()}/${path}`;
    this.manifest.add(absolute, file.walk, kind, { by: by.file.walk.path, name, rule });
    // Without the host's cache or a library path the tree's loader would not find these.
    const isElsewhere = rule.startsWith(CACHE_RULE) || rule.startsWith(LIBRARY_PATH_RULE);
    if (!(loader instanceof Glibc) || !isElsewhere || loader.isDefault(path)) return;
    const flags = cacheFlags(loader);
    this.cachePath = loader.facts.cache;
    this.cached.set(`${flags}\0${name}`, { name, path: absolute, flags, hwcap: 0n, level: undefined });
  }

  #addConfiguration(path: string, interpreter: string): void {
    const walk = this.#host.walk(path);
    this.manifest.add(path, walk, "config", { by: interpreter, name: path, rule: "search path of musl" });
  }

  #interpreter(path: string, elf: Elf, program: ProgramFile): Loaded {
    const fail = (cause: string, code?: string) =>
      new NsboxError(`Cannot use the interpreter "${path}" of "${program.path}"`, {
        cause,
        ...(code === undefined ? {} : { code }),
      });
    const found = this.#host.library(path, elf);
    if (found === "foreign") throw fail("it is for another class or machine than the program");
    if (found === "unreadable") throw fail("it is not readable: permission denied (EACCES)");
    if (typeof found === "string") throw fail("no such file or directory (ENOENT)", "missing-library");
    return { path, file: found, elf: found.elf, parent: undefined };
  }

  #conventionalInterpreter(elf: Elf, file: HostFile): string {
    const names = CONVENTIONAL[`${elf.machine}/${elf.bits}`];
    if (names === undefined) {
      throw new NsboxError(`Cannot tell which loader loads "${file.walk.path}"`, {
        cause: `no PT_INTERP, and machine ${elf.machine} is not known`,
      });
    }
    const musl = elf.needed.some(({ name }) => /^libc\.(?:so$|musl)/.test(name));
    return names[musl ? 1 : 0];
  }

  #loader(path: string, interpreter: Loaded): Loader {
    const key = `${path}\0${interpreter.file.id}`;
    let loader = this.#loaders.get(key);
    if (loader === undefined) {
      const { elf, file } = interpreter;
      const libraryPath = this.#options.libraryPath ?? [];
      loader = isGlibcInterpreter(path)
        ? new Glibc(this.#host, file, elf, libraryPath)
        : new Musl(this.#host, path, elf, libraryPath);
      this.#loaders.set(key, loader);
    }
    return loader;
  }
}
