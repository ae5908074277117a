/** Devices, addresses, routes and rules: messages of rtnetlink(7) and nftables, made by `src/net`. */
import type { Operation } from "../operation.ts";

// `patches`: what only the helper knows, "OFFSET:pid OFFSET:netns OFFSET:index=NAME", "self" (the monitor), "device" (one that
// is brought home), each 32 bits wide.
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
  also_networks: {
    where: "outside",
    undo: "the monitor, by messages of its own",
    says: "Connect the process to the networks in {file}, where the addresses are still its own",
    call: "openat, read, socket AF_NETLINK, sendto",
    man: "netlink(7)",
    kind: "net",
    // owner: the first line of its leases. A file that is not there names none.
    fields: { file: "path", owner: "string" },
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
  lend_device: {
    where: "outside",
    undo: "the monitor; where that is killed the kernel, for hardware",
    says: "Move device {name} of the host into the network namespace of the process, as {inside}",
    call: "socket AF_NETLINK, sendto",
    man: "rtnetlink(7)",
    kind: "net",
    // back: the messages that bring it home, sent from there. restore: those that put it right then, "" for none.
    fields: {
      name: "string",
      inside: "string",
      messages: "base64",
      patches: "string",
      back: "base64",
      back_patches: "string",
      restore: "base64",
      restore_patches: "string",
    },
  },
  whole_checksums_outside: {
    where: "outside",
    undo: "ends",
    says: "Have device {name} send packets with their checksums",
    call: "ioctl SIOCETHTOOL",
    man: "netdevice(7)",
    fields: { name: "string" },
  },
  whole_checksums: {
    where: "inside",
    undo: "ends",
    says: "Have device {name} send packets with their checksums",
    call: "ioctl SIOCETHTOOL",
    man: "netdevice(7)",
    fields: { name: "string" },
  },
  run_tool: {
    where: "outside",
    undo: "the monitor, by a command of its own",
    says: "{text}",
    call: "clone, execve",
    man: "execve(2)",
    // words, undo: the program and its words, parted by 0x1f.
    fields: { text: "string", words: "string", undo: "string" },
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
