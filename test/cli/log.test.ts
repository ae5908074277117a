import { afterEach, beforeEach, expect, spyOn, test } from "bun:test";
import { detail, note, setVerbosity, warning } from "../../src/cli/log.ts";

let lines: string[];
let spy: ReturnType<typeof spyOn>;
beforeEach(() => {
  lines = [];
  spy = spyOn(console, "warn").mockImplementation((line: string) => void lines.push(line));
});
afterEach(() => {
  spy.mockRestore();
  setVerbosity("normal");
});

async function sayAll(): Promise<void> {
  await warning("careful");
  await note("by the way");
  await detail("step 1");
}

test("notes and warnings are said as such", async () => {
  await sayAll();
  expect(lines).toEqual(["warning: careful", "note: by the way"]);
});

test("-q silences notes and never warnings", async () => {
  setVerbosity("quiet");
  await sayAll();
  expect(lines).toEqual(["warning: careful"]);
});

test("-v adds what is being done", async () => {
  setVerbosity("verbose");
  await sayAll();
  expect(lines).toEqual(["warning: careful", "note: by the way", "step 1"]);
});

test("the same note ten times is printed ten times", async () => {
  for (let time = 0; time < 10; time++) await note("again");
  expect(lines).toHaveLength(10);
});

test("a note cannot steer the terminal", async () => {
  await note("mounting \x1b[2J\n");
  expect(lines).toEqual(["note: mounting \\x1b[2J\\n"]);
});
