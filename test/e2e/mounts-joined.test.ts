/** Mounts in the copy of a mount namespace that is joined, and the host's /proc where processes are shared. */
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { MASKS } from "../../src/sandbox/mounts/masks.ts";
import { hostDirectory, mountOn } from "./mountinfo.ts";
import { AS_ROOT, forEveryone, ROOT, run } from "./support.ts";
import { newTree, tree } from "./trees.ts";

/** This process stands for another container. */
const COPY = ["--join", `mnt=${process.pid}:copy`];

describe.skipIf(!AS_ROOT)("the copy of a mount namespace (needs root)", () => {
  test("refuses, before anything runs, what is no mount on what is there", async () => {
    const wrong: [string[], string][] = [
      [["--overlay"], '"--overlay"'],
      [["--overlay-dir", "/a:/b"], '"--overlay-dir"'],
      [["--lower", "/a"], '"--lower"'],
      [["--dev-bind"], '"--dev-bind"'],
      [["--propagation", "slave"], '"--propagation"'],
      [["--file", "text:/etc/x"], "would make a file in a mount namespace that is joined"],
      [["--dir", "/etc/x"], "would make a directory in a mount namespace that is joined"],
      [["--symlink", "a:/etc/x"], "would make a link in a mount namespace that is joined"],
    ];
    for (const [words, part] of wrong) {
      const { out, err, status } = await run(ROOT, [...COPY, ...words, "/", "echo", "ran"]);
      expect([words, status, out, err]).toEqual([words, 125, "", expect.stringContaining(part)]);
      expect(err).toContain("joined");
    }
  });

  test("is read-only all over with --read-only, but for what is mounted in it, and the other is as it was", async () => {
    const host = hostDirectory(ROOT);
    for (const more of [[], ["-U"]]) {
      const script = `for at in / /dev/shm /mnt; do echo x >$at/nsbox-x && echo wrote $at; done; echo x >/dev/null`;
      const words = [...COPY, ...more, "-q", "--read-only", "-b", `${host}:/mnt`, "/", "bash", "-c", script];
      const { out, err } = await run(ROOT, words);
      expect(out).toBe("wrote /mnt\n");
      expect(err.match(/Read-only file system/g)).toHaveLength(2);
      expect([existsSync("/nsbox-x"), existsSync(join(host, "nsbox-x"))]).toEqual([false, true]);
    }
  });

  test("holds files, links, directories and devices in a tmpfs of the run's", async () => {
    const words = [
      "--tmpfs",
      "/mnt",
      "--dir",
      "/mnt/a:700",
      "--symlink",
      "a:/mnt/l",
      "--file",
      "text:/mnt/f",
    ];
    const script = 'cat /mnt/f; stat -c " %a" /mnt/a; readlink /mnt/l; echo x >/mnt/null';
    const made = [...words, "--device", "/dev/null:/mnt/null", "/", "bash", "-c", script];
    expect(await run(ROOT, [...COPY, ...made])).toEqual({ out: "text 700\na\n", err: "", status: 0 });
  });

  test("tells where a target is absent that nothing is made there", async () => {
    const { err, status } = await run(ROOT, [...COPY, "-b", "/etc:/nsbox-absent", "/", "true"]);
    expect([status, err]).toEqual([125, expect.stringContaining("nothing is made in a mount namespace")]);
    expect(existsSync("/nsbox-absent")).toBe(false);
  });
});

describe("where processes are shared with the host", () => {
  forEveryone((who) => {
    test("/proc is the host's, with all of it hidden or read-only that is so in an own one", async () => {
      for (const root of [[tree(who)], [newTree(who, "lean")], ["--overlay", tree(who)]]) {
        const words = ["-q", "--share", "pid", ...root];
        const inside = await run(who, [...words, "cat", `/proc/${process.pid}/comm`, "/proc/self/mountinfo"]);
        expect([root, inside.err]).toEqual([root, ""]);
        const own = (await run(who, [...root, "cat", "/proc/self/mountinfo"])).out;
        for (const { path, how } of MASKS.filter((mask) => mask.path.startsWith("/proc/"))) {
          const flags = (text: string) => mountOn(text, path)?.flags.split(",").includes("ro");
          expect([path, mountOn(inside.out, path) === undefined]).toEqual([
            path,
            mountOn(own, path) === undefined,
          ]);
          if (how === "read-only") expect([path, flags(inside.out)]).toEqual([path, flags(own)]);
        }
        expect((await run(who, [...words, "sh", "-c", "echo x >/proc/sys/vm/drop_caches"])).err).toMatch(
          /Read-only file system|Permission denied/,
        );
      }
    });
  });
});
