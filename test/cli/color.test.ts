import { describe, expect, test } from "bun:test";
import { chooseColor, painter, wantsColor } from "../../src/cli/color.ts";
import { UsageError } from "../../src/util/errors.ts";

const terminal = () => true;
const pipe = () => false;

describe("colours", () => {
  test("go to terminals and not into pipes", () => {
    expect(wantsColor("auto", {}, terminal)).toBe(true);
    expect(wantsColor("auto", {}, pipe)).toBe(false);
  });

  test.each([
    [{ NO_COLOR: "1" }, false],
    [{ NO_COLOR: "0" }, false],
    [{ NO_COLOR: "" }, true],
    [{ TERM: "dumb" }, false],
    [{ TERM: "xterm" }, true],
  ])("on a terminal with %p: %p", (env, expected) => {
    expect(wantsColor("auto", env, terminal)).toBe(expected);
  });

  test.each([
    [{ CLICOLOR_FORCE: "1" }, true],
    [{ CLICOLOR_FORCE: "0" }, false],
    [{ CLICOLOR_FORCE: "" }, false],
    [{ CLICOLOR_FORCE: "1", NO_COLOR: "1" }, false],
    [{ CLICOLOR_FORCE: "1", TERM: "dumb" }, true],
  ])("into a pipe with %p: %p", (env, expected) => {
    expect(wantsColor("auto", env, pipe)).toBe(expected);
  });

  test("follow --color before anything else, which then asks no terminal", () => {
    const never = () => expect.unreachable("the stream was looked at");
    expect(wantsColor("always", { NO_COLOR: "1", TERM: "dumb" }, never)).toBe(true);
    expect(wantsColor("never", { CLICOLOR_FORCE: "1" }, never)).toBe(false);
  });

  test("are what --color says, for both streams", () => {
    chooseColor("always");
    expect(painter(2)("error", "x")).toBe("\x1b[1;31mx\x1b[0m");
    expect(painter(1)("heading", "")).toBe("");
    chooseColor("never");
    expect(painter(1)("error", "x")).toBe("x");
    chooseColor("auto");
    expect(() => chooseColor("blue")).toThrow(UsageError);
  });
});
