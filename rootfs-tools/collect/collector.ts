/**
 * From what was asked for to the manifest of everything that it needs. Reads only, and runs nothing. What
 * a program opens by itself is added by families of their own, each in a file beside this one.
 */
import { NsboxError } from "../../src/util/errors.ts";
import type { Elf } from "../elf/elf.ts";
import { wordsFor } from "../files/failure.ts";
import { GARBLED, isSocket, type Walk } from "../files/paths.ts";
import { Host, type HostFile, idOf } from "../load/host.ts";
import type { Missing } from "../load/load.ts";
import type { Loaded } from "../load/loader.ts";
import { type LoaderOptions, LoaderSet } from "../load/loader-set.ts";
import { type Kind, Manifest, type Reason } from "./manifest.ts";
import { MissingLibraries } from "./missing.ts";
import { findProgram, type ProgramFile, STANDARD_PATH, whichProgram } from "./program.ts";
import type { Program, ProgramLibrary } from "./program-info.ts";
import { followScript } from "./script-chain.ts";

/** How programs and libraries are looked for. */
export interface CollectOptions extends LoaderOptions {
  /** Directories of programs, as in PATH. */
  readonly searchPath: string;
  /** The root of another system, absolute and without links; this one's own where it is left out. */
  readonly root?: string;
}

/** How something that programs open is added. */
export interface FileOptions {
  /** `data` where it is left out. */
  readonly kind?: Kind;
  /** Where it goes in the tree, when not to its own place; links are not followed then. */
  readonly to?: string;
  /** What is absent is no error. */
  readonly optional?: boolean;
  /** Devices and FIFOs are meant as well: without it they are left out, with a note. */
  readonly special?: boolean;
}

/** Everything that `programs` need, as their loaders would find it. Throws NsboxError. */
export function resolve(programs: readonly string[], options: CollectOptions): Collector {
  const collector = new Collector(options);
  for (const program of programs) collector.program(program);
  collector.complain();
  return collector;
}

/** Gathers what a tree is made of. */
export class Collector {
  readonly host: Host;
  readonly manifest = new Manifest();
  /** What the person should know, without a label. */
  readonly notes: string[] = [];
  readonly programs: Program[] = [];
  readonly loaders: LoaderSet;
  readonly #searchPath: string;
  readonly #missing = new MissingLibraries();
  /** ELF objects whose needs are known, by file. */
  readonly #done = new Set<string>();
  /** Of names, or links to names, that cannot be written down. */
  readonly #garbled: string[] = [];

  constructor({ searchPath, root = "", ...options }: CollectOptions) {
    this.host = new Host(root);
    this.loaders = new LoaderSet(this.host, options);
    this.#searchPath = searchPath;
  }

  /** Tells the person something; the same thing once. */
  note(text: string): void {
    if (!this.notes.includes(text)) this.notes.push(text);
  }

