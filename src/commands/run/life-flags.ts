/** Options of `nsbox run` on how a container lives: kept or not, with what terminal, watched by whom. */
import type { Flag } from "../../cli/command.ts";

const KEPT = "Keeping the container";
const CALLERS = "For callers that are programs";

/** The rows, in the order of the help. */
export const lifeFlags = (): readonly Flag[] => [
  {
    long: "tty",
    short: "t",
    group: KEPT,
    help: "Give the command a terminal of its own",
    text: "A pseudoterminal in its /dev/pts, with the size and the modes of the caller's. Without it the command shares the caller's terminal.",
  },
  {
    long: "detach",
    short: "d",
    group: KEPT,
    help: "Leave it in the background: print its id once the command runs",
    text: "What it writes goes to its log: see nsbox-logs(1). It ends with its command, or by nsbox-stop(1).",
  },
  {
    long: "name",
    value: "NAME",
    group: KEPT,
    help: "Keep it under this name, for ps, logs, exec, stop and the others",
    text: "In the foreground too: then Ctrl-P Ctrl-Q leaves it in the background. Its log and its exit status are kept until nsbox-rm(1).",
  },
  {
    long: "interactive",
    group: KEPT,
    help: "With -d: keep its input open, for nsbox-attach(1)",
    text: "Without it a detached command's input is /dev/null. In the foreground a command always has the caller's input. The letter -i is the IPC namespace.",
  },
  { long: "rm", group: KEPT, help: "Forget a kept container once it has ended" },
  {
    long: "restart",
    value: "POLICY",
    group: KEPT,
    help: "Start the command again: no, on-failure[:N], always",
    text: "After 0.1 s, then twice as long each time up to a minute; from the beginning where it lived for 10 s. N: how often at most. Not after nsbox-stop(1).",
  },
  {
    long: "stop-signal",
    value: "SIGNAL",
    group: KEPT,
    help: "What nsbox-stop(1) sends; TERM unless given",
  },
  {
    long: "stop-timeout",
    value: "SECONDS",
    group: KEPT,
    help: "How long it waits until it sends KILL; 10 unless given",
  },
  {
    long: "log-size",
    value: "SIZE",
    group: KEPT,
    help: "Rotate the log at this size; 16m unless given",
    text: "Bytes, or with the suffix k, m or g. One older file is kept beside it.",
  },
  {
    long: "detach-keys",
    value: "KEYS",
    group: KEPT,
    help: "Leave the container by these keys; ctrl-p,ctrl-q unless given",
    text: 'Keys parted by commas: single characters, or ctrl- and a letter. "none": no keys do.',
  },
  {
    long: "ns-dir",
    value: "DIR",
    group: KEPT,
    help: "Bind the namespaces of its own in DIR before the command starts: they outlive it",
    text: "A file a kind, named as under /proc/PID/ns, for nsenter(1) and ip-netns(8). DIR is made where it is absent, and is a private mount of its own until nsbox-ns(1) releases it. It needs CAP_SYS_ADMIN outside. A PID namespace stays a name without life: once its PID 1 has ended no process is born in it any more.",
  },
  {
    long: "pid-file",
    value: "FILE",
    group: CALLERS,
    help: "Write the command's PID, as the host sees it, to FILE before it starts",
    text: "FILE is removed at the end.",
  },
  {
    long: "status-fd",
    value: "N",
    group: CALLERS,
    help: "Write a line of JSON to descriptor N when the command is created, starts and ends",
    text: 'With -d and --restart too, for each start. A set-up that fails, or is ended, comes to no "started".\n {"event":"created","pid":N}\n {"event":"started","pid":N}\n {"event":"exited","status":N,"signal":N}',
  },
  {
    long: "die-with-parent",
    group: CALLERS,
    help: "End with the process that called nsbox, however that ends",
    text: "Without it only the monitor's end, nsbox's own process, ends the command.",
  },
  {
    long: "sync-fd",
    value: "N",
    group: CALLERS,
    help: "Hold descriptor N open until the end, for whoever waits for its end of file",
  },
  {
    long: "block-fd",
    value: "N",
    group: CALLERS,
    help: "Set everything up, and start the command once descriptor N can be read",
    text: "One byte is read, or the end of file. By then --pid-file and --status-fd have told the PID.",
  },
  {
    long: "args-fd",
    value: "N",
    group: CALLERS,
    help: "Read more words from descriptor N, each ended by NUL, and take them for options that stand here",
  },
];
