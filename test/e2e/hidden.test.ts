/** The kernel's own filesystems below ROOTFS, and a command that would stop its monitor. */
import { describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  AS_ROOT,
  call,
  compiled,
  forEveryone,
  NSBOX,
  outcome,
  type Person,
  ROOT,
  start,
  USER,
} from "./support.ts";
import { newTree, tree } from "./trees.ts";

const TRACEME = compiled("traceme");

/** Runs nsbox on `tree`, below which root has mounted proc, sysfs and a bind of a file of proc. */
async function withMounts(who: Person, tree: string, ...words: string[]) {
  for (const name of ["with space", "sub/dir", "tmp/file"]) mkdirSync(join(tree, name), { recursive: true });
  const script = `cd "$1" && shift && mount -t proc proc "with space" && mount -t sysfs sysfs sub/dir &&
    touch tmp/version && mount --bind /proc/version tmp/version && exec "$@"`;
  const argv = ["sh", "-ec", script, "sh", tree, ...who.prefix, NSBOX, "run", ...words];
  return call(ROOT, ["unshare", "-m", "--propagation", "private", ...argv]);
}

describe.skipIf(!AS_ROOT)("a proc or a sysfs that is mounted below ROOTFS (needs root)", () => {
  for (const who of [ROOT, USER]) {
    const inside = "ls '/with space' /sub/dir; cat /tmp/version; echo seen";

    test(`is hidden, for ${who.name}`, async () => {
      const tree = newTree(who);
      const { out, err } = await withMounts(who, tree, tree, "sh", "-c", inside);
      expect({ out, err }).toEqual({ out: "/sub/dir:\n\n/with space:\nseen\n", err: "" });
    });

    test(`is there with --unmask ALL, for ${who.name}`, async () => {
      const tree = newTree(who);
      const { out } = await withMounts(who, tree, "--unmask", "ALL", tree, "sh", "-c", inside);
      expect(out).toContain("self");
      expect(out).toContain("Linux version");
    });
  }

  test("is no hindrance to an ordinary user who cannot get there", async () => {
    const tree = newTree(USER);
    const script = `mkdir -p "$1/closed/proc" && chmod 700 "$1/closed" && chown 0:0 "$1/closed" &&
      mount -t proc proc "$1/closed/proc" && shift && exec "$@"`;
    const words = [...USER.prefix, NSBOX, "run", tree, "sh", "-c", "ls /closed/proc; echo ran"];
    const argv = ["unshare", "-m", "--propagation", "private", "sh", "-ec", script, "sh", tree, ...words];
    const { out, err } = await call(ROOT, argv);
    expect(out).toBe("ran\n");
    expect(err).toMatch(/^ls: .*Permission denied\n$/);
  });

  test("is there where it was asked for", async () => {
    const tree = newTree(ROOT);
    const options = ["--mount", "type=proc,target=/with space"];
    const { out } = await withMounts(ROOT, tree, ...options, tree, "sh", "-c", "cat '/with space/1/comm'");
    expect(out).toBe("cat\n");
  });
});

describe("a command that makes the monitor its tracer", () => {
  forEveryone((who) => {
    test.skipIf(TRACEME === undefined)("goes on after a signal (needs a C compiler)", async () => {
      for (const options of [[], ["--share", "pid"]]) {
        const process = start(who, [
          NSBOX,
          "run",
          ...options,
          "-b",
          `${TRACEME}:/tmp/traceme`,
          tree(who),
          "/tmp/traceme",
        ]);
        expect(await outcome(process)).toEqual({ out: "went on\n", err: "", status: 7 });
      }
    });
  });
});
