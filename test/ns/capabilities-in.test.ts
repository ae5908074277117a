/** Capabilities towards namespaces, where too little is known. What is known is held to the kernel in test/e2e/caps.test.ts. */
import { expect, test } from "bun:test";
import { capabilitiesIn, maskNames, userChain } from "../../src/ns/capabilities-in.ts";
import type { Details } from "../../src/ns/model.ts";
import { numbersOf } from "../../src/ns/pid-map.ts";
import { INITIAL, snapshotOf } from "./snapshots.ts";

const details = (effective: string): Details =>
  ({ capabilities: { effective, permitted: effective, bounding: "1ffffffffff" } }) as unknown as Details;

const capsh = Bun.which("capsh", { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" });
test.skipIf(capsh === null).each(["0", "1", "a80425fb", "1ffffffffff", "10000000000", "20000c0003000"])(
  "the names in the mask %s are those of capsh (needs capsh)",
  (mask) => {
    const { stdout } = Bun.spawnSync([capsh!, `--decode=${mask}`]);
    const names = stdout.toString().trim().split("=")[1] ?? "";
    // What this capsh has no name for it writes as a number.
    const judged = names === "" ? [] : names.split(",").map((name) => name.replace(/^(\d+)$/, "cap_$1"));
    expect(maskNames(mask).map((name) => name.toLowerCase())).toEqual(judged);
  },
);

/** A user namespace of somebody's, and a process of user `uid` above it. */
const world = (uid: number | null, owner: number | null, viewer = 4001) => {
  const snapshot = snapshotOf({
    initial: false,
    namespaces: [
      { id: 4001, kind: "user" },
      { id: 4002, kind: "user", owner: 4001, parent: 4001, uid: owner },
      { id: 4003, kind: "net", owner: 4002 },
      { id: 4004, kind: "net", owner: null },
      { id: INITIAL.net, kind: "net", owner: null, initial: true },
    ],
    processes: [{ pid: 10, uid, namespaces: { user: 4001 } }],
    viewer: { namespaces: { user: viewer } },
  });
  const named = (id: number) => snapshot.namespaces.find((one) => one.id === id)!;
  const process = snapshot.processes.find(({ pid }) => pid === 10)!;
  return (id: number, effective = "0") => capabilitiesIn(snapshot, process, details(effective), named(id));
};

test("whose user made it has all; whose did not has its effective set", () => {
  expect(world(1000, 1000)(4003)).toMatchObject({ rule: "creator", made: 4002, all: true });
  expect(world(1000, 1001)(4003, "1")).toMatchObject({ rule: "below", capabilities: ["CAP_CHOWN"] });
});

test("two users without a number here may be the same or not: nothing is said", () => {
  expect(world(65534, 65534)(4003)).toMatchObject({ rule: "unknown", capabilities: null });
  expect(world(null, 1000)(4003)).toMatchObject({ rule: "unknown", capabilities: null });
  // Who has all in effect has them either way.
  expect(world(65534, 65534)(4003, "1ffffffffff")).toMatchObject({ rule: "below", all: true });
});

test("what is owned out of reach is not known, but for what was made with the kernel", () => {
  expect(world(1000, 1000)(4004)).toMatchObject({ rule: "unknown", user: null, capabilities: null });
  expect(world(1000, 1000)(INITIAL.net)).toMatchObject({ rule: "elsewhere", user: INITIAL.user });
});

test("a dump whose user namespaces lead in a circle ends", () => {
  const snapshot = snapshotOf({
    initial: false,
    namespaces: [
      { id: 1, kind: "user", parent: 2 },
      { id: 2, kind: "user", parent: 1 },
    ],
  });
  expect(userChain(snapshot, 1)).toEqual({ ids: [1, 2], complete: false });
});

test("numbers in PID namespaces that are out of reach have no namespace", () => {
  const snapshot = snapshotOf({
    initial: false,
    namespaces: [{ id: 7, kind: "pid", parent: null }],
    processes: [{ pid: 10, pids: [10, 4, 1], namespaces: { pid: 7 } }],
    viewer: { namespaces: { pid: 5 } },
  });
  expect(numbersOf(snapshot, snapshot.processes.find(({ pid }) => pid === 10)!)).toEqual([
    { pid: 10, namespace: 5 },
    { pid: 4, namespace: null },
    { pid: 1, namespace: 7 },
  ]);
});
