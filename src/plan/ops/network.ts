/** Devices, addresses, routes and rules: messages of rtnetlink(7) and nftables, made by `src/net`. */
import type { Operation } from "../operation.ts";

// `patches`: what only the helper knows, "OFFSET:pid OFFSET:netns OFFSET:index=NAME", each 32 bits wide.
const FIELDS = { text: "string", protocol: "number", messages: "base64", patches: "string" } as const;

/** Rows of the operation table, see `../ops.ts`. */
export const NETWORK = {
  netlink_before: {
    where: "before",
    undo: "the monitor, by messages of its own",
    says: "{text}",
    call: "socket AF_NETLINK, sendto",
    man: "netlink(7)",
    fields: { ...FIELDS, undo: "base64" },
  },
  netlink_outside: {
    where: "outside",
    undo: "the monitor, by messages of its own",
    says: "{text}",
    call: "socket AF_NETLINK, sendto",
    man: "netlink(7)",
    fields: { ...FIELDS, undo: "base64" },
  },
  netlink_inside: {
    where: "inside",
    undo: "ends",
    says: "{text}",
    call: "socket AF_NETLINK, sendto",
    man: "netlink(7)",
    fields: FIELDS,
  },
  sysctl: {
    where: "inside",
    undo: "ends",
    says: "Set {path} to {value}, where the kernel lets it be set",
    call: "openat, write",
    man: "proc_sys_net(5)",
    kind: "net",
    fields: { path: "path", value: "string" },
  },
  lease: {
    where: "before",
    undo: "the monitor, unless the container is kept",
    says: "See that the address {path} is this container's, or take it (it stays its own at the end: {keep})",
    call: "openat O_EXCL, write",
    man: "open(2)",
    // owner: the first line of the file; content: all of it. keep: 1 for a container that is kept.
    fields: { path: "path", owner: "string", content: "string", keep: "number" },
  },
} as const satisfies Readonly<Record<string, Operation>>;
