import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { forEveryone, run, SCRATCH } from "./support.ts";
import { listing, traces } from "./traces.ts";
import { newTree, tree } from "./trees.ts";

/** What /dev holds where there is no terminal. */
const DEV = "fd full null ptmx pts random shm stderr stdin stdout tty urandom zero".split(" ");

/** mountinfo as lines of: mount point, type, whether the whole of the filesystem is mounted, flags. */
function mounts(mountinfo: string) {
  return mountinfo
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [, , , , point = "", flags = ""] = line.split(" ");
      const type = line.split(" - ")[1]!.split(" ")[0]!;
      return {
        point,
        type,
        flags: flags
          .split(",")
          .filter((flag) => !/^(relatime|rw|noatime)$/.test(flag))
          .sort(),
      };
    });
}

describe("the root inside", () => {
  forEveryone((who) => {
    test("is the tree: its files and no others", async () => {
      const own = newTree(who);
      writeFileSync(join(own, "inside"), "");
      expect((await run(who, [own, "ls", "/"])).out.trim().split("\n")).toEqual(readdirSync(own).sort());
      for (const path of [
        SCRATCH,
        own,
        "/../etc/passwd",
        "/proc/1/root/etc/passwd",
        "/proc/1/cwd/etc/passwd",
      ]) {
        expect([path, (await run(who, [own, "test", "-e", path])).status]).toEqual([path, 1]);
      }
    });

    test("shows its own mounts alone: nothing of the host's is left", async () => {
      const inside = mounts((await run(who, [tree(who), "cat", "/proc/self/mountinfo"])).out);
      const points = inside.map(({ point, type }) => `${point} ${type}`).slice(1);
      expect(inside[0]!.point).toBe("/");
      // An ordinary user may not make device nodes: the host's are bound.
      const devices = "null zero full random urandom tty".split(" ").map((name) => `/dev/${name} devtmpfs`);
      const bound = points.filter((point) => devices.includes(point));
      expect(bound).toEqual(who.uid === 0 ? [] : devices);
      // What is hidden of the kernel's is another test's.
      const whole = points.filter((point) => !/^\/(proc|sys)\//.test(point));
      expect(whole.filter((point) => !devices.includes(point))).toEqual([
        "/dev tmpfs",
        "/dev/shm tmpfs",
        "/dev/pts devpts",
        "/proc proc",
        "/sys sysfs",
      ]);
    });

    test("has /proc, /sys and the rest of /dev mounted with the least that they need", async () => {
      const inside = mounts((await run(who, [tree(who), "cat", "/proc/self/mountinfo"])).out);
      const flags = (wanted: string) => inside.find(({ point }) => point === wanted)?.flags;
      expect(flags("/proc")).toEqual(["nodev", "noexec", "nosuid"]);
      expect(flags("/sys")).toEqual(["nodev", "noexec", "nosuid", "ro"]);
      expect(flags("/dev")).toEqual(["nosuid"]);
      expect(flags("/dev/shm")).toEqual(["nodev", "noexec", "nosuid"]);
      expect(flags("/dev/pts")).toEqual(["noexec", "nosuid"]);
      const write = await run(who, [tree(who), "mkdir", "/sys/x"]);
      expect(write.err).toContain("Read-only file system");
    });

    test("has a small /dev whose devices work", async () => {
      expect((await run(who, [tree(who), "ls", "/dev"])).out.trim().split("\n")).toEqual(DEV);
      const use = [
        "echo lost >/dev/null",
        "head -c 4 /dev/zero | tr '\\0' z",
        "head -c 9 /dev/urandom | wc -c",
        "echo x 2>/dev/null >/dev/full || echo full",
        "echo from stdin | cat /dev/stdin",
        "echo fd | cat /dev/fd/0",
        "echo shm >/dev/shm/x && cat /dev/shm/x",
        "test -c /dev/ptmx && echo ptmx",
      ];
      const { out } = await run(who, [tree(who), "bash", "-c", use.join("\n")]);
      expect(out).toBe("zzzz9\nfull\nfrom stdin\nfd\nshm\nptmx\n");
    });

    test("has the processes of its own alone", async () => {
      const { out } = await run(who, [tree(who), "bash", "-c", "echo /proc/[0-9]*; echo $$"]);
      expect(out).toBe("/proc/1\n1\n");
    });

    test("has a /tmp of its own where the tree has none, else the tree's", async () => {
      const use = ["sh", "-c", "stat -c %a /tmp; echo hello >/tmp/file"];
      const [lean, full] = [newTree(who, "lean"), newTree(who)];
      const before = traces(lean);
      expect((await run(who, [lean, ...use])).out).toBe("1777\n");
      expect(traces(lean)).toEqual(before);
      expect((await run(who, [full, ...use])).out).toBe("755\n");
      expect(readdirSync(join(full, "tmp"))).toEqual(["file"]);
    });

    test("has the host's /proc without own processes, and no /sys without an own network", async () => {
      const look = ["sh", "-c", "echo /proc/* /sys/* /dev/null"];
      expect((await run(who, ["-q", "-m", tree(who), ...look])).out).toMatch(
        new RegExp(`^/proc/1 .*/proc/${process.pid} .*/sys/\\* /dev/null\n$`),
      );
      expect((await run(who, ["-q", "-m", "-p", tree(who), ...look])).out).toMatch(
        /^\/proc\/1 .* \/sys\/\* \/dev\/null\n$/,
      );
      expect((await run(who, ["-q", "-m", "-n", tree(who), ...look])).out).toMatch(
        new RegExp(`^/proc/1 .*/proc/${process.pid} .*/sys/block .*\n$`),
      );
    });
  });
});

describe("a tree that means harm", () => {
  forEveryone((who) => {
    for (const point of ["proc", "dev", "sys"]) {
      for (const target of ["/", "../../..", "/bin", "../../../../../../../tmp", "/nowhere", "proc"]) {
        test(`with a link to ${target} as /${point} is refused, and nothing is written`, async () => {
          const own = newTree(who, "lean");
          for (const name of ["proc", "dev", "sys"]) {
            if (name === point) symlinkSync(target, join(own, name));
            else mkdirSync(join(own, name));
          }
          const host = () => [listing(own), readdirSync("/"), readdirSync("/dev").sort(), traces(own)];
          const before = host();
          const { out, err, status } = await run(who, [own, "sh", "-c", "echo ran"]);
          expect([out, status]).toEqual(["", 125]);
          expect(err).toMatch(`error: Cannot use "/${point}"`);
          expect(host()).toEqual(before);
        });
      }
    }
  });
});
