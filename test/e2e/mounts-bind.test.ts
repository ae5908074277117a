/** Binds. Judges: mountinfo inside, and the host's files outside. */
import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostDirectory, mountOn, onSharedHost } from "./mountinfo.ts";
import { AS_ROOT, forEveryone, NSBOX, ROOT, run, USER } from "./support.ts";
import { traces } from "./traces.ts";
import { newTree, tree } from "./trees.ts";

const MOUNTINFO = "/proc/self/mountinfo";

describe("a bind", () => {
  forEveryone((who) => {
    test("shows a directory of the host inside, and what is written there is on the host", async () => {
      const host = hostDirectory(who);
      writeFileSync(join(host, "in"), "from the host");
      const lean = newTree(who, "lean");
      const before = traces(lean);
      const { out } = await run(who, [
        "-b",
        `${host}:/data`,
        lean,
        "sh",
        "-c",
        "cat /data/in; echo new >/data/out",
      ]);
      expect(out).toBe("from the host");
      expect(readFileSync(join(host, "out"), "utf8")).toBe("new\n");
      expect(traces(lean)).toEqual(before);
    });

    test("stands at its own path where none is given, also where ROOTFS lacks all of it", async () => {
      const host = hostDirectory(who);
      writeFileSync(join(host, "in"), "x");
      const lean = newTree(who, "lean");
      const before = traces(lean);
      expect((await run(who, ["-b", host, lean, "ls", host])).out).toBe("in\n");
      const relative = await run(who, ["-b", "in:/deep/down/file", lean, "cat", "/deep/down/file"], {
        cwd: host,
      });
      expect([relative.out, relative.err]).toEqual(["x", ""]);
      expect(traces(lean)).toEqual(before);
    });

    test("is nosuid and nodev and private unless told otherwise", async () => {
      const host = hostDirectory(who);
      const flags = async (options: string) => {
        const { out, err } = await run(who, ["-b", `${host}:/data${options}`, tree(who), "cat", MOUNTINFO]);
        expect(err).toBe("");
        const { flags, propagation } = mountOn(out, "/data")!;
        return `${flags} ${propagation}`;
      };
      expect(await flags("")).toBe("nodev,nosuid ");
      expect(await flags(":ro")).toBe("nodev,nosuid,ro ");
      expect(await flags(":rw,noexec")).toBe("nodev,noexec,nosuid ");
      expect(await flags(":suid,dev")).toBe(" ");
      expect(await flags(":suid,nosuid,nodev,dev,bind")).toBe("nosuid ");
      expect(await flags(":unbindable")).toBe("nodev,nosuid unbindable");
      if (who === ROOT) expect(await flags(":noatime")).toBe("noatime,nodev,nosuid ");
    });

    test("that is read-only is so all the way down, where the source has mounts in it", async () => {
      const host = hostDirectory(who, "sub", "sub/deeper");
      // A mount namespace of root's around the run, with a filesystem below the source.
      const script = `mount -t tmpfs -o mode=777 tmpfs "$2/sub" && mkdir -m 777 "$2/sub/deeper" &&
        mount -t tmpfs -o mode=777 tmpfs "$2/sub/deeper"
        ${who.prefix.join(" ")} ${NSBOX} run -b "$2:/data:ro" "$1" bash -c '
          for at in /data /data/sub /data/sub/deeper; do echo x >$at/file; done; echo /data/*'
        ${who.prefix.join(" ")} ${NSBOX} run -b "$2:/data" "$1" bash -c '
          for at in /data /data/sub /data/sub/deeper; do echo x >$at/file && echo wrote; done'`;
      if (!AS_ROOT) return;
      const { out, err } = await onSharedHost(script, tree(who), host);
      expect(err.match(/Read-only file system/g)).toHaveLength(3);
      expect(out).toBe("/data/sub\nwrote\nwrote\nwrote\n");
    });

    test("follows a source that is a link, and a target that is one inside alone", async () => {
      const host = hostDirectory(who, "real");
      writeFileSync(join(host, "real/in"), "x");
      symlinkSync("real", join(host, "link"));
      const own = newTree(who);
      mkdirSync(join(own, "etc/inner"), { recursive: true });
      symlinkSync("/etc/inner", join(own, "absolute"));
      symlinkSync("../../../../etc/inner", join(own, "upwards"));
      for (const target of ["absolute", "upwards"]) {
        const look = await run(who, ["-b", `${host}/link:/${target}`, own, "ls", "/etc/inner"]);
        expect([look.out, look.err]).toEqual(["in\n", ""]);
      }
    });

    test("makes nothing behind a link that leads out of ROOTFS", async () => {
      const host = hostDirectory(who, "prey");
      const own = newTree(who);
      symlinkSync(join(host, "prey"), join(own, "out"));
      const before = traces(own, host);
      const { status, err } = await run(who, ["-b", `${host}:/out/new/place`, own, "sh", "-c", "echo ran"]);
      expect([status, err]).toEqual([
        125,
        expect.stringContaining('"/out" is a symbolic link that leads nowhere inside'),
      ]);
      expect(traces(own, host)).toEqual(before);
    });

    test("on a target below a read-only one works where that is there, and makes none", async () => {
      const host = hostDirectory(who, "point");
      const other = hostDirectory(who);
      writeFileSync(join(other, "in"), "x");
      const binds = (target: string) => ["-b", `${host}:/ro:ro`, "-b", `${other}:/ro/${target}`];
      expect((await run(who, [...binds("point"), tree(who), "cat", "/ro/point/in"])).out).toBe("x");
      const { status, err } = await run(who, [...binds("none/deep"), tree(who), "true"]);
      expect(status).toBe(125);
      expect(err).toContain(`hint:  Make it beforehand: mkdir -p ${host}/none/deep\n`);
      expect(readdirSync(host)).toEqual(["point"]);
    });

    test("whose source is absent is an error, or is skipped with try", async () => {
      const lean = newTree(who, "lean");
      const before = traces(lean);
      const { err, status } = await run(who, ["-b", "/absent/file:/x", lean, "true"]);
      expect([status, err]).toEqual([125, expect.stringContaining('Cannot bind "/absent/file"')]);
      expect(
        await run(who, ["-b", "/absent/file:/x:try", lean, "sh", "-c", "ls -d /x || echo none"]),
      ).toMatchObject({
        out: "none\n",
        status: 0,
      });
      expect(traces(lean)).toEqual(before);
    });

    test("comes in the order given, and its source is the host's though its path is covered", async () => {
      const [first, second] = [hostDirectory(who, "below"), hostDirectory(who)];
      writeFileSync(join(first, "below/in"), "first");
      writeFileSync(join(second, "in"), "second");
      const own = newTree(who);
      const look = (...binds: string[]) =>
        run(who, [
          ...binds.flatMap((bind) => ["-b", bind]),
          own,
          "sh",
          "-c",
          "cat /a/below/in 2>&-; cat /a/in 2>&-",
        ]);
      expect((await look(`${first}:/a`, `${second}:/a/below`)).out).toBe("second");
      expect((await look(`${second}:/a`, `${first}:/a`)).out).toBe("first");
      // The tree's own path is covered by the root itself, what lies there is still to be had.
      writeFileSync(join(own, "tmp/own"), "own");
      const covered = await run(who, [
        "--tmpfs",
        "/tmp",
        "-b",
        `${own}/tmp/own:/tmp/x`,
        own,
        "cat",
        "/tmp/x",
      ]);
      expect(covered.out).toBe("own");
    });

    test("of a file whose target is a directory is refused in words", async () => {
      const host = hostDirectory(who);
      writeFileSync(join(host, "file"), "");
      const { err, status } = await run(who, ["-b", `${host}/file:/tmp`, tree(who), "true"]);
      expect([status, err]).toEqual([125, expect.stringContaining("one is a directory")]);
    });

    test("of two runs at once with a missing target leaves it until the last has ended", async () => {
      const host = hostDirectory(who);
      const lean = newTree(who, "lean");
      const before = traces(lean);
      const both = [1, 2, 3, 4].map(() =>
        run(who, ["-b", `${host}:/some/where`, lean, "test", "-d", "/some/where"]),
      );
      expect((await Promise.all(both)).map(({ status }) => status)).toEqual([0, 0, 0, 0]);
      expect(traces(lean)).toEqual(before);
    });

    test("leaves a directory that it made where something lies in it at the end", async () => {
      const host = hostDirectory(who);
      const lean = newTree(who, "lean");
      const binds = ["-b", `${host}:/kept/here`, "-b", `${lean}:/tree`];
      expect((await run(who, [...binds, lean, "sh", "-c", "echo x >/tree/kept/file"])).status).toBe(0);
      expect(readdirSync(join(lean, "kept"))).toEqual(["file"]);
      expect(readdirSync(lean)).not.toContain("tree");
    });
  });

  test("with rw cannot take away what the host has mounted read-only, as an ordinary user", async () => {
    if (!AS_ROOT) return;
    const host = hostDirectory(USER);
    const script = `mount --bind "$2" "$2" && mount -o remount,bind,ro "$2"
      ${USER.prefix.join(" ")} ${NSBOX} run -b "$2:/data:rw" "$1" true; echo $?
      ${NSBOX} run -b "$2:/data:rw" "$1" sh -c 'echo x >/data/written && echo wrote'`;
    const { out, err } = await onSharedHost(script, tree(USER), host);
    expect(err).toContain("stays so in a user namespace");
    expect(out).toBe("125\nwrote\n");
  });
});

