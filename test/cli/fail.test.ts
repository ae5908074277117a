import { afterEach, beforeEach, describe, expect, spyOn, test } from "bun:test";
import { chooseColor } from "../../src/cli/color.ts";
import { fail, wantsJson } from "../../src/cli/fail.ts";
import { NsboxError, UsageError } from "../../src/util/errors.ts";
import { MIXED, STOP } from "./fake.ts";

let lines: string[];
let spy: ReturnType<typeof spyOn>;
beforeEach(() => {
  chooseColor("never");
  lines = [];
  spy = spyOn(console, "warn").mockImplementation((line: string) => void lines.push(line));
});
afterEach(() => {
  spy.mockRestore();
  chooseColor("auto");
});

const refused = new NsboxError("Cannot create a user namespace", {
  cause: "clone3: operation not permitted (EPERM)",
  hint: "kernel.unprivileged_userns_clone is 0",
  code: "denied",
  op: "clone",
  errno: "EPERM",
});

describe("a failure", () => {
  test("says what failed, why, and what to do", () => {
    expect(fail(refused, 1, false)).toBe(1);
    expect(lines).toEqual([
      "error: Cannot create a user namespace\n" +
        "  cause: clone3: operation not permitted (EPERM)\n" +
        "  hint:  kernel.unprivileged_userns_clone is 0",
    ]);
  });

  test("is one JSON object for machines", () => {
    fail(refused, 1, true);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toEqual({ message: refused.message, ...refused.details });
  });

  test("has the status of its command unless it brings its own", () => {
    expect(fail(refused, 125, false)).toBe(125);
    expect(fail(new NsboxError("No such program", { status: 127 }), 125, false)).toBe(127);
    expect(fail(new UsageError("Wrong"), 1, false)).toBe(2);
    expect(fail(new UsageError("Wrong"), 125, false)).toBe(125);
  });

  test("cannot write to the terminal what a file name holds", () => {
    fail(new NsboxError('Cannot open "\x1b[2J\n"', { cause: "\x07", hint: "\x9b" }), 1, false);
    expect(lines[0]).toBe('error: Cannot open "\\x1b[2J\\n"\n  cause: \\x07\n  hint:  \\x9b');
  });

  test("that nobody foresaw owns up to being a bug", () => {
    expect(fail(new TypeError("x is not a function"), 125, false)).toBe(125);
    expect(lines[0]).toStartWith("error: Internal error: x is not a function\n");
    expect(fail("thrown \x1b text", 1, false)).toBe(1);
    expect(lines[1]).toContain("Internal error: thrown \\x1b text");
    expect(lines).toHaveLength(2);
  });

  test("prints where it came from under NSBOX_LOG=debug", () => {
    Object.assign(process.env, { NSBOX_LOG: "debug" });
    fail(new TypeError("oops"), 1, false);
    fail(refused, 1, false);
    Reflect.deleteProperty(process.env, "NSBOX_LOG");
    expect(lines[1]).toContain("fail.test.ts");
    expect(lines).toHaveLength(3);
  });

  test("to write into a closed pipe is none", () => {
    expect(fail(Object.assign(new Error("EPIPE"), { code: "EPIPE" }), 1, false)).toBe(0);
    expect(lines).toEqual([]);
  });
});

describe("--json", () => {
  test("holds for mistakes, too, wherever it stands among the options", () => {
    expect(wantsJson(MIXED, ["a", "--bogus", "--json"])).toBe(true);
    expect(wantsJson(MIXED, ["--", "--json"])).toBe(false);
  });

  test("of another program is none of ours", () => {
    expect(wantsJson(STOP, ["--json"])).toBe(false);
    expect(wantsJson({ ...MIXED, positionals: "stop" }, ["-p", "R", "ls", "--json"])).toBe(false);
    expect(wantsJson({ ...MIXED, positionals: "stop" }, ["-p", "--json", "R"])).toBe(true);
  });
});
