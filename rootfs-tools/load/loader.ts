/** What the loading of a program is, whichever loader does it. */

import type { Elf, Machine, Needed } from "../elf/elf.ts";
import type { HostFile } from "./host.ts";

/** An object in memory: the program, its interpreter or a library. */
export interface Loaded {
  /** The path as the loader found it, links and `..` included. */
  readonly path: string;
  readonly file: HostFile;
  readonly elf: Elf;
  /** Whose need led to it; the program has none. */
  readonly parent: Loaded | undefined;
}

/** A library that was found. */
export interface Hit {
  readonly path: string;
  readonly file: HostFile;
  readonly elf: Elf;
  /** The rule it was found by: `RUNPATH of "/opt/x/bin/x"`. */
  readonly rule: string;
}

/** A place that was searched in vain. */
export interface Place {
  readonly path: string;
  /** Why it was searched, and why nothing there would do. */
  readonly rule: string;
}

/** The rules of one dynamic loader. */
export interface Loader extends Machine {
  /** What of `elf` this loader loads. */
  dependencies(elf: Elf): readonly Needed[];
  /** The names that `object` answers to besides those it was asked for by. */
  namesOf(object: Loaded, requested: string): readonly string[];
  /** The name to look for when `by` needs `name`; `undefined` where it cannot be made out. */
  nameFor(name: string, by: Loaded): string | undefined;
  /** Whether the loader itself is meant. */
  isSelf(name: string): boolean;
  /** Searches for a library that is not loaded yet; each place without it is added to `tried`. */
  find(name: string, by: Loaded, tried: Place[]): Hit | undefined;
  /** Objects whose libraries are loaded apart, in a namespace of their own: those of DT_AUDIT. */
  apart(program: Loaded): Loaded | undefined;
  /** Whether on another CPU it might have found other libraries than it did so far. */
  readonly dependsOnCpu: boolean;
}

/** The rule of libraries that stand in what LD_LIBRARY_PATH would hold. */
export const LIBRARY_PATH_RULE = "library path";

/** What `object` was loaded for. */
export function programOf(object: Loaded): Loaded {
  let program = object;
  while (program.parent !== undefined) program = program.parent;
  return program;
}
