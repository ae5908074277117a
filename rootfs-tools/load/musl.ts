/** The search rules of musl's loader, which is its libc as well. The glibc cache means nothing to it. */

import type { Elf, Machine, Needed } from "../elf/elf.ts";
import { baseOf, parentOf } from "../files/paths.ts";
import type { Host } from "./host.ts";
import { type Hit, LIBRARY_PATH_RULE, type Loaded, type Loader, type Place, programOf } from "./loader.ts";

const LONGEST_CONFIGURATION = 65536;
/** Without a configuration file. */
const DIRECTORIES = ["/lib", "/usr/local/lib", "/usr/lib"];
/** The libraries that are part of libc, and so of the loader. */
const OWN = /^lib(?:c|pthread|rt|m|dl|util|xnet)\./;

/** musl's loader at one path. */
export class Musl implements Loader {
  readonly bits: 32 | 64;
  readonly machine: number;
  readonly bigEndian: boolean;
  readonly dependsOnCpu = false;
  /** Its configuration file, where there is one: a tree needs that too. */
  readonly configuration: string | undefined;
  readonly #host: Host;
  readonly #interpreter: string;
  readonly #libraryPath: readonly string[];
  readonly #directories: readonly string[];

  /** `interpreter` is the PT_INTERP, whose name and place decide on the configuration's. */
  constructor(host: Host, interpreter: string, machine: Machine, libraryPath: readonly string[]) {
    this.#host = host;
    this.bits = machine.bits;
    this.machine = machine.machine;
    this.bigEndian = machine.bigEndian;
    this.#interpreter = interpreter;
    this.#libraryPath = libraryPath;
    const prefix = interpreter.startsWith("/") ? interpreter.split("/").slice(0, -2).join("/") : "";
    const path = `${prefix}/etc/${baseOf(interpreter).replace(/\.so\.\d+$/, "")}.path`;
    const bytes = host.read(path, LONGEST_CONFIGURATION);
    const text = bytes === undefined ? undefined : new TextDecoder().decode(bytes);
    this.configuration = text === undefined ? undefined : path;
    this.#directories = text?.split(/[:\n]+/).filter((name) => name !== "") ?? DIRECTORIES;
  }

  dependencies(elf: Elf): readonly Needed[] {
    return elf.needed.filter(({ kind }) => kind === "needed");
  }

  /** musl goes by file names, never by sonames. */
  namesOf({ path }: Loaded, requested: string): readonly string[] {
    return requested.includes("/") ? [] : [baseOf(path)];
  }

  nameFor(name: string): string {
    return name;
  }

  isSelf(name: string): boolean {
    return name === this.#interpreter || OWN.test(name);
  }

  apart(): undefined {
    return undefined;
  }

  /** The first file of the name decides: where it is of no use, nothing else is looked for. */
  find(name: string, by: Loaded, tried: Place[]): Hit | undefined {
    if (name.includes("/")) return this.#open(name, "path in DT_NEEDED", tried).hit;
    for (const { directories, rule } of this.#lists(by)) {
      for (const directory of directories) {
        const { hit, goesOn } = this.#open(`${directory}/${name}`, rule, tried);
        if (!goesOn) return hit;
      }
    }
    return undefined;
  }

  /** RPATH and RUNPATH are one to musl: both are inherited, and come after the library path. */
  *#lists(by: Loaded): Generator<{ readonly directories: readonly string[]; readonly rule: string }> {
    if (this.#libraryPath.length > 0 && !this.#isPrivileged(by)) {
      yield { directories: this.#libraryPath, rule: LIBRARY_PATH_RULE };
    }
    for (let object: Loaded | undefined = by; object !== undefined; object = object.parent) {
      const text = object.elf.runpath ?? object.elf.rpath;
      if (text === undefined) continue;
      const kind = object.elf.runpath === undefined ? "RPATH" : "RUNPATH";
      yield { directories: this.#expand(text, object), rule: `${kind} of "${object.path}"` };
    }
    yield { directories: this.#directories, rule: this.configuration ?? "default directories" };
  }

  #isPrivileged(object: Loaded): boolean {
    return this.#host.isPrivileged(programOf(object).file.walk);
  }

  /** Only $ORIGIN is known; any other dollar makes musl ignore the whole list. */
  #expand(text: string, object: Loaded): string[] {
    const program = object.parent === undefined;
    const origin = text.replace(/\$(?:ORIGIN|\{ORIGIN\})/g, () =>
      parentOf(program ? object.file.walk.path : object.path),
    );
    if (/\$/.test(text.replace(/\$(?:ORIGIN|\{ORIGIN\})/g, ""))) return [];
    if (origin !== text && program && this.#host.isPrivileged(object.file.walk)) return [];
    return origin.split(/[:\n]+/).filter((name) => name !== "");
  }

  #open(path: string, rule: string, tried: Place[]): { readonly hit?: Hit; readonly goesOn: boolean } {
    const found = this.#host.library(path, this);
    if (typeof found === "object") {
      return { hit: { path, file: found, elf: found.elf, rule }, goesOn: false };
    }
    const goesOn = found === "absent" || found === "unreadable";
    const directory = rule === "path in DT_NEEDED" ? path : parentOf(path);
    tried.push(
      goesOn ? { path: directory, rule } : { path, rule: `${rule}, ${found}, which ends the search` },
    );
    return { goesOn };
  }
}
