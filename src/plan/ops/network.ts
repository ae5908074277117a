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
} as const satisfies Readonly<Record<string, Operation>>;
