/** The search paths that depend on who asks glibc's loader: RPATH, RUNPATH, and what LD_LIBRARY_PATH holds. */
import { expandTokens, type Tokens } from "../elf/tokens.ts";
import { parentOf } from "../files/paths.ts";
import type { Host } from "./host.ts";
import { LIBRARY_PATH_RULE, type Loaded, programOf } from "./loader.ts";
import { type LoaderFacts, libToken } from "./loader-facts.ts";

/** A list of directories that is searched as one. */
export interface PathList {
  readonly directories: readonly string[];
  readonly rule: string;
}

/** What they are made out by. */
export interface SearchPathOptions {
  readonly facts: LoaderFacts;
  readonly libraryPath: readonly string[];
  /** The value of $PLATFORM. */
  readonly platform: () => string | undefined;
}

/** The search paths of all objects that one loader loads. */
export class SearchPaths {
  readonly #host: Host;
  readonly #options: SearchPathOptions;
  /** The RPATH or RUNPATH of an object: an object uses one of them. */
  readonly #pathLists = new WeakMap<Loaded, PathList>();
  readonly #libraryPaths = new WeakMap<Loaded, PathList>();

  constructor(host: Host, options: SearchPathOptions) {
    this.#host = host;
    this.#options = options;
  }

  /** Whether any counts for what `by` needs: for most programs none does. */
  any(by: Loaded): boolean {
    return this.#options.libraryPath.length > 0 || hasPaths(by);
  }

  /** The lists that depend on who asks: RPATHs, the library path, the RUNPATH. */
  *lists(by: Loaded): Generator<PathList> {
    if (by.elf.runpath === undefined) {
      for (let object: Loaded | undefined = by; object !== undefined; object = object.parent) {
        if (object.elf.rpath !== undefined) yield this.#pathList(object.elf.rpath, object, "RPATH");
      }
    }
    if (this.#options.libraryPath.length > 0) yield this.#libraryPathOf(by);
    if (by.elf.runpath !== undefined) yield this.#pathList(by.elf.runpath, by, "RUNPATH");
  }

  /** The library path as the program of `by` has it: its tokens are the program's, and AT_SECURE ignores it. */
  #libraryPathOf(by: Loaded): PathList {
    const program = programOf(by);
    let list = this.#libraryPaths.get(program);
    if (list === undefined) {
      const isIgnored = this.#host.isPrivileged(program.file.walk);
      const directories = isIgnored ? [] : this.#expandList(this.#options.libraryPath.join(":"), program);
      list = { directories, rule: LIBRARY_PATH_RULE };
      this.#libraryPaths.set(program, list);
    }
    return list;
  }

  #pathList(text: string, object: Loaded, kind: string): PathList {
    let list = this.#pathLists.get(object);
    if (list === undefined) {
      // An empty element is the working directory, an empty list nothing at all.
      const directories = text === "" ? [] : this.#expandList(text, object);
      list = { directories, rule: `${kind} of "${object.path}"` };
      this.#pathLists.set(object, list);
    }
    return list;
  }

  #expandList(text: string, object: Loaded): string[] {
    const directories: string[] = [];
    for (const element of text.split(":")) {
      const expanded = expandTokens(element, () => this.tokens(object));
      if (expanded === undefined) continue;
      // An empty element stays empty: the working directory.
      const directory = expanded.replace(/(?<=.)\/+$/, "");
      if (directories.includes(directory) || this.#isUntrusted(element, directory, object)) continue;
      directories.push(directory);
    }
    return directories;
  }

  /** What the tokens stand for in `object`. */
  tokens(object: Loaded): Tokens {
    // The program's own origin is that of its real file; a library's the directory it was found in.
    const path = object.parent === undefined ? object.file.walk.path : object.path;
    return {
      ORIGIN: () => parentOf(this.#host.absolute(path)),
      LIB: () => libToken(this.#options.facts),
      PLATFORM: this.#options.platform,
    };
  }

  /** A program that gains privileges when it starts gets no $ORIGIN but in front, and in a default directory. */
  #isUntrusted(element: string, directory: string, object: Loaded): boolean {
    if (!/\$\{?ORIGIN/.test(element)) return false;
    const program = programOf(object);
    if (!this.#host.isPrivileged(program.file.walk)) return false;
    if (!/^\$(?:ORIGIN|\{ORIGIN\})(?:\/|$)/.test(element)) return true;
    return (
      object === program && !this.#options.facts.directories.some((trusted) => isBelow(directory, trusted))
    );
  }
}

/** Whether any RPATH or RUNPATH counts for what `by` needs: for most programs none does. */
function hasPaths(by: Loaded): boolean {
  if (by.elf.runpath !== undefined) return true;
  for (let object: Loaded | undefined = by; object !== undefined; object = object.parent) {
    if (object.elf.rpath !== undefined) return true;
  }
  return false;
}

const isBelow = (path: string, directory: string): boolean => {
  const normal = path.split("/").reduce((done: string[], name) => {
    if (name === "..") done.pop();
    else if (name !== "" && name !== ".") done.push(name);
    return done;
  }, []);
  return `/${normal.join("/")}/`.startsWith(`${directory}/`);
};
