/** What can be wrong with a tree, in words. */
import { NsboxError } from "../../src/util/errors.ts";

/** The kinds of what is broken. `no-program`: a file that is neither an ELF object nor a script. */
export const PROBLEMS = [
  "missing-program",
  "missing-interpreter",
  "missing-library",
  "dangling-link",
  "escaping-link",
  "link-loop",
  "wrong-machine",
  "invalid-object",
  "invalid-script",
  "no-program",
  "unreadable",
] as const;

/** One of them. */
export type Problem = (typeof PROBLEMS)[number];

/** One thing that is broken. */
export interface Finding {
  /** Inside the tree: the program, link or directory that does not hold. */
  readonly path: string;
  readonly problem: Problem;
  /** What is broken or absent: a library's name, an interpreter, a link's target. */
  readonly what: string;
  readonly why: string;
}

/** What `error`, thrown while `path` was resolved, says of it. Anything else than an NsboxError is thrown on. */
export function findingOf(path: string, error: unknown): Finding {
  if (!(error instanceof NsboxError)) throw error;
  const { message, details } = error;
  const cause = details.cause ?? message;
  const quoted = /"([^"]*)"/.exec(message)?.[1] ?? path;
  return {
    path,
    problem: problemOf(error, cause),
    what: quoted,
    why: message.includes(`"${path}"`) ? cause : `${message}: ${cause}`,
  };
}

function problemOf({ message, details: { code, errno } }: NsboxError, cause: string): Problem {
  if (errno === "EACCES" || cause.includes("EACCES")) return "unreadable";
  if (errno === "ELOOP" || cause.includes("ELOOP")) return "link-loop";
  if (message.startsWith("Cannot use the interpreter")) {
    return cause.includes("another class or machine") ? "wrong-machine" : "missing-interpreter";
  }
  if (/as an interpreter$|^Cannot find the interpreter/.test(message)) return "missing-interpreter";
  if (code === "not-found") return "missing-program";
  if (cause.startsWith("neither an ELF file") || /relocatable object|neither an executable nor/.test(cause)) {
    return "no-program";
  }
  return cause.startsWith("its #! line") ? "invalid-script" : "invalid-object";
}
