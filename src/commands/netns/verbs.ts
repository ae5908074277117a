/** THE table of the verbs of `nsbox netns`. A new one is a file and a row here. */
import type { Verb } from "../verbs.ts";

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
    usage: "attach NAME PID|CONTAINER",
    summary: "Call the network namespace of a process or container by that name",
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
