/** THE table of the verbs of `nsbox ns`. A new one is a file and a row here. */
import type { Verb } from "../verbs.ts";

/** By name, in the order they are listed in. */
export const VERBS = {
  show: {
    usage: "show NAMESPACE…",
    summary: "All that is known of it: owners, parents, processes, what holds it",
    takes: ["kind", "input"],
    load: () => import("./show.ts"),
  },
  type: {
    usage: "type NAMESPACE…",
    summary: "Its kind",
    takes: ["kind"],
    load: () => import("./type.ts"),
  },
  owner: {
    usage: "owner NAMESPACE…",
    summary: "The user namespace that owns it; of a user namespace its parent",
    takes: ["kind"],
    load: () => import("./owner.ts"),
  },
  parent: {
    usage: "parent NAMESPACE…",
    summary: "Its parent; user and PID namespaces have one",
    takes: ["kind"],
    load: () => import("./parent.ts"),
  },
  uid: {
    usage: "uid NAMESPACE…",
    summary: "The user that made it; user namespaces alone know",
    takes: ["kind"],
    load: () => import("./uid.ts"),
  },
  keep: {
    usage: "keep NAME|PID DIR",
    summary: "Bind the namespaces of a container or a process in the directory DIR",
    takes: ["explain", "verbose"],
    load: () => import("./keep.ts"),
  },
  release: {
    usage: "release DIR",
    summary: "Unmount them, and remove what nsbox made there, DIR included",
    takes: [],
    load: () => import("./release.ts"),
  },
} as const satisfies Readonly<Record<string, Verb>>;
