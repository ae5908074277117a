/** Amounts, as people write them. */
import { describe, expect, test } from "bun:test";
import { readBytes, readList, readProcessors, wordBytes } from "../../src/cgroup/amount.ts";

describe("bytes", () => {
  test.each([
    ["0", 0],
    ["4096", 4096],
    ["100m", 100 * 1024 ** 2],
    ["1.5g", 1.5 * 1024 ** 3],
    ["64K", 65536],
    ["2MB", 2 * 1024 ** 2],
    ["1GiB", 1024 ** 3],
    ["1t", 1024 ** 4],
    ["0.3k", 307],
  ])("%s are %d", (word, bytes) => expect(readBytes(word)).toBe(bytes));

  test.each([
    "",
    "m",
    "-1",
    "1.5",
    "1e9",
    "0x10",
    "10 m",
    "1..5g",
    ".5g",
    "9007199254740993",
    "9999p",
    "50%",
  ])('"%s" are none', (word) => expect(readBytes(word)).toBeUndefined());

  test("a part is one of the whole", () => {
    expect(readBytes("50%", 1000)).toBe(500);
    expect(readBytes("12.5%", 1000)).toBe(125);
    expect(readBytes("101%", 1000)).toBeUndefined();
  });

  test("are worded in few digits", () => {
    expect([999, 1024, 99999744, 1.5 * 1024 ** 3].map(wordBytes)).toEqual([
      "999 bytes",
      "1 KiB",
      "95.4 MiB",
      "1.5 GiB",
    ]);
  });
});

test.each([
  ["0.2", 20_000],
  ["2", 200_000],
  [".5", 50_000],
  ["50%", 50_000],
  ["0.333", 33_300],
  ["1.", undefined],
  ["-1", undefined],
  ["a", undefined],
])("%s processors are %p hundred-thousandths", (word, quota) =>
  expect(readProcessors(word as string)).toBe(quota as number),
);

test.each([
  ["0", "0"],
  ["0,1", "0-1"],
  ["3,0-1", "0-1,3"],
  ["2-4,3-6,9", "2-6,9"],
  ["1-0", undefined],
  ["0,", undefined],
  ["16", undefined],
  ["", undefined],
])("the list %s is %p in the kernel's spelling", (word, list) =>
  expect(readList(word as string, 15)).toBe(list as string),
);
