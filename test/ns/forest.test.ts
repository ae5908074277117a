/** The hierarchies of namespaces, processes and containers. */
import { describe, expect, test } from "bun:test";
import { type ForestOptions, forest, type Hierarchy, type Node, walk } from "../../src/ns/forest.ts";
import type { Snapshot } from "../../src/ns/model.ts";
import { INITIAL, snapshotOf } from "./snapshots.ts";

/** A tree in words, one node a line. */
function lines(snapshot: Snapshot, by: Hierarchy, options: ForestOptions = {}): string[] {
  const { roots } = forest(snapshot, by, options);
  return [...walk(roots)].map(({ node, depth }) => "  ".repeat(depth) + word(node));
}

function word(node: Node): string {
  switch (node.type) {
    case "namespace":
      return `${node.place === "next" ? "" : `${node.place} `}${node.kind} ${node.id}`;
    case "process":
      return `process ${node.pid}`;
    case "thread":
      return `thread ${node.tid}`;
    case "container":
      return `container ${node.container}`;
    case "folder":
      return `folder ${node.kind}`;
    case "unknown":
      return `? ${node.what}`;
  }
}

const nested = snapshotOf({
  namespaces: [
    { id: 100, kind: "user", parent: INITIAL.user, uid: 1000 },
    { id: 101, kind: "user", parent: 100, owner: 100, uid: 1000 },
    { id: 102, kind: "user", parent: 101, owner: 101, uid: 1000 },
    { id: 104, kind: "net", owner: 102 },
    { id: 103, kind: "net", owner: 102 },
    { id: 105, kind: "mnt", owner: 102 },
  ],
  processes: [{ pid: 50, namespaces: { user: 102, net: 103, mnt: 105 } }],
});

describe("by owner", () => {
  test("user namespaces without a process stand between those with one", () => {
    expect(lines(nested, "owner", { owned: false })).toEqual([
      `user ${INITIAL.user}`,
      "  user 100",
      "    user 101",
      "      user 102",
    ]);
  });

  test("what a user namespace owns stands before those below it, by kind and then by id", () => {
    expect(lines(nested, "owner", { kinds: ["mnt", "net"] }).slice(-4)).toEqual([
      "      user 102",
      "        side mnt 105",
      "        side net 103",
      "        side net 104",
    ]);
  });

  test("more than one of a kind get a folder where that is asked for", () => {
    const found = lines(nested, "owner", { kinds: ["mnt", "net"], folders: true }).slice(-5);
    expect(found).toEqual([
      "      user 102",
      "        side mnt 105",
      "        folder net",
      "          side net 103",
      "          side net 104",
    ]);
  });

  test("several whose parent is out of reach stand below one unknown root", () => {
    const partial = snapshotOf({
      initial: false,
      namespaces: [
        { id: 7, kind: "user", owner: null, parent: null },
        { id: 8, kind: "user", owner: null, parent: null },
        { id: 9, kind: "net", owner: null },
      ],
    });
    expect(lines(partial, "owner")).toEqual(["? parent", "  user 7", "  user 8", "? owner", "  side net 9"]);
  });

  test("one alone that has no parent in reach is the root", () => {
    const inside = snapshotOf({
      initial: false,
      namespaces: [{ id: 7, kind: "user", owner: null, parent: null }],
    });
    expect(lines(inside, "owner")).toEqual(["user 7"]);
  });
});

describe("by parent", () => {
  const pids = snapshotOf({
    namespaces: [
      { id: 100, kind: "user", parent: INITIAL.user },
      { id: 200, kind: "pid", parent: INITIAL.pid, owner: 100 },
      { id: 201, kind: "pid", parent: 200, owner: 100 },
      { id: 202, kind: "pid", parent: INITIAL.pid },
    ],
  });

  test("there is a tree of user and one of PID namespaces", () => {
    expect(lines(pids, "parent")).toEqual([
      `user ${INITIAL.user}`,
      "  user 100",
      `pid ${INITIAL.pid}`,
      "  pid 200",
      "    pid 201",
      "  pid 202",
    ]);
  });

  test("every PID namespace points at its owner", () => {
    const { edges } = forest(pids, "parent");
    expect(edges).toContainEqual({ type: "owner", from: "ns:201", to: "ns:100" });
    expect(edges.filter(({ type }) => type === "owner")).toHaveLength(4);
  });

  test("with owners a PID namespace stands below its owner where its parent's is another", () => {
    expect(lines(pids, "parent", { owners: true })).toEqual([
      `user ${INITIAL.user}`,
      `  pid ${INITIAL.pid}`,
      "    pid 202",
      "  user 100",
      "    pid 200",
      "      pid 201",
    ]);
  });
});

