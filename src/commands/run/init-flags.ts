/** Options of `nsbox run` that say what PID 1 is. */
import type { Flag } from "../../cli/command.ts";

const group = "PID 1";

/** The rows, in the order of the help. */
export const initFlags = (): readonly Flag[] => [
  {
    long: "init",
    value: "MODE",
    optional: true,
    group,
    help: "Run the command as PID 2 under an init that reaps and hands on signals",
    text: "The init is nsbox's helper, and nothing is added to ROOTFS. It hands every signal on to the command, ends with its status, 128+n for signal n, and what is left ends with it. With \"=group\" the command leads a process group of its own, in the terminal's foreground, and signals go to the whole group. See docs/init.md.",
  },
  {
    long: "init-program",
    value: "PROGRAM",
    group,
    help: "Run this program of ROOTFS as PID 1, with the command as its arguments",
  },
];
