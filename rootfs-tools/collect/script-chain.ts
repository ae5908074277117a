/** The interpreters of a script, one after the other, as the kernel and env(1) come to them. */
import { NsboxError } from "../../src/util/errors.ts";
import type { Host } from "../load/host.ts";
import { type ProgramFile, readProgram } from "./program.ts";

/** One interpreter of the chain. */
export interface ScriptStep {
  readonly path: string;
  readonly file: ProgramFile;
  /** The script that names it. */
  readonly by: string;
  readonly rule: "#! line" | "env(1)";
}

/** How names are looked up. */
export interface ScriptSearch {
  readonly host: Host;
  readonly which: (name: string) => string | undefined;
  readonly searchPath: string;
}

/** Scripts that are scripts' interpreters: the kernel follows that many. */
const MOST_SCRIPTS = 5;

/** Follows `#!` lines to the binary at their end. Throws NsboxError where the kernel or env(1) would fail. */
export function* followScript(
  script: ProgramFile,
  { host, which, searchPath }: ScriptSearch,
): Generator<ScriptStep> {
  const seen = new Set([script.id]);
  for (let file = script, depth = 1; file.shebang !== undefined; depth++) {
    const { interpreter, envProgram } = file.shebang;
    const use = (path: string, rule: ScriptStep["rule"]): ScriptStep => ({
      path,
      file: readProgram(path, host, "interpreter"),
      by: file.path,
      rule,
    });
    let next = use(host.absolute(interpreter), "#! line");
    yield next;
    if (envProgram !== undefined && next.file.shebang === undefined) {
      const path = envProgram.includes("/") ? host.absolute(envProgram) : which(envProgram);
      if (path === undefined) {
        throw new NsboxError(`Cannot find the interpreter "${envProgram}" of "${file.path}"`, {
          cause: `not in any directory of PATH (${searchPath})`,
          code: "not-found",
        });
      }
      next = use(path, "env(1)");
      yield next;
      depth = 0;
    }
    if (next.file.shebang !== undefined && (seen.has(next.file.id) || depth >= MOST_SCRIPTS)) {
      throw new NsboxError(`Cannot use "${script.path}" as a program`, {
        cause: `its interpreters are scripts without an end, at "${next.path}" (ELOOP)`,
      });
    }
    seen.add(next.file.id);
    file = next.file;
  }
}
