/**
 * kill -9 of each process of ours at points of every kind of run, and at random moments. Every eleventh point of
 * each scene, each time others; with NSBOX_ALL_KILLS=1 all of them, which takes an hour.
 */
import { afterAll, describe, expect, test } from "bun:test";
import { PHASES } from "../../src/plan/phases.ts";
import { home } from "../e2e/homes.ts";
import { killAnywhere, killAt, NAME, type Point, pointsOf, type Scene, used } from "../e2e/killing.ts";
import { forEveryone, PEOPLE, type Person } from "../e2e/support.ts";
import { newTree } from "../e2e/trees.ts";

const ECHO = ["/bin/echo", "the command ran"];
const FAILS = ["/bin/false"];
const TARGET = "target";
const RANDOM = 200;
const KEPT = ["-q", "--name", NAME];

/** Options of `nsbox run`, and the command. */
const RUNS: readonly (readonly [options: readonly string[], command: readonly string[]])[] = [
  [["-q"], ECHO],
  [["-q", "-H", "zion", "--boottime", "100", "-w", "/bin", "-b", "/etc:/b", "--overlay"], ECHO],
  [["-q", "--share", "mnt"], ECHO],
  [["-q", "--share", "pid"], ECHO],
  [["-q", "-t"], ECHO],
  [["-q", "--init"], ECHO],
  [["-q", "--init=full"], ECHO],
  [["-q"], ["/no/such/program"]],
  [[...KEPT], ECHO],
  [[...KEPT, "-d"], ECHO],
  [[...KEPT, "-d", "--rm"], ECHO],
  [[...KEPT, "-t"], ECHO],
  [[...KEPT, "-d", "--init"], ECHO],
  [[...KEPT, "-d", "--share", "pid"], ECHO],
  [[...KEPT, "-d", "--restart", "on-failure:1"], FAILS],
  [[...KEPT, "-d"], ["/no/such/program"]],
];

const reached = new Set<string>();
let kills = 0;

/** One process after the other, as many as there are. */
async function killEach(scene: Scene, point: Point): Promise<void> {
  const ours = await killAt(scene, point);
  if (ours > 0) reached.add(point.name);
  kills += Math.min(ours, 1);
  for (let other = 0; other < ours - 1; other++) kills += await killAt(scene, point, other).then(Math.sign);
}

const EACH = process.env["NSBOX_ALL_KILLS"] === "1" ? 1 : 11;
let first = 0;

async function killEverywhere(scene: Scene): Promise<void> {
  const points = await pointsOf(scene);
  for (let at = first++ % EACH; at < points.length; at += EACH) await killEach(scene, points[at]!);
}

/** A container that lives on, in which others are executed. */
async function withTarget(who: Person, body: (scene: Omit<Scene, "words">) => Promise<void>): Promise<void> {
  const tree = newTree(who, "lean");
  const own = await used(await home(who), tree);
  await own.nsbox("run", "-q", "-d", "--name", TARGET, tree, "sleep", "10000");
  try {
    await body({ own, tree });
  } finally {
    await own.nsbox("rm", "-f", TARGET);
  }
}

afterAll(() => console.log(`${kills} kills`));

describe("kill -9 of each process of ours at each step and phase leaves nothing: of a run", () => {
  forEveryone((who) => {
    test.each(RUNS)(
      "with %p of %p",
      async (options, command) => {
        const tree = newTree(who, "lean");
        const own = await used(await home(who), tree);
        await killEverywhere({ own, tree, words: ["run", ...options, tree, ...command] });
      },
      900_000,
    );
  });
});

describe("kill -9 of each process of ours at each step and phase leaves nothing: of an exec", () => {
  forEveryone((who) => {
    test.each([[[]], [["-d"]], [["--ns", "net,mnt"]]])(
      "with %p",
      async (options: readonly string[]) => {
        await withTarget(who, (scene) =>
          killEverywhere({ ...scene, words: ["exec", ...options, TARGET, ...ECHO] }),
        );
      },
      900_000,
    );
  });
});

// A sample cannot: some phases belong to few scenes.
test.skipIf(EACH > 1)("between them they came to every phase there is (needs NSBOX_ALL_KILLS=1)", () => {
  expect(PHASES.filter((phase) => !reached.has(`phase ${phase}`))).toEqual([]);
});

describe("kill -9 at 200 random moments leaves nothing", () => {
  forEveryone((who) => {
    test("of runs of many kinds", async () => {
      const tree = newTree(who, "lean");
      const own = await used(await home(who), tree);
      for (let round = 0; round < RANDOM / PEOPLE.length; round++) {
        const [options, command] = RUNS[round % RUNS.length]!;
        kills += await killAnywhere({ own, tree, words: ["run", ...options, tree, ...command] });
      }
    }, 900_000);
  });
});
