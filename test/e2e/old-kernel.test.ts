import { describe, expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { call, compiled, forEveryone, NSBOX } from "./support.ts";
import { traces } from "./traces.ts";
import { newTree, tree } from "./trees.ts";

const OLD = compiled("old-kernel");

describe.skipIf(!OLD)(
  "on a kernel without clone3, openat2 and the new mount calls (needs a C compiler)",
  () => {
    forEveryone((who) => {
      const run = (...args: string[]) => call(who, [OLD!, NSBOX, "run", ...args]);

      test("everything is made as on a new one", async () => {
        const lean = newTree(who, "lean");
        const before = traces(lean);
        const look =
          "cat /proc/sys/kernel/hostname; echo $$; echo x >/dev/null; ls /sys/class/net; stat -c %a /tmp";
        expect(await run("-H", "zion", lean, "bash", "-c", look)).toEqual({
          out: "zion\n1\nlo\n1777\n",
          err: "",
          status: 0,
        });
        expect(traces(lean)).toEqual(before);
      });

      test("kinds of namespaces are those that were asked for, time with and without offsets", async () => {
        const kind = async (...options: string[]) =>
          (await run(...options, tree(who), "readlink", "/proc/self/ns/time")).out;
        const outside = (await call(who, ["readlink", "/proc/self/ns/time"])).out;
        expect(await kind()).not.toBe(outside);
        expect(await kind("--boottime", "100")).not.toBe(outside);
        expect(await kind("--share", "time")).toBe(outside);
      });

      test("a tree whose mount point is a link is refused all the same", async () => {
        for (const target of ["/", "../..", "bin"]) {
          const lean = newTree(who, "lean");
          symlinkSync(target, join(lean, "proc"));
          const before = traces(lean);
          expect((await run(lean, "true")).status).toBe(125);
          expect(traces(lean)).toEqual(before);
        }
      });

      test("without own mounts too", async () => {
        expect((await run("-q", "-p", newTree(who), "bash", "-c", "echo $$")).out).toBe("1\n");
      });

      test("ROOTFS / is refused in words: only open_tree can put the root over itself", async () => {
        const { out, err, status } = await run("/", "echo", "ran");
        expect([out, status, err]).toEqual([
          "",
          125,
          expect.stringMatching(/^error: .*\n {2}cause: .*ENOSYS/),
        ]);
      });
    });
  },
);
