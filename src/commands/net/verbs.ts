/** THE table of the verbs of `nsbox net`. A new one is a file and a row here. */
import type { Verb } from "../verbs.ts";

/** By name, in the order they are listed in. */
export const VERBS = {
  create: {
    usage: "create NAME",
    summary: "Make a network: a bridge, addresses, a way out",
    takes: ["subnet", "gateway", "mtu", "internal", "no-ipv6"],
    load: () => import("./create.ts"),
  },
  ls: {
    usage: "ls",
    summary: "List the networks",
    takes: ["json"],
    load: () => import("./ls.ts"),
  },
  inspect: {
    usage: "inspect NAME…",
    summary: "All that is known of a network: who is on it, what stands in its way",
    takes: ["json"],
    load: () => import("./inspect.ts"),
  },
  rm: {
    usage: "rm NAME…",
    summary: "Remove networks that no container is on",
    takes: ["force"],
    load: () => import("./rm.ts"),
  },
  connect: {
    usage: "connect NETWORK CONTAINER",
    summary: "Give a container that runs one more network, for its later starts too",
    takes: ["ip", "ip6", "explain"],
    load: () => import("./connect.ts"),
  },
  disconnect: {
    usage: "disconnect NETWORK CONTAINER",
    summary: "Take a container off a network",
    takes: [],
    load: () => import("./disconnect.ts"),
  },
  graph: {
    usage: "graph",
    summary: "Draw all networks of this machine: namespaces, bridges, cables, addresses",
    takes: ["output", "format", "open"],
    load: () => import("./graph.ts"),
  },
  prune: {
    usage: "prune",
    summary: "Remove all networks that no container is on, and what killed processes left",
    takes: ["json"],
    load: () => import("./prune.ts"),
  },
} as const satisfies Readonly<Record<string, Verb>>;
