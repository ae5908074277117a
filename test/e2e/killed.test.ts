/** kill -9 of processes of ours: a selection of points. Every point is in `test/heavy/killed.test.ts`. */
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { home } from "./homes.ts";
import { failAt, killAt, killOnly, left, NAME, phasePoint, pointsOf, type Scene, used } from "./killing.ts";
import { forEveryone } from "./support.ts";
import { programBelow } from "./traces.ts";
import { newTree } from "./trees.ts";

const COMMAND = ["/bin/echo", "the command ran"];
const DETACHED = ["-q", "-d", "--name", NAME];

describe("kill -9", () => {
  forEveryone((who) => {
    const scene = async (...options: string[]): Promise<Scene> => {
      const tree = newTree(who, "lean");
      return { own: await used(await home(who), tree), tree, words: ["run", ...options, tree, ...COMMAND] };
    };

    test("of a run at any of its steps leaves nothing that the next command does not remove", async () => {
      const run = await scene("-q");
      const points = await pointsOf(run);
      let held = 0;
      for (const [index, point] of points.entries()) if (index % 8 === 0) held += await killAt(run, point);
      expect(held).toBeGreaterThan(8);
    }, 60_000);

    test("of the supervisor, its monitor or nsbox leaves no container half-made, and its name is free", async () => {
      const kept = await scene(...DETACHED);
      for (const phase of ["front", "supervisor", "monitor", "unwritten", "told"] as const)
        expect(await killAt(kept, phasePoint(phase))).toBeGreaterThan(0);
      for (const phase of ["monitor", "created", "running"] as const)
        for (const victim of [0, 1]) expect(await killAt(kept, phasePoint(phase), victim)).toBeGreaterThan(0);
    }, 60_000);

    test("is not what it takes: a step that fails leaves no container either", async () => {
      const kept = await scene(...DETACHED);
      const before = left(kept);
      for (const point of (await pointsOf(kept)).slice(0, 5)) {
        const { err, status } = await failAt(kept, point);
        expect({ point, status }).toEqual({ point, status: 125 });
        expect(err).toContain("(EIO)");
        expect({ point, ...left(kept) }).toEqual({ point, ...before });
      }
    });

    test("of a monitor leaves mount points, which gc removes and names", async () => {
      const run = await scene("-q");
      const before = left(run);
      await killOnly(run, phasePoint("running"));
      expect(existsSync(join(run.tree, "proc"))).toBe(true);
      expect(await run.own.nsbox("gc")).toEqual({ out: `mount points in ${run.tree}\n`, err: "", status: 0 });
      expect(left(run)).toEqual(before);
      expect((await run.own.nsbox("gc")).out).toBe("");
    });

    test("of a monitor leaves what another run still uses, and what is a moved tree's", async () => {
      const run = await scene("-q");
      const [before, moved] = [left(run), `${run.tree}-moved`];
      await killOnly(run, phasePoint("running"));
      const user = run.own.start("run", "-q", run.tree, "sleep", "100");
      const sleep = await programBelow(user.pid, "sleep");
      expect((await run.own.nsbox("gc")).out).toBe("");
      process.kill(sleep, "SIGKILL");
      await user.exited;
      expect(left(run)).toEqual(before);
      await killOnly(run, phasePoint("running"));
      renameSync(run.tree, moved);
      mkdirSync(join(run.tree, "proc"), { recursive: true });
      expect((await run.own.nsbox("gc")).out).toBe("");
      expect(existsSync(join(run.tree, "proc"))).toBe(true);
      rmSync(run.tree, { recursive: true });
      renameSync(moved, run.tree);
      expect((await run.own.nsbox("gc")).out).toBe(`mount points in ${run.tree}\n`);
      expect(left(run)).toEqual(before);
    });
  });
});
