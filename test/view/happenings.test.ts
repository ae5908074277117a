/** What the log of the live page says. */
import { expect, test } from "bun:test";
import type { Snapshot } from "../../src/ns/model.ts";
import { happenings } from "../../src/view/viewer/happenings.ts";
import { zoo } from "./zoo.ts";

const words = (before: Snapshot, after: Snapshot) =>
  happenings(before, after).map(({ what, words: text }) => `${what} ${text}`);

test("nothing is said where nothing happened", () => {
  expect(words(zoo(), zoo())).toEqual([]);
});

test("what came and what went is named by its id and process", () => {
  const small = zoo({ flat: 1, rootless: 0, nested: 0 });
  const bare = zoo({ flat: 0, rootless: 0, nested: 0 });
  expect(words(bare, small)).toEqual(["came net:[4026532141] nginx (6)"]);
  expect(words(small, bare)).toEqual(["went net:[4026532141] nginx (6)"]);
});

test("a number that stands for another namespace now is one that went and one that came", () => {
  const before = zoo({ flat: 1, rootless: 0, nested: 0 });
  const again = before.namespaces.map((one) => (one.id === 4026532141 ? { ...one, serial: 9999 } : one));
  expect(words(before, { ...before, namespaces: again })).toEqual([
    "came net:[4026532141] nginx (6)",
    "went net:[4026532141] nginx (6)",
  ]);
});

test("a process that moved is named with where it is now", () => {
  const before = zoo();
  const net = before.namespaces.find(({ id }) => id === 4026532141)!;
  const processes = before.processes.map((one) =>
    one.pid === 5 ? { ...one, namespaces: { ...one.namespaces, net: net.id } } : one,
  );
  expect(words(before, { ...before, processes })).toEqual(["moved bash (5) to net:[4026532141]"]);
  const other = before.processes.map((one) => (one.pid === 5 ? { ...one, start: 7, namespaces: {} } : one));
  expect(words(before, { ...before, processes: other })).toEqual([]);
});

test("a namespace that its last process left is said to have none", () => {
  const before = zoo({ flat: 1, rootless: 0, nested: 0 });
  const left = before.namespaces.map((one) =>
    one.id === 4026532141 ? { ...one, processes: [], leader: null } : one,
  );
  expect(words(before, { ...before, namespaces: left })).toEqual([
    "moved net:[4026532141] has no process any more",
  ]);
});
