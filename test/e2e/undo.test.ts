import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { readable } from "../../src/plan/decode.ts";
import { OP_NAMES } from "../../src/plan/ops.ts";
import { planRun } from "../../src/sandbox/plan-run.ts";
import type { RunRequest } from "../../src/sandbox/request.ts";
import { AS_ROOT, call, forEveryone, NSBOX, type Person, reachable, SCRATCH } from "./support.ts";
import { traces } from "./traces.ts";
import { newTree } from "./trees.ts";

const EIO = 5;
const BUN = reachable(process.execPath);
const bundle = await Bun.build({
  entrypoints: [join(import.meta.dir, "fixtures/inject.ts")],
  target: "bun",
  outdir: SCRATCH,
});
const INJECT = bundle.outputs[0]!.path;

/** A run that uses everything there is, with own mounts or without. */
const request = (root: string, ownMounts: boolean): RunRequest => ({
  root,
  command: ["/bin/echo", "the command ran"],
  named: [],
  share: ownMounts ? [] : ["mnt"],
  hostname: "zion",
  boottime: 100,
  monotonic: undefined,
  loopback: true,
  env: [],
  inheritEnv: false,
  joins: [],
  maps: false,
  cwd: "/bin",
  preserve: [],
});

const operations = (who: Person, root: string, ownMounts: boolean) =>
  readable(
    planRun(request(root, ownMounts), { uid: who.uid, gid: who.uid, env: {}, color: undefined, bytes: false })
      .plan,
  ).ops.map(({ op }) => op);

describe("a step that fails", () => {
  const tried = new Set<string>(["say"]); // `say` cannot fail: it writes, and whether that worked is no matter

  forEveryone((who) => {
    for (const ownMounts of [true, false]) {
      const names = operations(who, "/", ownMounts);
      test(`leaves nothing, and is named: all ${names.length}, ${ownMounts ? "with" : "without"} own mounts`, async () => {
        const tree = newTree(who, "lean");
        const before = traces(tree);
        for (const [index, name] of names.entries()) {
          tried.add(name);
          const step = index + 1;
          const argv = [BUN, INJECT, JSON.stringify(request(tree, ownMounts)), `${step}`, `${EIO}`, NSBOX];
          const { out, err, status } = await call(who, argv);
          expect([name, out, status]).toEqual([name, "", name === "exec" ? 126 : 125]);
          expect(err).toMatch(/^error: Cannot /);
          if (name !== "exec") expect(err).toContain(`(EIO) at step ${step} of ${names.length}`);
          expect({ name, ...traces(tree) }).toEqual({ name, ...before });
        }
      }, 60_000);
    }
  });

  test("was tried for every operation there is", () => {
    // With a user namespace, which an ordinary user always gets, the child makes the time namespace.
    const possible = OP_NAMES.filter((name) => AS_ROOT || name !== "child_time_offsets");
    expect([...tried].sort()).toEqual([...possible].sort());
  });
});
