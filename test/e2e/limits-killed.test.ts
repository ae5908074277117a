/** kill -9 of a run with limits, at every step: one command later nothing is left, and no group. */
import { afterAll, describe, expect, test } from "bun:test";
import { allGroupsIn, NO_LIMITS, ownGroup, removeGroups } from "./cgroups.ts";
import { home } from "./homes.ts";
import {
  failAt,
  killAnywhere,
  killAt,
  left,
  type Point,
  phasePoint,
  pointsOf,
  type Scene,
  used,
} from "./killing.ts";
import { AS_ROOT, PEOPLE, type Person } from "./support.ts";
import { newTree } from "./trees.ts";

afterAll(removeGroups);

const people: readonly Person[] = AS_ROOT ? PEOPLE : [];

/** Others are looked at by the tests of runs without limits. */
const isAboutGroups = ({ name }: Point): boolean => /cgroup|undo|clone|exec/.test(name);

describe.skipIf(NO_LIMITS !== undefined)(`kill -9 with limits (${NO_LIMITS ?? "cgroup v1"})`, () => {
  for (const who of people) {
    const scene = async (group: string, ...options: string[]): Promise<Scene> => {
      const tree = newTree(who, "lean");
      const limits = ["--cgroup", group, "--memory", "64m", "--pids-limit", "20"];
      const own = await used(await home(who), tree);
      const words = ["run", ...options, ...limits, tree, "/bin/echo", "the command ran"];
      // So that the directory of the lists is there.
      await own.nsbox(...words);
      return { own, tree, words, next: limits };
    };

    test(`${who.name}: at any step`, async () => {
      const group = ownGroup(who);
      const run = await scene(group, "-q");
      let held = 0;
      for (const point of (await pointsOf(run)).filter(isAboutGroups)) {
        held += await killAt(run, point);
        expect({ point: point.name, groups: allGroupsIn(group) }).toEqual({ point: point.name, groups: [] });
      }
      for (const phase of ["child", "created", "running", "ended"] as const) {
        held += await killAt(run, phasePoint(phase));
        expect({ phase, groups: allGroupsIn(group) }).toEqual({ phase, groups: [] });
      }
      expect(held).toBeGreaterThan(12);
    }, 120_000);

    test(`${who.name}: where a step fails instead`, async () => {
      const group = ownGroup(who);
      const run = await scene(group, "-q");
      const before = left(run);
      // At a phase somebody can only be killed.
      const steps = (await pointsOf(run)).filter(
        (point) => isAboutGroups(point) && !/phase/.test(point.name),
      );
      for (const point of steps) {
        const { status } = await failAt(run, point);
        // Of exec: the command cannot be executed.
        const expected = point.name === "exec" ? 126 : 125;
        expect({ point: point.name, status, groups: allGroupsIn(group) }).toEqual({
          point: point.name,
          status: expected,
          groups: [],
        });
      }
      expect(left(run)).toEqual(before);
    }, 60_000);

    test(`${who.name}: at any moment`, async () => {
      const group = ownGroup(who);
      const run = await scene(group, "-q");
      for (let count = 0; count < 5; count++) await killAnywhere(run);
      expect(allGroupsIn(group)).toEqual([]);
    }, 60_000);
  }
});
