import { expect, test } from "bun:test";
import { didYouMean, distance, suggest } from "../../src/cli/suggest.ts";

test.each([
  ["", "", 0],
  ["", "abc", 3],
  ["kitten", "sitting", 3],
  ["hostname", "hostnmae", 1],
  ["ab", "ba", 1],
  ["bind", "bnid", 1],
  ["rootfs", "rootfs", 0],
])("from %p to %p it is %d edits", (a, b, edits) => {
  expect(distance(a, b)).toBe(edits);
  expect(distance(b, a)).toBe(edits);
});

test("a beginning is completed, shortest first", () => {
  expect(suggest("net", ["network", "net-ns", "mount"])).toEqual(["net-ns", "network"]);
});

test("a typo finds the nearest words, at most three", () => {
  expect(suggest("moutn", ["mount", "amount", "env"])).toEqual(["mount", "amount"]);
  expect(suggest("aaaa", ["aaab", "aaac", "aaad", "aaae"])).toHaveLength(3);
});

test("short words are not taken for just anything", () => {
  expect(suggest("abc", ["xyc", "env", "tty"])).toEqual([]);
  expect(suggest("evn", ["env"])).toEqual(["env"]);
  expect(suggest("", ["env"])).toEqual([]);
});

test("a question is asked only when there is something to offer", () => {
  expect(didYouMean([])).toBeUndefined();
  expect(didYouMean(["a"])).toBe('Did you mean "a"?');
  expect(didYouMean(["a", "b", "c"])).toBe('Did you mean "a", "b" or "c"?');
});
