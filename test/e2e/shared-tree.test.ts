/** Mount points that a tree lacks are made for the first run on it and removed after the last. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { watch } from "./screen.ts";
import { forEveryone, NSBOX, run } from "./support.ts";
import { records, traces } from "./traces.ts";
import { newTree, tree } from "./trees.ts";

/** Says "up", waits for its input to end, and tells whether its mounts still stand. */
const STANDS =
  "echo up; read line; test -r /proc/self/stat && : >/dev/null && test -d /sys/class && echo stands";

describe("two runs on a tree without mount points", () => {
  forEveryone((who) => {
    const begin = (tree: string) => watch(who, [NSBOX, "run", tree, "bash", "-c", STANDS]);
    type Run = ReturnType<typeof begin>;
    const end = async ({ input, ended }: Run) => {
      input.end();
      return (await ended).out;
    };

    for (const order of ["the first", "the second"] as const) {
      test(`${order} ends, and the mounts of the other stand`, async () => {
        const lean = newTree(who, "lean");
        const before = traces(lean);
        const runs = [begin(lean), begin(lean)];
        for (const { screen } of runs) await screen.shows("up\n");
        if (order === "the second") runs.reverse();
        expect(await end(runs[0]!)).toBe("up\nstands\n");
        expect(readdirSync(lean)).toContain("proc");
        expect(await end(runs[1]!)).toBe("up\nstands\n");
        expect(traces(lean)).toEqual(before);
      });
    }

    test("many come and go, and the mounts of one that stays stand", async () => {
      const lean = newTree(who, "lean");
      const before = traces(lean);
      const stays = begin(lean);
      await stays.screen.shows("up\n");
      for (let i = 0; i < 10; i++) {
        const both = [run(who, [lean, "cat", "/proc/self/comm"]), run(who, [lean, "false"])];
        expect((await Promise.all(both)).map(({ out, status }) => `${out}${status}`)).toEqual([
          "cat\n0",
          "1",
        ]);
      }
      expect(await end(stays)).toBe("up\nstands\n");
      expect(traces(lean)).toEqual(before);
    });

    test("one that failed leaves the mounts of the other, and the last removes what both made", async () => {
      const lean = newTree(who, "lean");
      const before = traces(lean);
      const stays = begin(lean);
      await stays.screen.shows("up\n");
      expect((await run(who, [lean, "none"])).status).toBe(127);
      expect(await end(stays)).toBe("up\nstands\n");
      expect(traces(lean)).toEqual(before);
    });

    test("directories that the tree had, and those that are no longer empty, stay", async () => {
      const lean = newTree(who, "lean");
      mkdirSync(join(lean, "proc"));
      const stays = begin(lean);
      await stays.screen.shows("up\n");
      writeFileSync(join(lean, "sys/note"), "written meanwhile");
      await end(stays);
      expect(readdirSync(lean)).toEqual(expect.arrayContaining(["proc", "sys"]));
      expect(readdirSync(join(lean, "sys"))).toEqual(["note"]);
      expect(readdirSync(lean)).not.toContain("dev");
    });

    test("a new tree where that of a killed run stood, with its inode number, keeps what it has", async () => {
      const old = newTree(who, "lean");
      const { ino } = statSync(old);
      const killed = begin(old);
      await killed.screen.shows("up\n");
      killed.process.kill("SIGKILL");
      await killed.ended;
      const [stale] = records(old);
      rmSync(old, { recursive: true });
      // Filesystems that never use a number again need no more than this.
      const places = Array.from({ length: 100 }, (_, i) => `${old}-${i}`);
      for (const place of places) mkdirSync(place);
      const own = places.find((place) => statSync(place).ino === ino) ?? places[0]!;
      Bun.spawnSync(["cp", "-alT", tree(who), own]);
      expect((await run(who, [own, "true"])).status).toBe(0);
      expect(readdirSync(own)).toEqual(expect.arrayContaining(["dev", "proc", "sys", "tmp"]));
      // What a tree's removal leaves over is ours to remove; the next run takes the empty directory away.
      rmSync(stale!);
      await run(who, [newTree(who, "lean"), "true"]);
    });
  });
});
