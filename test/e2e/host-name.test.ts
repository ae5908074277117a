import { describe, expect, test } from "bun:test";
import { hostname } from "node:os";
import { forEveryone, run, textOf } from "./support.ts";
import { tree } from "./trees.ts";

describe("the host name", () => {
  forEveryone((who) => {
    const name = ["cat", "/proc/sys/kernel/hostname"];

    test("is the one of -u or -H inside, and the host keeps its own", async () => {
      const before = hostname();
      for (const options of [
        ["-pmu", "zion"],
        ["-p", "-m", "-u", "zion"],
        ["-H", "zion"],
        ["-pm", "--uts-ns=zion"],
      ]) {
        expect((await run(who, ["-q", ...options, tree(who), ...name])).out).toBe("zion\n");
      }
      expect((await run(who, [tree(who), ...name])).out).toBe(`${before}\n`);
      expect([hostname(), textOf("/proc/sys/kernel/hostname")]).toEqual([before, `${before}\n`]);
    });

    test("may have 64 characters, and 65 are refused", async () => {
      expect((await run(who, ["-H", "x".repeat(64), tree(who), ...name])).out).toBe(`${"x".repeat(64)}\n`);
      const { status, err } = await run(who, ["-H", "x".repeat(65), tree(who), ...name]);
      expect([status, err]).toEqual([125, expect.stringContaining("65 characters, and 64 is the most")]);
    });

    test("is not taken from the wrong word", async () => {
      const swallowed = await run(who, ["-pmu", tree(who), "sh", "-c", "true"]);
      expect([swallowed.status, swallowed.err]).toEqual([125, expect.stringContaining('"-pmu zion"')]);
      const inner = await run(who, ["-upmn", "x", tree(who), "true"]);
      expect([inner.status, inner.err]).toEqual([125, expect.stringContaining("-u")]);
      expect((await run(who, ["-p", "-m", "-H", "zion", tree(who), "true"])).status).toBe(125);
    });

    test("and PID 1: the owner's line", async () => {
      const line = "hostname 2>/dev/null || cat /proc/sys/kernel/hostname; echo $$";
      expect((await run(who, ["-p", "-m", "-u", "zion", tree(who), "/bin/sh", "-c", line])).out).toBe(
        "zion\n1\n",
      );
    });
  });
});
