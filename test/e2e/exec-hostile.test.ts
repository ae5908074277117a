/** `nsbox exec` into containers that wait for it. */
import { describe, expect, test } from "bun:test";
import { chmodSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { withContainer, withProgram } from "./containers.ts";
import { watch } from "./screen.ts";
import {
  AS_ROOT,
  call,
  compiled,
  forEveryone,
  NSBOX,
  type Outcome,
  type Person,
  ROOT,
  textOf,
} from "./support.ts";
import { programBelow } from "./traces.ts";
import { newTree } from "./trees.ts";

const exec = (who: Person, ...words: readonly (string | number)[]): Promise<Outcome> =>
  call(who, [NSBOX, "exec", ...words.map(String)]);

const WATCHER = compiled("watch-enter");

describe("a container that is entered", () => {
  test.skipIf(!AS_ROOT || WATCHER === undefined)(
    "sees nothing of what enters, and reaches none of it, though it waits for it (needs root and a compiler)",
    async () => {
      const root = newTree(ROOT);
      Bun.spawnSync(["cp", WATCHER!, `${root}/bin/watch-enter`]);
      // Root without a user namespace, as the process that enters is; Landlock alone would hold it.
      const options = ["-q", "--landlock", "off"];
      const { process, screen, ended } = watch(ROOT, [NSBOX, "run", ...options, root, "watch-enter"]);
      await screen.shows("ready\n");
      const pid = await programBelow(process.pid, "watch-enter");
      // What it prints on the way makes it slow enough to be seen.
      for (let time = 0; time < 40; time++) await exec(ROOT, "-v", pid, "true");
      writeFileSync(`${root}/tmp/stop`, "");
      const { out } = await ended;
      expect(out).toContain("seen\n");
      expect(out.match(/^got .*/gm)).toBeNull();
    },
    20_000,
  );

  test.skipIf(!AS_ROOT)(
    "is not believed where it runs nsbox itself, with a plan that confines nothing (needs root)",
    async () => {
      // All that tells its monitor from one outside is the filter that it is under.
      const shared = ["run", "-q", "--share", "user,mnt,pid,ipc,uts,cgroup,time"];
      const inner = [NSBOX, ...shared.with(-1, `${shared.at(-1)},net`), "--privileged", "/", "sleep", "60"];
      const argv = [NSBOX, ...shared, "--cap-add", "SYS_CHROOT", "/", ...inner];
      await withProgram(ROOT, argv, "sleep", async (pid) => {
        const { out, err } = await exec(
          ROOT,
          pid,
          "grep",
          "-E",
          "^(CapBnd|NoNewPrivs|Seccomp_filters)",
          "/proc/self/status",
        );
        const own = textOf(`/proc/${pid}/status`);
        expect(err).toBe("");
        expect(out).toContain("NoNewPrivs:\t1\n");
        expect(out).toContain(/^CapBnd:.*$/m.exec(own)![0]);
        const filters = (status: string) => Number(/^Seccomp_filters:\t(\d+)$/m.exec(status)![1]);
        expect(filters(out)).toBeGreaterThanOrEqual(2);
      });
    },
  );

  forEveryone((who) => {
    test("has no way to nsbox by a program that is a script of /proc/self/exe", async () => {
      const before = await Bun.file(NSBOX).bytes();
      const root = newTree(who);
      await withContainer(
        who,
        [],
        async (pid) => {
          rmSync(`${root}/bin/sh`);
          for (const link of ["exe", "fd/3", "fd/4", "fd/5", "root/bin/echo"]) {
            writeFileSync(`${root}/bin/sh`, `#!/proc/self/${link}\n`);
            chmodSync(`${root}/bin/sh`, 0o755);
            const { out, status } = await exec(who, pid, "/bin/sh", "-c", "cat /proc/self/exe");
            if (link.startsWith("root")) expect(out).toContain("/bin/sh");
            else expect({ link, out, failed: status >= 125 }).toEqual({ link, out: "", failed: true });
          }
        },
        root,
      );
      expect(Bun.deepEquals(await Bun.file(NSBOX).bytes(), before)).toBe(true);
    });

    test("leads no working directory outside by links of /proc", async () => {
      const root = newTree(who);
      for (let number = 3; number < 12; number++)
        symlinkSync(`/proc/self/fd/${number}`, `${root}/fd${number}`);
      symlinkSync("/proc/self/cwd/../../../../../..", `${root}/cwd`);
      await withContainer(
        who,
        [],
        async (pid) => {
          for (const path of ["/proc/self/fd/3", "/fd3", "/fd4", "/fd5", "/fd6", "/fd7", "/fd8", "/cwd"]) {
            const { out, err, status } = await exec(who, "-w", path, pid, "ls");
            expect({ path, out, status }).toEqual({ path, out: "", status: 125 });
            expect(err).toMatch(/leads through a link of \/proc|no such directory/);
          }
        },
        root,
      );
    });
  });
});
