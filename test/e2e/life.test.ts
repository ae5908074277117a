import { describe, expect, test } from "bun:test";
import { watch } from "./screen.ts";
import { forEveryone, NSBOX, outcome, run, start, textOf, until } from "./support.ts";
import { descendants, listing, processState, programBelow, traces } from "./traces.ts";
import { newTree, tree } from "./trees.ts";

const gone = (pid: number) =>
  until(`the end of process ${pid}`, () => [undefined, "Z", "X"].includes(processState(pid)?.state), 1);

describe("the command's life", () => {
  forEveryone((who) => {
    for (const kinds of [[], ["--share", "pid"], ["-u", "zion"]]) {
      const where = kinds.length > 0 ? `with ${kinds.join(" ")}` : "in all namespaces";

      test(`ends when nsbox is killed, ${where}`, async () => {
        const process = start(who, [NSBOX, "run", "-q", ...kinds, tree(who), "sleep", "60"]);
        const sleep = await programBelow(process.pid, "sleep");
        process.kill("SIGKILL");
        await gone(sleep);
        expect((await outcome(process)).status).toBe(137);
      });
    }

    test("ends when nsbox is killed at any moment of the set-up", async () => {
      const before = descendants();
      for (let delay = 0; delay < 20; delay++) {
        const process = start(who, [NSBOX, "run", tree(who), "sleep", "60"]);
        await Bun.sleep(delay);
        process.kill("SIGKILL");
        await outcome(process);
        await until("the end of all that it started", () => Bun.deepEquals(descendants(), before), 1);
      }
    });

    test("takes all its processes with it, with a PID namespace or without", async () => {
      const leave = "sleep 60 & setsid sleep 61 & (setsid bash -c 'sleep 62; :' &) ; sleep 0.05; exit 3";
      const before = descendants();
      for (const kinds of [[], ["--share", "pid"], ["-u", "zion"]]) {
        const { status } = await run(who, ["-q", ...kinds, tree(who), "sh", "-c", leave]);
        expect([status, descendants()]).toEqual([3, before]);
      }
    });

    test("takes its processes with it when a signal ends it", async () => {
      const before = descendants();
      for (const kinds of [[], ["--share", "pid"]]) {
        const argv = [NSBOX, "run", ...kinds, tree(who), "sh", "-c", "setsid sleep 60 & echo up; wait"];
        const { process, screen, ended } = watch(who, argv);
        await screen.shows("up\n");
        process.kill("SIGTERM");
        expect([(await ended).status, descendants()]).toEqual([143, before]);
      }
    });

    test("once ended by force, leaves nothing that the next run does not clean up", async () => {
      const lean = newTree(who, "lean");
      const before = traces(lean);
      const process = start(who, [NSBOX, "run", lean, "sleep", "60"]);
      const sleep = await programBelow(process.pid, "sleep");
      process.kill("SIGKILL");
      await gone(sleep);
      await outcome(process);
      expect(listing(lean)).not.toEqual(before["files"] as string[]);
      expect((await run(who, [lean, "true"])).status).toBe(0);
      expect(traces(lean)).toEqual(before);
    });

    test("collects orphans: none stays a zombie while the command runs", async () => {
      const script = "(sleep 0.01 & sleep 0.01 &) ; echo up; exec sleep 60";
      const { process, screen, ended } = watch(who, [
        NSBOX,
        "run",
        "--share",
        "pid",
        tree(who),
        "sh",
        "-c",
        script,
      ]);
      await screen.shows("up\n");
      const children = () => textOf(`/proc/${process.pid}/task/${process.pid}/children`).trim().split(" ");
      await until("the command to be the only child", () => children().length === 1, 2);
      process.kill("SIGTERM");
      await ended;
    });
  });
});
