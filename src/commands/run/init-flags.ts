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
    text: 'The init is nsbox\'s helper, and nothing is added to ROOTFS. It hands every signal on to the command, ends with its status, 128+n for signal n, and what is left ends with it. With "=group" the command leads a process group of its own, in the terminal\'s foreground, and signals go to the whole group. With "=full" it first does the whole startup of a container: scripts, environment directory, runit; COMMAND may then be left out. See docs/init.md.',
  },
  {
    long: "init-program",
    value: "PROGRAM",
    group,
    help: "Run this program of ROOTFS as PID 1, with the command as its arguments",
  },
  {
    long: "init-skip",
    value: "startup|runit",
    multiple: true,
    group,
    help: "Leave out the scripts of the whole startup, or runit",
  },
  {
    long: "init-timeout",
    value: "SECONDS",
    group,
    help: "How long the whole startup waits between TERM and KILL for one process",
    text: "Without it the variable KILL_PROCESS_TIMEOUT says so, else it is 30.",
  },
  {
    long: "init-kill-all-timeout",
    value: "SECONDS",
    group,
    help: "Likewise at the end, for all that are left",
    text: "Without it the variable KILL_ALL_PROCESSES_TIMEOUT says so, else it is 30.",
  },
  {
    long: "init-no-kill-all",
    group,
    help: "Send no TERM at the end to what is left: it is killed with PID 1",
  },
];
