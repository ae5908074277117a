/** Somebody who may rename in the root filesystem while it is set up. Judge: what lies in the host's tree. */
import { expect, test } from "bun:test";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { forEveryone, hostProgram, run, start } from "./support.ts";
import { newTree } from "./trees.ts";

const PYTHON = hostProgram("python3");
const RUNS = 60;

/** Lets `dev` and `other` change places over and over, until it is killed. */
const SWAPPER = `
import os, sys
os.chdir(sys.argv[1])
print("ready", flush=True)
while True:
    os.rename("dev", "aside"); os.rename("other", "dev"); os.rename("aside", "other")
`;

forEveryone((who) => {
  test.skipIf(PYTHON === undefined)(
    `nothing is left in the host's tree where /dev is swapped during set-up${PYTHON === undefined ? " (skipped: no python3)" : ""}`,
    async () => {
      const tree = newTree(who);
      mkdirSync(join(tree, "other"));
      const swapper = start(who, [PYTHON!, "-c", SWAPPER, tree]);
      const reader = swapper.stdout.getReader();
      await reader.read();
      const statuses = new Set<number>();
      for (let count = 0; count < RUNS; count++) statuses.add((await run(who, [tree, "true"])).status);
      swapper.kill("SIGKILL");
      await swapper.exited;
      // Each run either met a quiet moment or was refused in words.
      expect([...statuses].every((status) => status === 0 || status === 125)).toBe(true);
      for (const name of ["dev", "other", "aside"]) {
        const left = readdirSync(tree).includes(name) ? readdirSync(join(tree, name)) : [];
        expect({ name, left }).toEqual({ name, left: [] });
      }
    },
    30_000,
  );
});
