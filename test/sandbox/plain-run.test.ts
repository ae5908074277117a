/** The short way to a plain run. Judge: the long way, which it must not differ from. */
import { expect, test } from "bun:test";
import { encode } from "../../src/plan/encode.ts";
import { PLAIN_REQUEST } from "../../src/sandbox/plain-request.ts";
import { plainRun } from "../../src/sandbox/plain-run.ts";
import { planRun } from "../../src/sandbox/plan-run.ts";

const LINES: readonly (readonly string[])[] = [
  ["./rootfs", "/bin/sh"],
  ["/", "sh", "-c", "echo $$", "--", "-x"],
  ["a path with spaces", "", ""],
  ["ünïcode", "näme", "\n"],
  ["r", "--", "sh"],
  ["/tmp/r", "x".repeat(100_000)],
];

const ENVIRONMENTS: readonly NodeJS.ProcessEnv[] = [
  { TERM: "xterm" },
  { TERM: "" },
  {},
  { TERM: "x", OTHER: "y", NO_COLOR: "" },
];

test("a plain run gets the very plan that the long way would make", () => {
  for (const env of ENVIRONMENTS) {
    for (const [root = "", ...command] of LINES) {
      const caller = { uid: 0, gid: 0, env, color: undefined, bytes: false };
      const { plan } = planRun({ ...PLAIN_REQUEST, root, command }, caller);
      const plain = plainRun([root, ...command], env);
      expect(plain && encode(plain, 7)).toBe(encode(plan, 7));
    }
  }
});

test("whatever is not plain takes the long way", () => {
  const lines = [[], ["r"], ["", "sh"], ["-m", "r", "sh"], ["--", "r", "sh"], ["-h"], ["r", "\uFFFD"]];
  for (const line of lines) expect(plainRun(line, { TERM: "xterm" })).toBeUndefined();
  for (const env of [{ NO_COLOR: "1" }, { CLICOLOR_FORCE: "1" }, { TERM: "\uFFFD" }]) {
    expect(plainRun(["r", "sh"], env)).toBeUndefined();
  }
});
