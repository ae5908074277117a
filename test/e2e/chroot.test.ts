/** Without a mount namespace the root is a chroot, and the right to make another one is gone. */
import { describe, expect, test } from "bun:test";
import { linkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AS_ROOT, call, compiled, forEveryone, ROOT, run, SCRATCH } from "./support.ts";
import { traces } from "./traces.ts";
import { newTree } from "./trees.ts";

const CLIMB = compiled("climb");
/** A file of the host's that is not in any tree. */
const SECRET = join(SCRATCH, "secret");
writeFileSync(SECRET, "secret\n");

describe("without own mounts", () => {
  forEveryone((who) => {
    test("the root is the tree, and nothing is mounted or made", async () => {
      const lean = newTree(who, "lean");
      const before = traces(lean);
      for (const options of [["-p"], ["-u", "zion"], ["--share", "mnt"]]) {
        const { out } = await run(who, ["-q", ...options, lean, "ls", "/"]);
        expect(out).toBe((await call(who, ["ls", lean])).out);
      }
      expect(traces(lean)).toEqual(before);
    });

    test("CAP_SYS_CHROOT is in no set", async () => {
      // ROOTFS "/" has the host's /proc in it.
      const { out } = await run(who, ["-q", "-u", "zion", "/", "cat", "/proc/self/status"]);
      const sets = [...out.matchAll(/^Cap(\w+):\t(\w+)$/gm)].map(
        ([, name, set]) => [name, BigInt(`0x${set}`)] as const,
      );
      expect(sets.map(([name]) => name)).toEqual(["Inh", "Prm", "Eff", "Bnd", "Amb"]);
      for (const [, set] of sets) expect(set & (1n << 18n)).toBe(0n);
      expect(sets[2]![1]).not.toBe(0n);
    });

    test.skipIf(!CLIMB)("nobody climbs out (needs a C compiler)", async () => {
      const own = newTree(who);
      linkSync(CLIMB!, join(own, "bin/climb"));
      for (const options of [["-p"], ["-i", "-n"], ["--share", "mnt"], ["-U"]]) {
        expect((await run(who, ["-q", ...options, own, "climb", SECRET])).out).toBe("held: no chroot\n");
      }
    });

    test.skipIf(!CLIMB)("nor with own mounts, where chroot is allowed (needs a C compiler)", async () => {
      const own = newTree(who);
      linkSync(CLIMB!, join(own, "bin/climb"));
      expect((await run(who, [own, "climb", SECRET])).out).toBe("held\n");
    });
  });

  test.skipIf(!CLIMB || !AS_ROOT)(
    "the climb leads out of a plain chroot (needs root, a C compiler)",
    async () => {
      const own = newTree(ROOT);
      linkSync(CLIMB!, join(own, "bin/climb"));
      expect((await call(ROOT, ["chroot", own, "climb", SECRET])).out).toBe("escaped\n");
    },
  );
});
