/** How a run is kept, watched and talked to while it lives. */
import type { Operation } from "../operation.ts";

/** Rows of the operation table, see `../ops.ts`. */
export const LIFE = {
  supervise: {
    where: "before",
    undo: "removed where the set-up fails",
    says: "Fork a supervisor, which keeps the state of container {id} in {directory} and moves its bytes; go on in a child of it",
    call: "clone, setsid, flock",
    man: "flock(2)",
    fields: {
      directory: "path",
      // Where names point to containers, for those that are to be removed.
      names: "path",
      id: "string",
      // 1: the caller stays as a client; 0: it gets the id and goes.
      attach: "number",
      // 1: the command has a terminal of its own.
      terminal: "number",
      // 1: the command has an input, not /dev/null.
      input: "number",
      // How often to start again: -1 for ever.
      restarts: "number",
      // 1: also after exit status 0.
      always: "number",
      // Bytes of the log before it is rotated.
      log: "number",
      // 1: the state goes with the end.
      remove: "number",
      keys: "string",
    },
  },
  attach: {
    where: "before",
    undo: "ends",
    says: "Connect the standard descriptors to the container at {directory}, until its end or until {keys} is typed",
    call: "connect",
    man: "unix(7)",
    fields: { directory: "path", input: "number", terminal: "number", keys: "string" },
  },
  die_with_parent: {
    where: "before",
    undo: "ends",
    says: "End everything when process {parent} ends",
    call: "pidfd_open",
    man: "pidfd_open(2)",
    fields: { parent: "number" },
  },
  hold: {
    where: "before",
    undo: "ends",
    says: "Hold descriptor {sync} until the end, wait for {block} before the command, write events to {status} (-1: none)",
    call: "poll, write",
    man: "poll(2)",
    fields: { sync: "number", block: "number", status: "number" },
  },
  pid_file: {
    where: "outside",
    undo: "removed by the monitor",
    says: "Write the PID to {path}",
    call: "openat, renameat",
    man: "rename(2)",
    fields: { path: "path" },
  },
  terminal: {
    where: "inside",
    undo: "ends",
    says: "Open a terminal of the command's own, and hand its other side to the monitor",
    call: "openat, ioctl TIOCGPTPEER, sendmsg",
    man: "pty(7)",
    // The size; 0: as the caller's.
    fields: { rows: "number", columns: "number" },
  },
  session: {
    where: "inside",
    undo: "ends",
    says: "Begin a session (with the terminal: {terminal})",
    call: "setsid, ioctl TIOCSCTTY",
    man: "setsid(2)",
    fields: { terminal: "number" },
  },
} as const satisfies Readonly<Record<string, Operation>>;
