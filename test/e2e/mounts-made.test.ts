/** Filesystems that are mounted, and files that are made. Judge: mountinfo and stat inside. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostDirectory, mountOn } from "./mountinfo.ts";
import { AS_ROOT, forEveryone, hostProgram, ROOT, run, SCRATCH, shell, USER } from "./support.ts";
import { traces } from "./traces.ts";
import { newTree, tree } from "./trees.ts";

const LOOK = ["cat", "/proc/self/mountinfo"];

describe("--tmpfs", () => {
  forEveryone((who) => {
    test("mounts one with its options, also where ROOTFS lacks the target", async () => {
      const lean = newTree(who, "lean");
      const before = traces(lean);
      const { out } = await run(who, [
        "--tmpfs",
        "/a/b:size=1m,mode=700,noexec",
        "--tmpfs",
        "/c",
        lean,
        ...LOOK,
      ]);
      expect(mountOn(out, "/a/b")).toMatchObject({ type: "tmpfs", flags: "nodev,noexec,nosuid" });
      expect(mountOn(out, "/c")).toMatchObject({ type: "tmpfs", flags: "nodev,nosuid" });
      expect(out).toContain("size=1024k");
      const modes = await run(who, [
        "--tmpfs",
        "/a:mode=700",
        "--tmpfs",
        "/c",
        lean,
        "stat",
        "-c",
        "%a",
        "/a",
        "/c",
      ]);
      expect(modes.out).toBe("700\n1777\n");
      expect(traces(lean)).toEqual(before);
    });

    test("takes binds, files, links and directories in the order given", async () => {
      const host = hostDirectory(who);
      writeFileSync(join(host, "in"), "bound");
      const words = ["--tmpfs", "/x", "-b", `${host}:/x/deep/er`, "--file", "text:/x/file:600"];
      const made = [...words, "--dir", "/x/dir:711", "--symlink", "deep/er/in:/x/link", tree(who)];
      const { out, err } = await run(who, [
        ...made,
        "sh",
        "-c",
        "cat /x/link /x/file; stat -c ' %a' /x/file /x/dir",
      ]);
      expect([out, err]).toEqual(["boundtext 600\n 711\n", ""]);
    });
  });
});

describe("--mount", () => {
  forEveryone((who) => {
    test("mounts each of the kernel's filesystems with the least it needs", async () => {
      const types = ["proc", "sysfs", "devpts", "mqueue", "cgroup"].flatMap((type) => [
        ...["--mount", `type=${type},target=/mnt/${type}`],
      ]);
      const own = newTree(who);
      const before = traces(own);
      const { out, err } = await run(who, [...types, own, ...LOOK]);
      expect(err).toBe("");
      const found = ["proc", "sysfs", "devpts", "mqueue", "cgroup"].map((type) => {
        const mount = mountOn(out, `/mnt/${type}`);
        return `${mount?.type} ${mount?.flags}`;
      });
      expect(found).toEqual([
        "proc nodev,noexec,nosuid",
        "sysfs nodev,noexec,nosuid,ro",
        "devpts noexec,nosuid",
        "mqueue nodev,noexec,nosuid",
        "cgroup2 nodev,noexec,nosuid,ro",
      ]);
      expect(traces(own)).toEqual(before);
    });

    test("says the same as the short options, by the names of other tools too", async () => {
      const host = hostDirectory(who);
      writeFileSync(join(host, "a:b"), "colon");
      for (const words of [
        "source=HOST,target=/x",
        "src=HOST,dst=/x,readonly",
        "source=HOST,destination=/x,ro,bind-propagation=rslave",
      ]) {
        const value = `type=bind,${words.replace("HOST", `${host}/a:b`)}`;
        expect((await run(who, ["--mount", value, tree(who), "cat", "/x"])).out).toBe("colon");
      }
      const { out } = await run(who, [
        "--mount",
        "type=tmpfs,dst=/x,tmpfs-size=1m,noexec",
        tree(who),
        ...LOOK,
      ]);
      expect(mountOn(out, "/x")).toMatchObject({ type: "tmpfs", flags: "nodev,noexec,nosuid" });
    });

    test("lays directories of the host over each other, with changes kept where that is asked", async () => {
      const host = hostDirectory(who, "top", "bottom", "upper", "work");
      writeFileSync(join(host, "top/both"), "top");
      writeFileSync(join(host, "bottom/both"), "bottom");
      const lower = `type=overlay,target=/x,lowerdir=${host}/top:${host}/bottom`;
      const read = await run(who, ["--mount", lower, tree(who), "sh", "-c", "cat /x/both; echo x >/x/new"]);
      expect([read.out, read.err]).toEqual(["top", expect.stringContaining("Read-only file system")]);
      const upper = `${lower},upperdir=${host}/upper,workdir=${host}/work`;
      const bound = ["-b", `${host}/top:/x/made/there`];
      expect(
        (await run(who, ["--mount", upper, ...bound, tree(who), "sh", "-c", "echo x >/x/new"])).err,
      ).toBe("");
      expect(readdirSync(join(host, "upper")).sort()).toEqual(["made", "new"]);
    });

    test("wants what it needs, and offers what was meant", async () => {
      const wrong: [string, string][] = [
        ["target=/x", "it has no type"],
        ["type=tmpfs", "it has no target"],
        ["type=bind,target=/x", "it has no source"],
        ["type=overlay,target=/x", "needs lowerdir"],
        ["type=overlay,target=/x,lowerdir=/a,upperdir=/b", "go together"],
        ["type=tmfs,target=/x", 'Did you mean "tmpfs"'],
        ["type=tmpfs,target=/x,sice=1m", 'Did you mean "size"'],
        ["type=tmpfs,target=/", 'nothing can be mounted on "/"'],
        ["type=tmpfs,target=/..", 'nothing can be mounted on "/"'],
        ["type=tmpfs,target=x", "no absolute path"],
        ["type=bind,source=/,target=/x,nosuit", 'Did you mean "nosuid"'],
      ];
      for (const [value, words] of wrong) {
        const { err, status } = await run(who, ["--mount", value, tree(who), "true"]);
        expect([value, status, err]).toEqual([value, 125, expect.stringContaining(words)]);
      }
      const size = await run(who, ["--tmpfs", "/x:size=much", tree(who), "true"]);
      expect([size.status, size.err]).toEqual([
        125,
        expect.stringContaining("one of its options: mode=1777,size=much"),
      ]);
    });
  });

  test("needs, in a user namespace, the kind of namespace that a filesystem shows", async () => {
    for (const [type, letter] of [
      ["proc", "p"],
      ["sysfs", "n"],
      ["mqueue", "i"],
      ["cgroup", "C"],
    ] as const) {
      const kinds = ["-q", ...["-m", "-p", "-n", "-i", "-C"].filter((kind) => kind !== `-${letter}`)];
      const { err } = await run(USER, [...kinds, "--mount", `type=${type},target=/tmp`, tree(USER), "true"]);
      expect(err).toContain(`hint:  Add "-${letter}"`);
    }
  });

  for (const [type, maker] of [
    ["squashfs", "mksquashfs"],
    ["erofs", "mkfs.erofs"],
  ] as const) {
    const program = hostProgram(maker);
    test.skipIf(!AS_ROOT || program === undefined)(
      `mounts a ${type} image, read-only (needs root and ${maker})`,
      async () => {
        const content = hostDirectory(ROOT);
        writeFileSync(join(content, "in"), "of the image");
        const image = join(SCRATCH, `image.${type}`);
        Bun.spawnSync(type === "erofs" ? [program!, image, content] : [program!, content, image, "-quiet"]);
        const before = [traces(), Bun.spawnSync(["losetup", "-a"]).stdout.toString()];
        const words = ["--mount", `type=${type},source=${image},target=/img`, tree(ROOT)];
        const { out, err } = await run(ROOT, [...words, "sh", "-c", "cat /img/in; echo x >/img/new"]);
        expect([out, err]).toEqual(["of the image", expect.stringContaining("Read-only file system")]);
        const other = await run(ROOT, [
          "--mount",
          `type=${type},source=/etc/passwd,target=/img`,
          tree(ROOT),
          "true",
        ]);
        expect([other.status, other.err]).toEqual([
          125,
          expect.stringContaining(`"/etc/passwd" is no ${type} image`),
        ]);
        const user = await run(USER, [...words.slice(0, 2), tree(USER), "true"]);
        expect([user.status, user.err]).toEqual([
          125,
          expect.stringContaining(`no ${type} image in a user namespace`),
        ]);
        expect([traces(), Bun.spawnSync(["losetup", "-a"]).stdout.toString()]).toEqual(before);
      },
    );
  }
});

describe("--file, --dir and --symlink", () => {
  forEveryone((who) => {
    test("make a file in memory that is bound where ROOTFS is not", async () => {
      const own = newTree(who);
      mkdirSync(join(own, "etc"));
      writeFileSync(join(own, "etc/there"), "old");
      Bun.spawnSync(["chown", "-R", `${who.uid}:${who.uid}`, join(own, "etc")]);
      const before = traces(own);
      const words = ["--file", "one:/etc/there", "--file", "a:/b:/etc/deep/new:640", own];
      const { out, err } = await run(who, [
        ...words,
        "sh",
        "-c",
        "cat /etc/there /etc/deep/new; stat -c ' %a' /etc/deep/new; echo x >>/etc/there",
      ]);
      expect([out, err]).toEqual(["onea:/b 640\n", ""]);
      expect(traces(own)).toEqual(before);
      expect(readFileSync(join(own, "etc/there"), "utf8")).toBe("old");
    });

    test("read a descriptor to its end, bytes of every kind", async () => {
      const line = `exec $NSBOX run --overlay --file 7:/all "$1" sh -c 'wc -c </all; cut -c1-3 </all' 7< <(printf 'abc\\000\\377\\n'; head -c 200000 /dev/zero)`;
      const { out, err } = await shell(who, line, tree(who));
      expect([err, out.split("\n")[0]]).toEqual(["", "200006"]);
      const closed = await run(who, ["--overlay", "--file", "77:/x", tree(who), "true"]);
      expect([closed.status, closed.err]).toEqual([125, expect.stringContaining("descriptor 77")]);
    });

    test("replace what an overlay shows, and never a link's target", async () => {
      const own = newTree(who);
      mkdirSync(join(own, "etc"));
      writeFileSync(join(own, "etc/passwd"), "old");
      symlinkSync("passwd", join(own, "etc/link"));
      Bun.spawnSync(["chown", "-Rh", `${who.uid}:${who.uid}`, join(own, "etc")]);
      const before = traces(own);
      const words = ["--overlay", "--file", "new:/etc/link", own];
      expect((await run(who, [...words, "sh", "-c", "cat /etc/link /etc/passwd"])).out).toBe("newold");
      expect(traces(own)).toEqual(before);
    });

    test("make nothing in ROOTFS or on the host, by any way", async () => {
      const [own, host] = [newTree(who), hostDirectory(who)];
      symlinkSync("/tmp", join(own, "to-tmp"));
      const before = traces(own, host);
      const tries = [
        [["--dir", "/new"], "in ROOTFS"],
        [["--symlink", "a:/new"], "in ROOTFS"],
        [["-b", `${host}:/data`, "--dir", "/data/new"], "in a directory of the host"],
        [["--dir", "/proc/new"], "in a filesystem of the kernel"],
        // By name it lies in memory, by a link it does not.
        [["--tmpfs", "/dev/x", "--symlink", "/tmp:/dev/x/y", "--dir", "/dev/x/y/new"], "nothing is made"],
      ] as const;
      for (const [words, reason] of tries) {
        const { err, status } = await run(who, [...words, own, "sh", "-c", "echo ran"]);
        expect([words, status, err]).toEqual([words, 125, expect.stringContaining(reason)]);
      }
      expect(traces(own, host)).toEqual(before);
    });

    test("accept what is there already and is the same", async () => {
      const words = ["--overlay", "--dir", "/bin", "--symlink", "bash:/bin/sh", tree(who)];
      expect((await run(who, [...words, "sh", "-c", "echo ran"])).out).toBe("ran\n");
      const other = await run(who, ["--overlay", "--symlink", "other:/bin/sh", tree(who), "true"]);
      expect([other.status, other.err]).toEqual([
        125,
        expect.stringContaining("something else is there already"),
      ]);
    });
  });
});
