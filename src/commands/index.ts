/** Every command of nsbox. A new one is a file and a row here. */
import type { Command } from "../cli/command.ts";

/** A command as it is listed, without being loaded. */
export interface Row {
  /** One line, no full stop. */
  readonly summary: string;
  /** `internal`: called by nsbox itself, listed nowhere. */
  readonly group: "main" | "internal";
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