  /** Adds a program, a path or a name on the search path, with all that its loader loads. Throws NsboxError. */
  program(argument: string, why?: Reason): Program {
    const file = findProgram(argument, this.host, this.#searchPath);
    this.#add(file.path, file.walk, "program", why ?? { by: "", name: argument, rule: "asked for" });
    const about = { argument, path: file.path, real: file.walk.path };
    const found: Program =
      file.shebang === undefined
        ? { ...about, ...this.#binary(file, this.#missing.ofPrograms) }
        : { ...about, kind: "script", ...this.#script(file) };
    if (why === undefined) this.programs.push(found);
    return found;
  }

  /** Adds what executes the program at `path`, and what it loads, without the program. Throws NsboxError. */
  needsOf(path: string): void {
    const file = findProgram(path, this.host, this.#searchPath);
    if (file.shebang === undefined) this.#binary(file, []);
    else this.#script(file);
  }

  /**
   * Adds whatever stands at `path`, with the links on the way: of a directory nothing that is in it, with an
   * ELF object its libraries. False where nothing is there; that throws unless it is optional.
   */
  file(path: string, why: Reason, options: FileOptions = {}): boolean {
    const at = this.host.absolute(path);
    const walk = this.host.walk(at);
    const { entry } = walk;
    const { kind = entry?.kind === "directory" ? "directory" : "data", to, optional = false } = options;
    if (entry === undefined) {
      if (to === undefined && walk.errno === "ENOENT" && walk.links.length > 0)
        this.#add(at, walk, kind, why);
      if (optional) return false;
      throw new NsboxError(`Cannot add "${path}"`, {
        cause: wordsFor(walk.errno),
        errno: walk.errno,
        ...(walk.errno === "ENOENT" ? { code: "not-found" } : {}),
      });
    }
    if (isSocket(entry)) {
      this.note(`"${at}" is a socket, which only a running program can make: left out`);
      return false;
    }
    if (entry.kind === "other" && options.special !== true) {
      this.note(`"${at}" is no regular file: left out`);
      return false;
    }
    if (to === undefined) this.#add(at, walk, kind, why);
    else this.manifest.put(to, { path: this.host.onDisk(walk.path), entry }, { kind, why });
    if (mayBeElf(walk)) this.#object(at, walk);
    return true;
  }

  /** The same with everything below a directory, links in it as links. Returns the number of things. */
  tree(path: string, why: Reason, options: FileOptions = {}): number {
    if (!this.file(path, why, options)) return 0;
    const at = this.host.absolute(path);
    const { path: own, entry: found } = this.host.walk(at);
    let count = 1;
    if (found?.kind !== "directory") return count;
    const prefix = at === "/" ? "" : at;
    for (const name of this.host.readDirectory(at)) {
      const below = `${prefix}/${name}`;
      const to = options.to === undefined ? {} : { to: `${options.to === "/" ? "" : options.to}/${name}` };
      const real = `${own === "/" ? "" : own}/${name}`;
      const entry = this.host.look(real);
      if (entry === "EILSEQ" || (entry === "ENOENT" && name.includes(GARBLED))) this.#garbled.push(below);
      else if (typeof entry === "object" && entry.kind === "link") {
        if (to.to === undefined) this.file(below, why, { ...options, optional: true });
        else this.manifest.put(to.to, { path: this.host.onDisk(real), entry }, { kind: "link", why });
        count++;
      } else count += this.tree(below, why, { ...options, ...to, optional: true });
    }
    return count;
  }

  /** Adds the library that the object at `by` gets from dlopen(3) by `name`; false where there is none. */
  library(name: string, by: string, why: Reason): boolean {
    const walk = this.host.walk(by);
    const file = { walk, id: idOf(walk), path: by };
    const elf = walk.entry?.kind === "file" ? this.host.program(file).elf : undefined;
    if (elf === undefined) return false;
    const needed = [{ name, kind: "auxiliary" } as const];
    const missing: Missing[] = [];
    const { loading } = this.#load({ ...file, elf: { ...elf, needed, audit: [] } }, missing, why);
    return loading.edges.some((edge) => edge.by.path === by);
  }

  /** Adds a small file that nsbox writes; one that the target has already stays. */
  text(
    path: string,
    content: string | Uint8Array,
    why: Reason,
    options: { mode?: number; replace?: boolean } = {},
  ) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    const { mode = 0o644, replace = false } = options;
    this.manifest.make(path, { type: "file", mode, content: bytes, replace }, { kind: "config", why });
  }

  /** Adds a link, unless the target has something there. */
  link(path: string, target: string, why: Reason): void {
    this.manifest.make(path, { type: "link", mode: 0o777, target }, { kind: "link", why });
  }

  /** Adds an empty directory. */
  emptyDirectory(path: string, mode: number, why: Reason): void {
    this.manifest.make(path, { type: "directory", mode }, { kind: "directory", why });
  }

  /** Adds a device node, see mknod(2). */
  device(
    path: string,
    type: "character" | "block",
    device: readonly [number, number],
    mode: number,
    why: Reason,
  ) {
    this.manifest.make(path, { type, mode, device }, { kind: "device", why });
  }

  /** Every library of a program that was not found makes one error; those of other objects are notes. */
  complain(): void {
    for (const text of this.#missing.notes()) this.note(text);
    const [garbled, ...more] = this.#garbled;
    const rest = more.length === 0 ? "" : ` and ${more.length} more`;
    if (garbled !== undefined) this.note(`left out, since names have to be UTF-8: "${garbled}"${rest}`);
    this.#missing.complain();
  }

  #add(path: string, walk: Walk, kind: Kind, why: Reason): void {
    this.manifest.add(path, walk, this.host.onDisk(walk.path), { kind, why });
  }

  /** Follows `#!` lines to the binary at their end. */
  #script(script: ProgramFile): Pick<Program, "interpreters" | "libraries"> {
    const interpreters: string[] = [];
    const libraries: ProgramLibrary[] = [];
    // The caller's own PATH may lead elsewhere first, and does not hold in the tree.
    const searchPath = `${STANDARD_PATH}:${this.#searchPath}`;
    const which = (name: string) => whichProgram(name, this.host, searchPath);
    for (const step of followScript(script, { host: this.host, which, searchPath })) {
      this.#add(step.path, step.file.walk, "interpreter", { by: step.by, name: step.path, rule: step.rule });
      interpreters.push(step.path);
      if (step.file.shebang === undefined)
        libraries.push(...this.#binary(step.file, this.#missing.ofPrograms).libraries);
    }
    return { interpreters, libraries };
  }

  /** Has the tree's own cache name the library at `path`, which a program opened, where only that leads to it. */
  opened(path: string): void {
    const walk = this.host.walk(path);
    const file = { walk, id: idOf(walk), path };
    const { elf } = this.host.program(file);
    if (elf !== undefined) this.loaders.opened({ ...file, elf });
  }

  /** Adds what the loader loads for an ELF object that is no program. */
  #object(path: string, walk: Walk): void {
    const file: HostFile = { walk, id: idOf(walk) };
    if (this.#done.has(file.id)) return;
    try {
      const { elf } = this.host.program(file);
      if (elf === undefined) return;
      const missing: Missing[] = [];
      this.#binary({ ...file, path, elf }, missing);
      for (const one of missing) this.#missing.addOther(one);
    } catch (error) {
      // Data that looks like an object, or one for a loader that is not here: it is copied as it is.
      if (!(error instanceof NsboxError)) throw error;
    }
  }

  #binary(file: ProgramFile, missing: Missing[]): Pick<Program, "kind" | "interpreters" | "libraries"> {
    const { elf } = file;
    if (elf === undefined) return { kind: "static", interpreters: [], libraries: [] };
    this.#done.add(file.id);
    const named = elf.interpreter;
    if (named === undefined && (elf.needed.length === 0 || elf.type === "executable")) {
      const kind = elf.pie || elf.type === "executable" ? "static" : "library";
      return { kind, interpreters: [], libraries: [] };
    }
    const { loading } = this.#load({ ...file, elf }, missing);
    const names = new Map(loading.edges.map(({ object, name }) => [object, name]));
    return {
      kind: named === undefined ? "library" : "dynamic",
      interpreters: named === undefined ? [] : [named],
      libraries: loading.libraries.map((object) => ({
        name: names.get(object) ?? "",
        path: object.path,
        real: object.file.walk.path,
      })),
    };
  }

  #load(file: HostFile & { readonly path: string; readonly elf: Elf }, missing: Missing[], why?: Reason) {
    const { path, interpreter, loaders, named, ...loader } = this.loaders.for(file);
    if (named) {
      const reason = { by: file.path, name: path, rule: "PT_INTERP" };
      this.#add(path, interpreter.file.walk, "interpreter", reason);
    }
    const program: Loaded = { path: file.path, file, elf: file.elf, parent: undefined };
    const loading = loader.load(program);
    missing.push(...loading.missing);
    for (const { by, object, name, rule } of loading.edges) {
      const kind = object.file.id === interpreter.file.id ? "interpreter" : "library";
      const reason = why !== undefined && by === program ? why : { by: by.file.walk.path, name, rule };
      this.#add(this.host.absolute(object.path), object.file.walk, kind, reason);
      this.#done.add(object.file.id);
      this.loaders.note(loaders, { name, rule, path: this.host.absolute(object.path) });
    }
    for (const configuration of this.loaders.configurations(loaders)) {
      const reason = { by: path, name: configuration, rule: "search path of musl" };
      this.#add(configuration, this.host.walk(configuration), "config", reason);
    }
    return { loading };
  }
}

/** Reading the first bytes of each file would take longer than all else: objects have an x bit or a name. */
const mayBeElf = ({ path, entry }: Walk): boolean =>
  entry?.kind === "file" && (((entry.stat?.mode ?? 0n) & 0o111n) !== 0n || /\.so(?:\.|$)/.test(path));