describe("by process", () => {
  const busy = snapshotOf({
    namespaces: [
      { id: 300, kind: "net" },
      { id: 301, kind: "net", holders: [{ by: "mount", namespace: INITIAL.mnt, path: "/run/netns/a" }] },
      { id: 302, kind: "uts" },
    ],
    processes: [
      { pid: 20 },
      { pid: 21, ppid: 20 },
      { pid: 22, ppid: 21, namespaces: { net: 300 } },
      { pid: 23, ppid: 22, strays: [{ tid: 24, name: "t", namespaces: { uts: 302 } }] },
      { pid: 25, ppid: 22, namespaces: { net: INITIAL.net } },
    ],
  });

  test("only processes where a namespace changes are shown, below the nearest of them", () => {
    expect(lines(busy, "process", { kinds: ["net", "uts"] })).toEqual([
      "process 1",
      `  side net ${INITIAL.net}`,
      `  side uts ${INITIAL.uts}`,
      "  process 22",
      "    side net 300",
      "    process 23",
      "      thread 24",
      "        side uts 302",
      "    process 25",
      `      again net ${INITIAL.net}`,
      "? process",
      "  side net 301",
    ]);
  });

  test("of several children that are in the same new namespaces the first stands for all", () => {
    const born = snapshotOf({
      namespaces: [{ id: 500, kind: "pid", parent: INITIAL.pid }],
      processes: [
        { pid: 70, namespaces: { pid: 500 } },
        { pid: 71, namespaces: { pid: 500 } },
        { pid: 72, ppid: 71 },
      ],
    });
    expect(lines(born, "process", { kinds: ["pid"] })).toEqual([
      "process 1",
      `  side pid ${INITIAL.pid}`,
      "  process 70",
      "    side pid 500",
    ]);
  });

  test("all of them where that is asked for", () => {
    expect(lines(busy, "process", { kinds: ["pid"], all: true }).map((line) => line.trim())).toEqual([
      "process 1",
      `side pid ${INITIAL.pid}`,
      "process 20",
      "process 21",
      "process 22",
      "process 23",
      "thread 24",
      "process 25",
    ]);
  });

  test("two that claim each other as parent are both shown", () => {
    const torn = snapshotOf({
      processes: [
        { pid: 30, ppid: 31, start: 5 },
        { pid: 31, ppid: 30, start: 5 },
      ],
    });
    const shown = lines(torn, "process", { all: true, kinds: ["net"] }).map((line) => line.trim());
    expect(shown.filter((line) => line.startsWith("process")).sort()).toEqual([
      "process 1",
      "process 30",
      "process 31",
    ]);
  });

  test("a chain of 50,000 processes is walked", () => {
    const processes = Array.from({ length: 50_000 }, (_, index) => ({
      ...busy.processes[0]!,
      pid: index + 1,
      ppid: index,
      start: index,
    }));
    const { roots } = forest({ ...busy, processes }, "process", { all: true, kinds: [] });
    expect([...walk(roots)].at(-1)?.depth).toBe(49_999);
  });
});

describe("by container", () => {
  const engines = snapshotOf({
    namespaces: [
      { id: 400, kind: "net" },
      { id: 401, kind: "net" },
      { id: 402, kind: "uts" },
    ],
    processes: [
      { pid: 40, container: 0, namespaces: { net: 400 } },
      { pid: 41, ppid: 40, container: 0 },
      { pid: 42, ppid: 41, container: 1, namespaces: { net: 401 } },
      { pid: 43 },
    ],
    containers: [
      { engine: "docker", pid: 40 },
      { engine: "podman", pid: 42, within: 0 },
    ],
  });

  test("one in another stands in it, and what is in none stands last", () => {
    expect(lines(engines, "container", { kinds: ["net", "uts"] })).toEqual([
      "container 0",
      "  process 40",
      "    side net 400",
      "  container 1",
      "    process 42",
      "      side net 401",
      "container null",
      "  process 1",
      `    side net ${INITIAL.net}`,
      `    side uts ${INITIAL.uts}`,
      "  ? process",
      "    side uts 402",
    ]);
  });
});

test("a key is never used twice", () => {
  for (const by of ["owner", "parent", "process", "container"] as const) {
    const keys = [...walk(forest(nested, by, { all: true }).roots)].map(({ node }) => node.key);
    expect(new Set(keys).size).toBe(keys.length);
  }
});
