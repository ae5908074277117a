/** What is found of one program. */

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
