/** Every command of nsbox. A new one is a file and a row here. */
import type { Command } from "../cli/command.ts";

/** A command as it is listed, without being loaded. */
export interface Row {
  /** One line, no full stop. */
  readonly summary: string;
  /** `internal`: called by nsbox itself, listed nowhere. */
  readonly group: "main" | "containers" | "looking" | "internal";
  load(): Promise<{ readonly command: Command }>;
}

/** Name to command, in the order they are listed in. */
export const COMMANDS: Readonly<Record<string, Row>> = {
  run: {
    summary: "Run a command in namespaces of its own",
    group: "main",
    load: () => import("./run.ts"),
  },
  exec: {
    summary: "Run one more command in a container that runs",
    group: "main",
    load: () => import("./exec.ts"),
  },
  shell: {
    summary: "Open a shell in namespaces of every kind, over the host's own files",
    group: "main",
    load: () => import("./shell.ts"),
  },
  unshare: {
    summary: "Run a command in new namespaces, over the host's own files",
    group: "main",
    load: () => import("./unshare.ts"),
  },
  ns: {
    summary: "Ask the kernel about a namespace, or keep it by a name in a directory",
    group: "main",
    load: () => import("./ns.ts"),
  },
  netns: {
    summary: "Keep network namespaces by a name, as ip netns does, and run commands in them",
    group: "main",
    load: () => import("./netns.ts"),
  },
  net: {
    summary: "Make networks that containers are on, and say who is on them",
    group: "main",
    load: () => import("./net.ts"),
  },
  mount: {
    summary: "Mount something more in a container that runs",
    group: "main",
    load: () => import("./mount.ts"),
  },
  umount: {
    summary: "Take away a mount of a container that runs",
    group: "main",
    load: () => import("./umount.ts"),
  },
  "build-rootfs": {
    summary: "Make a root filesystem from programs and the libraries they load",
    group: "main",
    load: () => import("./build-rootfs.ts"),
  },
  ldd: {
    summary: "Print the shared libraries that programs load, and run nothing",
    group: "main",
    load: () => import("./ldd.ts"),
  },
  "verify-rootfs": {
    summary: "List what is broken in a root filesystem",
    group: "main",
    load: () => import("./verify-rootfs.ts"),
  },
  ps: {
    summary: "List the containers that live",
    group: "containers",
    load: () => import("./ps.ts"),
  },
  inspect: {
    summary: "Print all that is known of a container",
    group: "containers",
    load: () => import("./inspect.ts"),
  },
  logs: {
    summary: "Print what a container wrote",
    group: "containers",
    load: () => import("./logs.ts"),
  },
  top: {
    summary: "List the processes of a container",
    group: "containers",
    load: () => import("./top.ts"),
  },
  stats: {
    summary: "Show what containers use of processors, memory, disks and network",
    group: "containers",
    load: () => import("./stats.ts"),
  },
  events: {
    summary: "Print what happens to containers, as it happens",
    group: "containers",
    load: () => import("./events.ts"),
  },
  update: {
    summary: "Give a container that runs other limits",
    group: "containers",
    load: () => import("./update.ts"),
  },
  pause: {
    summary: "Freeze containers",
    group: "containers",
    load: () => import("./pause.ts"),
  },
  resume: {
    summary: "Let paused containers go on",
    group: "containers",
    load: () => import("./resume.ts"),
  },
  attach: {
    summary: "Connect the terminal to a container",
    group: "containers",
    load: () => import("./attach.ts"),
  },
  cp: {
    summary: "Copy files into a container, or out of it",
    group: "containers",
    load: () => import("./cp.ts"),
  },
  stop: {
    summary: "End containers, and start them no more",
    group: "containers",
    load: () => import("./stop.ts"),
  },
  kill: {
    summary: "Send a signal to containers",
    group: "containers",
    load: () => import("./kill.ts"),
  },
  wait: {
    summary: "Wait until containers have ended",
    group: "containers",
    load: () => import("./wait.ts"),
  },
  restart: {
    summary: "Start containers once more",
    group: "containers",
    load: () => import("./restart.ts"),
  },
  rename: {
    summary: "Give a container another name",
    group: "containers",
    load: () => import("./rename.ts"),
  },
  rm: {
    summary: "Forget containers that have ended",
    group: "containers",
    load: () => import("./rm.ts"),
  },
  gc: {
    summary: "Clean up what killed processes left",
    group: "containers",
    load: () => import("./gc.ts"),
  },
  ls: {
    summary: "List the namespaces of this machine, and what keeps each alive",
    group: "looking",
    load: () => import("./ls.ts"),
  },
  tree: {
    summary: "Show how namespaces, processes and containers hang together",
    group: "looking",
    load: () => import("./tree.ts"),
  },
  graph: {
    summary: "Draw the namespaces of this machine: a picture, a page, a live page",
    group: "looking",
    load: () => import("./graph.ts"),
  },
  caps: {
    summary: "Say which capabilities a process has in a namespace, and why",
    group: "looking",
    load: () => import("./caps.ts"),
  },
  pid: {
    summary: "Translate PIDs between PID namespaces",
    group: "looking",
    load: () => import("./pid.ts"),
  },
  mounts: {
    summary: "Show the mounts of a process, hidden ones too, and where they propagate",
    group: "looking",
    load: () => import("./mounts.ts"),
  },
  diff: {
    summary: "Show in what the worlds of two processes differ",
    group: "looking",
    load: () => import("./diff.ts"),
  },
  check: {
    summary: "Say whether this machine can do what nsbox wants, and what would help",
    group: "looking",
    load: () => import("./check.ts"),
  },
  dump: {
    summary: "Print all that can be seen as JSON, to be looked at later",
    group: "looking",
    load: () => import("./dump.ts"),
  },
  lsuserns: {
    summary: "Show the tree of user namespaces: nsbox tree --by owner",
    group: "looking",
    load: () => import("./lsuserns.ts"),
  },
  lspidns: {
    summary: "Show the tree of PID namespaces",
    group: "looking",
    load: () => import("./lspidns.ts"),
  },
  pidtree: {
    summary: "Show processes in the tree of PID namespaces, with all their PIDs",
    group: "looking",
    load: () => import("./pidtree.ts"),
  },
  graphns: {
    summary: "Draw user and PID namespaces: nsbox graph --by parent",
    group: "looking",
    load: () => import("./graphns.ts"),
  },
  help: {
    summary: "Explain a command or a topic",
    group: "main",
    load: () => import("./help.ts"),
  },
  report: {
    summary: "Word the failure of a container's set-up",
    group: "internal",
    load: () => import("./report.ts"),
  },
};
