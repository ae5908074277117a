/** /dev, and what is hidden of /proc and /sys. Judges: stat and mountinfo inside, the host's own files. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, statSync } from "node:fs";
import { MASKS } from "../../src/sandbox/mounts/masks.ts";
import { mountOn } from "./mountinfo.ts";
import { forEveryone, NSBOX, run, USER } from "./support.ts";
import { traces } from "./traces.ts";
import { newTree, tree } from "./trees.ts";

const stat = (path: string) => Bun.spawnSync(["stat", "-c", "%F %t %T", path]).stdout.toString();

describe("--device", () => {
  forEveryone((who) => {
    test("hands on a device of the host, in /dev and elsewhere", async () => {
      const own = newTree(who);
      const before = traces(own);
      for (const target of ["/dev/x", "/dev/deep/x", "/tmp/x", "/new/x"]) {
        const words = [
          "--device",
          `/dev/zero:${target}`,
          own,
          "sh",
          "-c",
          `stat -c '%F %t %T' ${target}; head -c 3 ${target} | wc -c`,
        ];
        const { out, err } = await run(who, words);
        expect([target, out, err]).toEqual([target, `${stat("/dev/zero")}3\n`, ""]);
      }
      expect(traces(own)).toEqual(before);
    });

    test("keeps its owner's rights", async () => {
      const [disk] = readdirSync("/sys/block").filter((name) => existsSync(`/dev/${name}`));
      if (disk === undefined) return;
      const { out } = await run(who, [
        "--device",
        `/dev/${disk}`,
        tree(who),
        "stat",
        "-c",
        "%F %a",
        `/dev/${disk}`,
      ]);
      expect(out).toBe(`block special file ${(statSync(`/dev/${disk}`).mode & 0o777).toString(8)}\n`);
    });

    test("refuses what is none, and rights that it cannot give", async () => {
      for (const [value, reason] of [
        ["/etc/passwd", "it is no device"],
        ["/dev/absent", "there is no such file"],
        ["/etc/passwd/x", "there is no such file"],
        ["/dev/null:/dev/x:r", 'the rights are "rwm" or "rw"'],
        ["/dev/null:x", "no absolute path"],
      ] as const) {
        const { err, status } = await run(who, ["--device", value, tree(who), "true"]);
        expect([value, status, err]).toEqual([value, 125, expect.stringContaining(reason)]);
      }
    });
  });
});

describe("--dev-bind", () => {
  forEveryone((who) => {
    test("shows the host's whole /dev, whose devices work", async () => {
      const lean = newTree(who, "lean");
      const before = traces(lean);
      const script = "echo x >/dev/null && head -c 3 /dev/zero | wc -c; ls /dev";
      const { out } = await run(who, ["--dev-bind", lean, "sh", "-c", script]);
      expect(out).toBe(`3\n${readdirSync("/dev").sort().join("\n")}\n`);
      const mounts = await run(who, ["--dev-bind", lean, "cat", "/proc/self/mountinfo"]);
      expect(mountOn(mounts.out, "/dev")).toMatchObject({
        flags: expect.stringMatching(/^noexec,nosuid$/),
        propagation: "",
      });
      expect(traces(lean)).toEqual(before);
    });
  });
});

describe("what the kernel tells of the host", () => {
  const hidden = MASKS.filter(({ how, path }) => how === "hide" && existsSync(path));
  const closed = MASKS.filter(({ how, path }) => how === "read-only" && path !== "/sys" && existsSync(path));
  const look = `for path; do if test -d $path; then ls -A $path; else cat $path; fi; done`;

  forEveryone((who) => {
    test("is hidden: there, and empty", async () => {
      const paths = hidden.map(({ path }) => path);
      expect(paths.length).toBeGreaterThan(2);
      expect(await run(who, [tree(who), "bash", "-c", look, "bash", ...paths])).toEqual({
        out: "",
        err: "",
        status: 0,
      });
    });

    test("is hidden in the host's own /proc too, where ROOTFS is / and processes are shared", async () => {
      const paths = hidden.map(({ path }) => path);
      const words = ["--share", "pid,net", "/", "bash", "-c", look, "bash", ...paths];
      expect(await run(who, words)).toEqual({ out: "", err: "", status: 0 });
      const { out } = await run(who, ["--share", "pid,net", "/", "cat", "/proc/self/mountinfo"]);
      expect(mountOn(out, "/sys")?.flags).toContain("ro");
      expect(mountOn(out, "/proc/sys")?.flags).toContain("ro");
    });

    test("is hidden in every proc that is mounted", async () => {
      const paths = hidden
        .filter(({ path }) => path.startsWith("/proc/"))
        .map(({ path }) => `/other${path.slice(5)}`);
      const words = ["--mount", "type=proc,target=/other", tree(who), "bash", "-c", look, "bash", ...paths];
      expect(await run(who, words)).toEqual({ out: "", err: "", status: 0 });
    });

    test("cannot be written where it steers the host", async () => {
      const { out } = await run(who, [tree(who), "cat", "/proc/self/mountinfo"]);
      for (const { path } of closed)
        expect([path, mountOn(out, path)?.flags]).toEqual([path, "nodev,noexec,nosuid,ro"]);
      const write = await run(who, [tree(who), "sh", "-c", "echo 1 >/proc/sys/vm/drop_caches"]);
      expect(write.err).toMatch(/Read-only file system|Permission denied/);
    });

    test("is there with --unmask, one path or all", async () => {
      const mounts = async (...words: string[]) =>
        (await run(who, [...words, tree(who), "cat", "/proc/self/mountinfo"])).out;
      const some = await mounts("--unmask", "/proc/sys", "--unmask", hidden[0]!.path);
      expect(mountOn(some, "/proc/sys")).toBeUndefined();
      expect(mountOn(some, hidden[0]!.path)).toBeUndefined();
      expect(mountOn(some, hidden[1]!.path)).toBeDefined();
      const all = await mounts("--unmask", "ALL");
      for (const { path } of [...hidden, ...closed])
        expect([path, mountOn(all, path)]).toEqual([path, undefined]);
      expect(mountOn(all, "/sys")?.flags).toBe("nodev,noexec,nosuid");
      const { err } = await run(who, ["--unmask", "/proc/kcor", tree(who), "true"]);
      expect(err).toContain('Did you mean "/proc/kcore"?');
    });
  });

  test("lets no second proc be mounted in a user namespace: the error names the mount and the switch", async () => {
    const inner = [NSBOX, "run", "-q", "-U", "-m", "-p", tree(USER), "true"];
    // What is inside is the host's, so nsbox and the tree are where they are.
    const nested = (...words: string[]) =>
      run(USER, ["--seccomp", "off", "--landlock", "off", ...words, "/", ...inner]);
    const { err, status } = await nested();
    expect([status, err]).toEqual([
      125,
      expect.stringMatching(/mounts hide parts of \/proc here \(\/proc\/.*--unmask ALL/s),
    ]);
    expect((await nested("--unmask", "ALL")).status).toBe(0);
  });
});
