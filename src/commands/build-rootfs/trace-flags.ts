/** The options of build-rootfs that take what a command uses while it runs. */
import type { Flag } from "../../cli/command.ts";

const TRACE = "Trace";

/** All of them. */
export const TRACE_FLAGS: readonly Flag[] = [
  {
    long: "trace",
    group: TRACE,
    help: "Run the COMMAND behind -- and take every file that it uses",
    text: "It runs as the caller, in the caller's directory and with the caller's environment and network, over the host's own files; what it changes on disk is thrown away, and its output goes to standard error. The kernel tells of every file that it and its children execute, open, look at or connect to, static programs included. What it writes, what lies below /home, /root, /run, /tmp and the like, and secrets are reported and not taken.",
  },
  {
    long: "trace-file",
    value: "FILE",
    group: TRACE,
    help: "Keep what was seen in FILE, together with what it holds of earlier runs",
    text: "Without --trace what FILE holds is taken, and nothing is run.",
  },
  {
    long: "trace-allow",
    value: "GLOB",
    multiple: true,
    group: TRACE,
    help: "Take what matches GLOB, with all below it, though it would be withheld",
    text: "GLOB is a path with *, ?, [a-z], {a,b}, and ** for any number of directories. Only what was used is taken.",
  },
  {
    long: "trace-timeout",
    value: "SECONDS",
    group: TRACE,
    help: "End COMMAND after SECONDS; what it did by then counts",
    text: "By SIGTERM, and 5 seconds later by SIGKILL. So does Ctrl-C end one that would run for ever.",
  },
  {
    long: "trace-allow-failure",
    group: TRACE,
    help: "Take what COMMAND used also when it fails",
    text: "Without it an exit status other than 0 is an error, and nothing is written: what a command does when it fails is not what it needs to work.",
  },
];
