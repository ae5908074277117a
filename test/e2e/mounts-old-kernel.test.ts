/** Mounts where newer system calls are absent: on old kernels, and below filters that do not know them. */
import { describe, expect, test } from "bun:test";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostDirectory, mountOn, onSharedHost } from "./mountinfo.ts";
import { AS_ROOT, call, compiled, forEveryone, NSBOX } from "./support.ts";
import { traces } from "./traces.ts";
import { newTree, tree } from "./trees.ts";

const WITHOUT = compiled("no-calls");

// The same numbers on both architectures: see syscalls(2).
const MOUNT_SETATTR = "442";
const ALL_NEW = [428, 429, 430, 431, 432, 433, 437, 442].join();

describe.skipIf(!WITHOUT)("mounts (needs a C compiler)", () => {
  for (const [name, calls] of [
    ["without mount_setattr, which Linux 5.12 brought", MOUNT_SETATTR],
    ["without any of the newer calls", ALL_NEW],
  ] as const) {
    describe(name, () => {
      forEveryone((who) => {
        const run = (...args: string[]) => call(who, [WITHOUT!, calls, NSBOX, "run", ...args]);

        test("are what they are on a new kernel", async () => {
          const host = hostDirectory(who);
          writeFileSync(join(host, "in"), "x");
          const lean = newTree(who, "lean");
          const before = traces(lean);
          const words = [
            "-b",
            `${host}:/a/b:ro`,
            "-b",
            `${host}/in:/file`,
            "--tmpfs",
            "/c:size=1m,noexec",
            lean,
          ];
          const { out, err } = await run(
            ...words,
            "sh",
            "-c",
            "cat /file; cat /proc/self/mountinfo; echo x >/a/b/in",
          );
          expect(err).toContain("Read-only file system");
          expect(mountOn(out, "/")?.flags).toBe("nodev");
          expect(mountOn(out, "/a/b")?.flags).toBe("nodev,nosuid,ro");
          expect(mountOn(out, "/c")?.flags).toBe("nodev,noexec,nosuid");
          expect(mountOn(out, "/proc/sys")?.flags).toBe("nodev,noexec,nosuid,ro");
          expect(mountOn(out, "/sys/firmware")?.flags ?? "ro").toContain("ro");
          expect(traces(lean)).toEqual(before);
        });

        test("on a target that is a link are made inside, or refused in words", async () => {
          const own = newTree(who);
          symlinkSync("../../../../../tmp", join(own, "link"));
          const before = traces(own);
          const { out, err } = await run("-b", "/etc/passwd:/link/file", own, "sh", "-c", "ls /tmp");
          if (calls === ALL_NEW) expect(err).toContain("openat2");
          else expect([out, err]).toEqual(["file\n", ""]);
          expect(traces(own)).toEqual(before);
        });

        test("hide the same of /proc", async () => {
          const look =
            "for name in keys timer_list interrupts; do cat /proc/$name 2>&-; done; ls /sys/firmware 2>&-";
          expect((await run(tree(who), "bash", "-c", look)).out).toBe("");
        });
      });
    });
  }

  test.skipIf(!AS_ROOT)(
    "in a source are not left writable behind a read-only bind: that is refused without mount_setattr (needs root)",
    async () => {
      const host = hostDirectory({ name: "root", prefix: [], uid: 0 }, "sub");
      const script = `mount -t tmpfs tmpfs "$2/sub"
        for option in ro ro,bind; do ${WITHOUT} ${MOUNT_SETATTR} ${NSBOX} run -b "$2:/data:$option" "$1" ls /data; done`;
      const { out, err } = await onSharedHost(script, tree({ name: "root", prefix: [], uid: 0 }), host);
      expect(out).toBe("sub\n");
      expect(err).toMatch(/needs Linux 5\.12; .*ENOSYS.*\n {2}hint: .*"bind"/);
    },
  );
});
