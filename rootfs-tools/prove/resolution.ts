/** What files load, each by itself: without a tree, and going on where something is missing. */
import { findProgram, type ProgramFile, readProgram, whichProgram } from "../collect/program.ts";
import type { Program } from "../collect/program-info.ts";
import { followScript } from "../collect/script-chain.ts";
import { machineName } from "../elf/machine.ts";
import type { Host } from "../load/host.ts";
import type { Loading, Missing } from "../load/load.ts";
import type { Loaded } from "../load/loader.ts";
import { type LoaderSet, MissingInterpreter } from "../load/loader-set.ts";

/** Where files, and what they load, are looked for. */
export interface ResolutionSearch {
  readonly host: Host;
  readonly loaders: LoaderSet;
  /** Directories of programs, as in PATH. */
  readonly searchPath: string;
}

/** An interpreter of a script or of a program. */
export interface Interpreter {
  readonly path: string;
  /** The path of what names it. */
  readonly by: string;
  readonly rule: "#! line" | "env(1)" | "PT_INTERP";
  /** Not there, so that nothing more can be said of what it would load. */
  readonly absent: boolean;
}

/** What is loaded for one binary. */
export interface ObjectLoading extends Loading {
  readonly program: Loaded;
  /** The loader in memory; absent where it is not there. */
  readonly interpreter?: Loaded;
}

/** What is loaded for one file: for a script, for each binary that its `#!` lines lead to. */
export interface Resolution {
  readonly argument: string;
  readonly path: string;
  /** Without links. */
  readonly real: string;
  readonly kind: Program["kind"];
  /** Of the binary: `x86-64`; absent for a script. */
  readonly machine?: string;
  readonly interpreters: readonly Interpreter[];
  readonly loadings: readonly ObjectLoading[];
}

/** The missing libraries of a file, an absent interpreter left out. */
export const missingOf = ({ loadings }: Resolution): Missing[] => loadings.flatMap(({ missing }) => missing);

/** Whether all that the file loads is there. */
export const isWhole = (resolution: Resolution): boolean =>
  missingOf(resolution).length === 0 && !resolution.interpreters.some(({ absent }) => absent);

/**
 * What `argument` loads, a path or a name on the search path: a program, a script or a library, executable
 * or not. Missing libraries stand in the answer. Throws NsboxError where it is none of these, or where its
 * loader would stop: at a library that is garbage.
 */
export function resolveOne(argument: string, search: ResolutionSearch): Resolution {
  const { host, searchPath } = search;
  const file = argument.includes("/")
    ? readProgram(host.absolute(argument), host, "object")
    : findProgram(argument, host, searchPath);
  return resolveFile(argument, file, search);
}

/** The same for a file that has been read. */
export function resolveFile(argument: string, file: ProgramFile, search: ResolutionSearch): Resolution {
  const { host, searchPath } = search;
  const draft = { interpreters: [] as Interpreter[], loadings: [] as ObjectLoading[] };
  const about = { argument, path: file.path, real: file.walk.path, ...draft };
  if (file.elf !== undefined) {
    const kind = resolveBinary(file, draft, search);
    return { ...about, kind, machine: machineName(file.elf) };
  }
  const which = (name: string) => whichProgram(name, host, searchPath);
  for (const step of followScript(file, { host, which, searchPath })) {
    draft.interpreters.push({ path: step.path, by: step.by, rule: step.rule, absent: false });
    if (step.file.shebang === undefined) resolveBinary(step.file, draft, search);
  }
  return { ...about, kind: "script" };
}

type Draft = { interpreters: Interpreter[]; loadings: ObjectLoading[] };

function resolveBinary(file: ProgramFile, draft: Draft, { loaders }: ResolutionSearch): Program["kind"] {
  const { elf, path } = file;
  if (elf === undefined) return "static";
  const named = elf.interpreter;
  if (named === undefined && (elf.needed.length === 0 || elf.type === "executable")) {
    return elf.pie || elf.type === "executable" ? "static" : "library";
  }
  const program: Loaded = { path, file, elf, parent: undefined };
  try {
    const loader = loaders.for({ ...file, elf });
    if (named !== undefined)
      draft.interpreters.push({ path: named, by: path, rule: "PT_INTERP", absent: false });
    draft.loadings.push({ program, interpreter: loader.interpreter, ...loader.load(program) });
  } catch (error) {
    if (!(error instanceof MissingInterpreter)) throw error;
    draft.interpreters.push({ path: error.interpreter, by: path, rule: "PT_INTERP", absent: true });
    const missing = elf.needed.map(({ name }) => ({ name, by: program, tried: [] }));
    draft.loadings.push({
      program,
      libraries: [],
      edges: [],
      missing,
      listed: missing.map(({ name }) => ({ name })),
    });
  }
  return named === undefined ? "library" : "dynamic";
}
