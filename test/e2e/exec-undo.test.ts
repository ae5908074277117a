/** Every step of what enters a container has to fail once: nothing stays, and it is named. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ENTER } from "../../src/plan/ops/enter.ts";
import { withContainer } from "./containers.ts";
import {
  AS_ROOT,
  call,
  forEveryone,
  NSBOX,
  type Person,
  ROOT,
  reachable,
  SCRATCH,
  textOf,
  until,
} from "./support.ts";
import { descendants } from "./traces.ts";
import { newTree } from "./trees.ts";

const EIO = 5;
const BUN = reachable(process.execPath);
const bundle = await Bun.build({
  entrypoints: [join(import.meta.dir, "fixtures/inject-enter.ts")],
  target: "bun",
  outdir: SCRATCH,
});
const INJECT = bundle.outputs[0]!.path;
const tried = new Set<string>();

async function failEach(who: Person, pid: number, ...words: string[]): Promise<void> {
  const mounts = () => textOf(`/proc/${pid}/mountinfo`);
  const [before, processes] = [mounts(), descendants()];
  const { out: names, err: why } = await call(who, [BUN, INJECT, "", "", "", ...words]);
  expect(why).toBe("");
  const list = names.trim().split("\n");
  for (const [index, name] of list.entries()) {
    tried.add(name);
    const { out, err, status } = await call(who, [BUN, INJECT, `${index + 1}`, `${EIO}`, NSBOX, ...words]);
    const expected = words[0] !== "exec" ? 1 : name === "exec" ? 126 : 125;
    expect([name, out, status]).toEqual([name, "", expected]);
    expect(err).toMatch(/^error: Cannot .*\n.*\(EIO\)/);
    expect([name, mounts()]).toEqual([name, before]);
    await until("the end of all that was started", () => Bun.deepEquals(descendants(), processes), 2);
  }
}

describe("a step that fails", () => {
  forEveryone((who) => {
    test("leaves nothing in a container that is entered", async () => {
      const root = newTree(who);
      for (const name of ["a", "b"]) mkdirSync(`${root}/${name}`);
      await withContainer(
        who,
        [],
        async (pid) => {
          await failEach(who, pid, "exec", String(pid), "/bin/echo", "ran");
          await failEach(who, pid, "exec", "-d", String(pid), "/bin/echo", "ran");
          await failEach(who, pid, "mount", String(pid), SCRATCH, "/a");
          await failEach(who, pid, "mount", "--private", `${pid}:/a`, `${pid}:/b`);
          await call(who, [NSBOX, "mount", String(pid), SCRATCH, "/a"]);
          await failEach(who, pid, "umount", String(pid), "/a");
        },
        root,
      );
    }, 30_000);
  });

  const group = `/sys/fs/cgroup/pids/nsbox-undo-${process.pid}`;
  test.skipIf(!AS_ROOT || textOf("/sys/fs/cgroup/pids/cgroup.procs") === "")(
    "leaves nothing, of those that join a cgroup (needs root and the pids hierarchy)",
    async () => {
      mkdirSync(group);
      try {
        await withContainer(ROOT, ["--oom-score-adj", "500"], async (pid) => {
          writeFileSync(`${group}/cgroup.procs`, String(pid));
          await failEach(ROOT, pid, "exec", String(pid), "/bin/echo", "ran");
        });
      } finally {
        rmdirSync(group);
      }
      expect(Object.keys(ENTER).filter((name) => !tried.has(name))).toEqual([]);
    },
    20_000,
  );
});
