/** Very many processes and namespaces. */
import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import type { Snapshot } from "../../src/ns/model.ts";
import { peakMemory } from "../bench/memory.ts";
import { AS_ROOT, compile, endAll, keep } from "../ns/animals.ts";

afterAll(endAll);

const NSBOX = join(import.meta.dir, "../../dist/nsbox");
/** Kinds that each group of the crowd makes. */
const KINDS = ["user", "mnt", "pid", "net", "uts", "ipc", "cgroup"] as const;

test.skipIf(!AS_ROOT).each([
  [5000, 429, 12],
  [10_000, 900, 12],
])(
  "of %i processes none is left out, nor any of their namespaces",
  async (least, groups, members) => {
    const crowd = await keep([compile("crowd"), String(groups), String(members)]);
    try {
      const child = Bun.spawn([NSBOX, "dump", "-c"], { stdout: "pipe", stderr: "ignore" });
      const seen = JSON.parse(await child.stdout.text()) as Snapshot;
      const leaders = new Set(seen.processes.filter(({ ppid }) => ppid === crowd.pid).map(({ pid }) => pid));
      const mine = seen.processes.filter(
        ({ pid, ppid }) => pid === crowd.pid || leaders.has(pid) || leaders.has(ppid),
      );
      expect(mine.length).toBe(groups * members + 1);
      expect(seen.processes.length).toBeGreaterThan(least);
      for (const kind of KINDS) {
        const ids = new Set(mine.map(({ namespaces }) => namespaces[kind]));
        expect(ids.size).toBe(groups + 1);
        expect(seen.namespaces.filter((one) => ids.has(one.id)).map((one) => one.kind)).toEqual(
          Array(groups + 1).fill(kind),
        );
      }
      const users = seen.namespaces.filter(({ kind, initial }) => kind === "user" && !initial);
      const made = users.filter(({ owned }) => owned.length === KINDS.length - 1);
      expect(made.length).toBeGreaterThanOrEqual(groups);
      if (least === 5000) expect(peakMemory([NSBOX, "ls"])).toBeLessThan(120);
    } finally {
      await crowd.end();
    }
  },
  120_000,
);
