/** THE table of the verbs of `nsbox netns`. A new one is a file and a row here. */
import type { Parsed } from "../../cli/command.ts";

/** One verb. */
export interface Verb {
  /** It and its words. */
  readonly usage: string;
  /** One line, no full stop. */
  readonly summary: string;
  /** The options that mean something to it, besides those that all have. */
  readonly takes: readonly string[];
  /** Its failures have that status, since all others are a command's. */
  readonly failure?: 125;
  load(): Promise<{ run(input: Parsed, words: readonly string[]): number | Promise<number> }>;
}

/** What is said of steps. */
const STEPS = ["explain", "verbose"];

/** By name, in the order they are listed in. */
export const VERBS = {
  add: {
    usage: "add NAME",
    summary: "Make a network namespace and call it NAME",
    takes: STEPS,
    load: () => import("./add.ts"),
  },
  ls: {
    usage: "ls",
    summary: "Those that have a name: their ids, and who uses them",
    takes: ["json"],
    load: () => import("./ls.ts"),
  },
  exec: {
    usage: "exec NAME COMMAND [ARG…]",
    summary: "Run a command of the host's in it",
    takes: STEPS,
    failure: 125,
    load: () => import("./exec.ts"),
  },
  attach: {
    usage: "attach NAME PID",
    summary: "Call the network namespace of a process or of container PID by that name",
    takes: STEPS,
    load: () => import("./attach.ts"),
  },
  rm: {
    usage: "rm NAME…",
    summary: "Take names away; a namespace lives on as long as processes are in it",
    takes: [],
    load: () => import("./rm.ts"),
  },
} as const satisfies Readonly<Record<string, Verb>>;