describe.skipIf(!AS_ROOT)("the option idmap (needs root)", () => {
  const MAP = ["-U", "-m", "-p", "-M", "0 100000 65536", "-G", "0 100000 65536"];

  test("shows owners as ids are mapped, and maps what is made back", async () => {
    const host = hostDirectory(ROOT);
    chmodSync(host, 0o755);
    writeFileSync(join(host, "in"), "");
    const look = async (options: string) =>
      (
        await run(ROOT, [
          "-q",
          ...MAP,
          "-b",
          `${host}:/data${options}`,
          tree(ROOT),
          "stat",
          "-c",
          "%u",
          "/data/in",
        ])
      ).out;
    expect([await look(""), await look(":idmap")]).toEqual(["65534\n", "0\n"]);
    const made = await run(ROOT, [
      "-q",
      ...MAP,
      "-b",
      `${host}:/data:idmap`,
      tree(ROOT),
      "sh",
      "-c",
      ": >/data/made",
    ]);
    expect(made.err).toBe("");
    expect(readdirSync(host).sort()).toEqual(["in", "made"]);
    expect(Bun.spawnSync(["stat", "-c", "%u", join(host, "made")]).stdout.toString()).toBe("0\n");
  });

  test("reaches what the child could not open by itself", async () => {
    const host = hostDirectory(USER, "closed");
    chmodSync(join(host, "closed"), 0o700);
    writeFileSync(join(host, "closed/in"), "x");
    const { out, err } = await run(ROOT, [
      "-q",
      ...MAP,
      "-b",
      `${host}/closed/in:/x`,
      tree(ROOT),
      "cat",
      "/x",
    ]);
    expect([out, err]).toEqual(["x", ""]);
  });

  test("without a user namespace is refused in words", async () => {
    const { err } = await run(ROOT, ["-b", "/tmp:/x:idmap", tree(ROOT), "true"]);
    expect(err).toContain("needs a user namespace");
  });
});
