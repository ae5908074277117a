/** Named network namespaces. */
import type { Operation } from "../operation.ts";

/** Rows of the operation table, see `../ops.ts`. */
export const NETNS = {
  make_network: {
    where: "before",
    undo: "the monitor, where it was not finished",
    says: "Make a network namespace called {name}: a new file in {directory}, where all mounts are shared, with the namespace bound over it",
    call: "mkdir, mount MS_SHARED, openat O_EXCL, unshare, mount MS_BIND",
    man: "ip-netns(8)",
    fields: { directory: "path", name: "string" },
  },
  name_network: {
    where: "before",
    undo: "the monitor, where it was not finished",
    says: "Call the network namespace of process {pid} {name}: a new file in {directory}, where all mounts are shared, with the namespace bound over it",
    call: "mkdir, mount MS_SHARED, openat O_EXCL, mount MS_BIND",
    man: "ip-netns(8)",
    fields: { directory: "path", name: "string", pid: "number" },
  },
  network_sys: {
    where: "inside",
    undo: "ends",
    says: "Mount a sysfs on /sys, in place of what is there, that shows the devices of network {name}",
    call: "umount2, fsopen, fsmount, move_mount",
    man: "ip-netns(8)",
    kind: "mnt",
    fields: { name: "string" },
  },
} as const satisfies Readonly<Record<string, Operation>>;
