import { describe, expect, test } from "bun:test";
import { forEveryone, run, SIGNALS } from "./support.ts";
import { tree } from "./trees.ts";

describe("the exit status of run", () => {
  forEveryone((who) => {
    test("is the command's own, from 0 to 255", async () => {
      for (const status of [0, 1, 2, 42, 124, 125, 126, 127, 128, 130, 137, 254, 255]) {
        expect(await run(who, [tree(who), "sh", "-c", `exit ${status}`])).toEqual({
          out: "",
          err: "",
          status,
        });
      }
    });

    test("is 128+n where signal n ended the command, without a PID namespace too", async () => {
      for (const signal of [
        SIGNALS.SIGTERM,
        SIGNALS.SIGKILL,
        SIGNALS.SIGABRT,
        SIGNALS.SIGSEGV,
        SIGNALS.SIGUSR1,
      ]) {
        const { status } = await run(who, ["--share", "pid", tree(who), "sh", "-c", `kill -${signal} $$`]);
        expect(status).toBe(128 + signal);
      }
    });

    test("is that of the command, not of what it left in the background", async () => {
      expect((await run(who, [tree(who), "sh", "-c", "sleep 60 & exit 7"])).status).toBe(7);
    });

    test("does not change what the command writes", async () => {
      const { out, err } = await run(who, [tree(who), "sh", "-c", "echo to stdout; echo to stderr >&2"]);
      expect([out, err]).toEqual(["to stdout\n", "to stderr\n"]);
    });

    test("leaves the command's own dashes alone", async () => {
      const { out } = await run(who, [tree(who), "echo", "-p", "--help", "--", "-n"]);
      expect(out).toBe("-p --help -- -n\n");
      expect((await run(who, ["--", tree(who), "echo", "-m"])).out).toBe("-m\n");
    });
  });
});
