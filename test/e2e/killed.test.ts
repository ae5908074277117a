/** kill -9 of processes of ours: a selection of points. Every point is in `test/heavy/killed.test.ts`. */
import { describe, expect, test } from "bun:test";
import { home } from "./homes.ts";
import { killAt, NAME, phasePoint, pointsOf, type Scene, used } from "./killing.ts";
import { forEveryone } from "./support.ts";
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
      for (const [index, point] of points.entries()) if (index % 6 === 0) held += await killAt(run, point);
      expect(held).toBeGreaterThan(8);
    }, 60_000);

    test("of the supervisor, its monitor or nsbox leaves no container half-made, and its name is free", async () => {
      const kept = await scene(...DETACHED);
      for (const phase of ["front", "supervisor", "monitor", "unwritten", "told"] as const)
        expect(await killAt(kept, phasePoint(phase))).toBeGreaterThan(0);
      for (const phase of ["monitor", "created", "running"] as const)
        for (const victim of [0, 1]) expect(await killAt(kept, phasePoint(phase), victim)).toBeGreaterThan(0);
    }, 60_000);
  });
});
