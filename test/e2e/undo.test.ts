import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { BESIDE } from "../../src/plan/ops/beside.ts";
import { ENTER } from "../../src/plan/ops/enter.ts";
import { LIMITS } from "../../src/plan/ops/limits.ts";
import { NETNS } from "../../src/plan/ops/netns.ts";
import { NETWORK } from "../../src/plan/ops/network.ts";
import { PORTS } from "../../src/plan/ops/ports.ts";
import { SCOPE } from "../../src/plan/ops/scope.ts";
import { UNDO } from "../../src/plan/ops/undo.ts";
import { OP_NAMES } from "../../src/plan/ops.ts";
import { NO_SUBORDINATES, withAccounts } from "./accounts.ts";
import { AS_ROOT, call, forEveryone, NSBOX, type Person, ROOT, reachable, SCRATCH, USER } from "./support.ts";
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
const COMMAND = ["/bin/echo", "the command ran"];

/** The names of the operations that these options make. */
async function operations(who: Person, options: readonly string[], root: string): Promise<string[]> {
  const { out, err } = await call(who, [BUN, INJECT, "", "", "", ...options, root, ...COMMAND]);
  if (out === "") throw new Error(err);
  return out.trim().split("\n");
}

/** Has each of the steps fail once, and looks at what is left. */
async function failEach(
  who: Person,
  options: readonly string[],
  root: string,
  only: (name: string) => boolean,
): Promise<void> {
  const names = await operations(who, options, root);
  const trees = root === "/" || root === "none" ? [] : [root];
  const before = traces(...trees);
  for (const [index, name] of names.entries()) {
    if (!only(name)) continue;
    tried.add(name);
    const step = index + 1;
    const argv = [BUN, INJECT, `${step}`, `${EIO}`, NSBOX, ...options, root, ...COMMAND];
    const { out, err, status } = await call(who, argv);
    expect([name, out, status]).toEqual([name, "", name === "exec" ? 126 : 125]);
    expect(err).toMatch(/^error: Cannot /);
    if (name !== "exec") expect(err).toContain(`(EIO) at step ${step} of ${names.length}`);
    expect({ name, ...traces(...trees) }).toEqual({ name, ...before });
  }
}

const USUAL = ["-H", "zion", "--boottime", "100", "-w", "/bin"];
// `say` cannot fail: it writes, and whether that worked is no matter. `attach` is a plan of its own, and to enter
// is no part of a run: exec-undo.test.ts.
// `own_root` is of a run without a root filesystem: unshare.test.ts; `keep_namespaces` of a container that is
// there: ns-dir.test.ts. `trace` is of build-rootfs: trace-sandbox.test.ts. Limits have limits-killed.test.ts and
// the machines of test/heavy, networks network-undo.test.ts, names of network namespaces netns.test.ts, programs
// that run beside a container network-user-mode.test.ts.
const tried = new Set<string>([
  "say",
  "attach",
  "own_root",
  "keep_namespaces",
  "trace",
  ...[ENTER, UNDO, LIMITS, SCOPE, NETWORK, PORTS, NETNS, BESIDE].flatMap((family) => Object.keys(family)),
]);

describe("a step that fails", () => {
  forEveryone((who) => {
    for (const [words, options] of [
      ["with own mounts", USUAL],
      ["without own mounts", [...USUAL, "--share", "mnt"]],
    ] as const) {
      test(`leaves nothing, and is named: every one of a run ${words}`, async () => {
        await failEach(who, options, newTree(who, "lean"), () => true);
      }, 60_000);
    }

    test("leaves nothing, and is named: those of a run with options of every family", async () => {
      for (const options of FAMILIES) {
        await failEach(who, options, newTree(who, "lean"), (name) => !tried.has(name) || name === "exec");
      }
    }, 60_000);
  });

  test.skipIf(!AS_ROOT)(
    "leaves nothing, and is named: those of root alone (needs root)",
    async () => {
      for (const options of OF_ROOT) {
        await failEach(ROOT, options, newTree(ROOT, "lean"), (name) => !tried.has(name));
      }
      const joined = await operations(ROOT, ["--join", "mnt=1:copy"], "/");
      for (const name of ["join", "join_mounts", "copy_mounts"]) expect(joined).toContain(name);
      await failEach(ROOT, ["--join", `mnt=${process.pid}:copy`], "/", (name) => /join|copy/.test(name));
    },
    60_000,
  );

  test("leaves nothing, and is named: those that keep a container, and hold descriptors", async () => {
    for (const who of AS_ROOT ? [ROOT, USER] : [USER]) {
      await failEach(who, ["-d"], newTree(who, "lean"), (name) => name === "supervise");
      await failEach(who, ["--sync-fd", "9"], newTree(who, "lean"), (name) => name === "hold");
    }
  });

  test("leaves nothing, and is named: that of a root in memory", async () => {
    const who = AS_ROOT ? ROOT : USER;
    const options = ["-b", "/usr:/usr", "--symlink", "usr/bin:/bin"];
    await failEach(who, options, "none", (name) => name === "memory_root");
  });

  test.skipIf(NO_SUBORDINATES !== undefined)(
    `leaves nothing, and is named: those of newuidmap (${NO_SUBORDINATES ?? "here"})`,
    async () => {
      const options = ["--map-auto", "--user", "1000"];
      await failEach(withAccounts(USER), options, newTree(USER, "lean"), (name) => !tried.has(name));
    },
  );

  test.skipIf(!AS_ROOT || NO_SUBORDINATES !== undefined)(
    "was tried for every operation there is (needs root and newuidmap)",
    () => {
      expect([...tried].sort()).toEqual([...OP_NAMES].sort());
    },
  );
});

/** Options that between them make every operation that an ordinary user's run may have. */
const FAMILIES: readonly (readonly string[])[] = [
  ["--no-map", "--nice", "1", "--cpu-affinity", "0", "--oom-score-adj", "500", "--ulimit", "cpu=100"],
  ["--init"],
  ["-t", "--die-with-parent", "--pid-file", "/tmp/nsbox-undo.pid"],
  ["--share", "net", "--landlock-ro", "/", "--landlock-tcp", "80"],
  ["-b", "/etc:/b", "--file", "text:/etc/f", "--propagation", "slave"],
  ["--propagation", "unbindable", "--mount", "type=overlay,lowerdir=/usr/bin:/usr/lib,target=/o"],
  ["--overlay", "--read-only", "--symlink", "a:/b/c", "--dir", "/d/e"],
  Array.from({ length: 201 }, (_, index) => ["-b", `/etc:/many/${index}`]).flat(),
];

/** Likewise, of root's. */
const OF_ROOT: readonly (readonly string[])[] = [
  ["--ns-dir", "/tmp/nsbox-undo-namespaces"],
  ["--user", "1000", "--group-add", "5"],
  ["-M", "0 100000 1000", "-G", "0 100000 1000", "-b", "/etc:/b:idmap"],
  ["--mount", "type=erofs,source=/etc/passwd,target=/i"],
];
