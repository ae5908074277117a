/** What came, went and changed between two snapshots. */
import { expect, test } from "bun:test";
import { changes, isSame } from "../../src/ns/watch.ts";
import { snapshotOf } from "./snapshots.ts";
import { zoo } from "./zoo.ts";

const one = { id: 100, kind: "net" } as const;

test("nothing differs between a snapshot and itself", () => {
  expect(isSame(changes(zoo(), zoo()))).toBe(true);
});

test("a namespace that is only in the second came, and one only in the first went", () => {
  const before = snapshotOf({ namespaces: [one] });
  const after = snapshotOf({ namespaces: [{ id: 101, kind: "uts" }] });
  const { namespaces } = changes(before, after);
  expect(namespaces.came.map(({ id }) => id)).toEqual([101]);
  expect(namespaces.went.map(({ id }) => id)).toEqual([100]);
});

test("an id that was given anew is another namespace", () => {
  const before = snapshotOf({ namespaces: [{ ...one, serial: 7 }] });
  const after = snapshotOf({ namespaces: [{ ...one, serial: 8 }] });
  const { came, went } = changes(before, after).namespaces;
  expect([came.length, went.length]).toEqual([1, 1]);
});

test("a PID that was given anew is another process", () => {
  const before = snapshotOf({ processes: [{ pid: 9, start: 1 }] });
  const after = snapshotOf({ processes: [{ pid: 9, start: 2 }] });
  const { came, went } = changes(before, after).processes;
  expect([came.length, went.length]).toEqual([1, 1]);
});

test("a namespace whose last process ended is told as changed, and in what", () => {
  const holders = [{ by: "descriptor", pid: 1, fd: 3, name: "init" }] as const;
  const before = snapshotOf({ namespaces: [one], processes: [{ pid: 9, namespaces: { net: 100 } }] });
  const after = snapshotOf({ namespaces: [{ ...one, holders }] });
  const { changed } = changes(before, after).namespaces;
  expect(changed.map(({ after, facts }) => [after.id, facts])).toEqual([[100, ["leader", "holders"]]]);
});

test("a process that enters a namespace is told as changed", () => {
  const before = snapshotOf({ namespaces: [one], processes: [{ pid: 9 }] });
  const after = snapshotOf({ namespaces: [one], processes: [{ pid: 9, namespaces: { net: 100 } }] });
  expect(changes(before, after).processes.changed.map(({ facts }) => facts)).toEqual([["namespaces"]]);
});
