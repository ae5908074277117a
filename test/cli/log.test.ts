import { afterEach, beforeEach, expect, spyOn, test } from "bun:test";
import { note, setQuiet } from "../../src/cli/log.ts";

let lines: string[];
let spy: ReturnType<typeof spyOn>;
beforeEach(() => {
  lines = [];
  spy = spyOn(console, "warn").mockImplementation((line: string) => void lines.push(line));
});
afterEach(() => {
  spy.mockRestore();
  setQuiet(false);
});

test("a note is said as such", async () => {
  await note("by the way");
  expect(lines).toEqual(["note: by the way"]);
});

test("-q silences notes", async () => {
  setQuiet(true);
  await note("by the way");
  expect(lines).toEqual([]);
});

test("the same note ten times is printed ten times", async () => {
  for (let time = 0; time < 10; time++) await note("again");
  expect(lines).toHaveLength(10);
});

test("a note cannot steer the terminal", async () => {
  await note("mounting \x1b[2J\n");
  expect(lines).toEqual(["note: mounting \\x1b[2J\\n"]);
});
