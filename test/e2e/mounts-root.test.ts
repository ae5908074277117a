/** What the root is made of: ROOTFS, overlays over it, nothing at all. Judges: mountinfo inside, files outside. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostDirectory, mountOn, onSharedHost } from "./mountinfo.ts";
import { AS_ROOT, call, forEveryone, NSBOX, ROOT, run, shell, USER } from "./support.ts";
import { traces } from "./traces.ts";
import { newTree, tree } from "./trees.ts";

const MOST_LAYERS = 500;

/** A node that a tree may hold: made by root, whoever runs it. */
const withNode = (path: string): void => {
  Bun.spawnSync(["mknod", "-m", "666", path, "c", "1", "3"]);
};

describe("ROOTFS itself", () => {
  forEveryone((who) => {
    test.skipIf(!AS_ROOT)("has dead device nodes (needs root)", async () => {
      const own = newTree(who);
      withNode(join(own, "null"));
      const { err } = await run(who, [own, "sh", "-c", "echo x >/null"]);
      expect(err).toContain("/null: Permission denied");
      expect((await run(who, [own, "sh", "-c", "echo x >/dev/null"])).err).toBe("");
    });

    test("is read-only all over with --read-only, but for what is mounted in it", async () => {
      const own = newTree(who);
      const before = traces(own);
      const script = "for at in / /tmp /bin /dev /x; do echo x >$at/file && echo wrote $at; done";
      const { out, err } = await run(who, ["--read-only", "--tmpfs", "/x", own, "bash", "-c", script]);
      expect(out).toBe("wrote /dev\nwrote /x\n");
      expect(err.match(/Read-only file system/g)).toHaveLength(3);
      expect(traces(own)).toEqual(before);
    });
  });

  // What needs memory lays it on the host's own root, where ROOTFS is that.
  for (const options of [["--read-only", "--file", "0:/etc/hostname"], ["--overlay"]]) {
    const name = options.at(-1) === "--overlay" ? "--overlay" : "--file";
    test.skipIf(!AS_ROOT)(
      `that is "/" has nothing of the host above it, with ${name} (needs root)`,
      async () => {
        const own = newTree(ROOT);
        const script = 'echo x >"$1/escaped"; test / -ef /.. && echo the same';
        const { out } = await run(ROOT, [...options, "/", "sh", "-c", script, "sh", `/..${own}`]);
        expect(out).toBe("the same\n");
        expect(readdirSync(own)).not.toContain("escaped");
      },
    );
  }

  for (const [kind, inside] of [
    ["private", ""],
    ["slave", "master"],
    ["shared", "shared,master"],
    ["unbindable", "unbindable"],
  ] as const) {
    test.skipIf(!AS_ROOT)(
      `with --propagation ${kind}: what the host mounts below it ${inside.includes("master") ? "appears" : "does not appear"} (needs root)`,
      async () => {
        for (const who of [ROOT, USER]) {
          const own = newTree(who);
          const script = `
            coproc { ${who.prefix.join(" ")} ${NSBOX} run --propagation ${kind} "$1" bash -c 'echo up; read line; echo /tmp/*; while read -r line; do echo "$line"; done </proc/self/mountinfo' 2>&1; }
            pid=$COPROC_PID; read -u "\${COPROC[0]}" up
            mount -t tmpfs tmpfs "$1/tmp"; : >"$1/tmp/outside"
            echo >&"\${COPROC[1]}"; cat <&"\${COPROC[0]}"; wait $pid; umount "$1/tmp"`;
          const { out } = await onSharedHost(script, own);
          expect(out.split("\n")[0]).toBe(inside.includes("master") ? "/tmp/outside" : "/tmp/*");
          expect(mountOn(out, "/")?.propagation).toBe(inside);
        }
      },
    );
  }
});

describe("an overlay", () => {
  forEveryone((who) => {
    test("in memory shows ROOTFS, takes changes, and forgets them", async () => {
      const own = newTree(who);
      mkdirSync(join(own, "etc"));
      writeFileSync(join(own, "etc/old"), "old");
      Bun.spawnSync(["chown", "-R", `${who.uid}:${who.uid}`, join(own, "etc")]);
      const before = traces(own);
      const script =
        "cat /etc/old; rm /etc/old; echo new >/etc/new; mkdir /made; ls /etc / | tr '\\n' ' '; stat -c %a /";
      const { out, err } = await run(who, ["--overlay", own, "sh", "-c", script]);
      expect([err, out]).toEqual(["", expect.stringMatching(/^old\/: .*made .*\/etc: new 755\n$/)]);
      expect(traces(own)).toEqual(before);
    });

    test("needs no mount points in ROOTFS, and makes none there", async () => {
      const lean = newTree(who, "lean");
      const before = traces(lean);
      const host = hostDirectory(who);
      const { out } = await run(who, [
        "--overlay",
        "-b",
        `${host}:/a/b/c`,
        lean,
        "sh",
        "-c",
        "echo $$ /a/b/c /sys/class/net/*; stat -c %a /tmp",
      ]);
      expect(out).toBe("1 /a/b/c /sys/class/net/lo\n1777\n");
      expect(traces(lean)).toEqual(before);
    });

    test("in directories keeps changes for the next run", async () => {
      const [own, host] = [newTree(who), hostDirectory(who, "upper", "work")];
      const before = traces(own);
      const dirs = ["--overlay-dir", `${host}/upper:${host}/work`];
      expect((await run(who, [...dirs, own, "sh", "-c", "echo kept >/file"])).err).toBe("");
      expect((await run(who, [...dirs, own, "cat", "/file"])).out).toBe("kept\n");
      expect(readFileSync(join(host, "upper/file"), "utf8")).toBe("kept\n");
      expect(traces(own)).toEqual(before);
    });

    test("of layers shows the last of them first, and is read-only by itself", async () => {
      const [one, two] = [hostDirectory(who), hostDirectory(who)];
      writeFileSync(join(one, "both"), "one");
      writeFileSync(join(two, "both"), "two");
      writeFileSync(join(one, "first"), "");
      const layers = ["--lower", one, "--lower", two];
      const script = "cat /both; ls -d /first /bin; echo x >/first";
      const { out, err } = await run(who, [...layers, newTree(who, "lean"), "sh", "-c", script]);
      expect([out, err]).toEqual(["two/bin\n/first\n", expect.stringContaining("Read-only file system")]);
      const written = await run(who, [
        ...layers,
        "--overlay",
        tree(who),
        "sh",
        "-c",
        "echo x >/other && echo wrote",
      ]);
      expect(written.out).toBe("wrote\n");
      expect([readdirSync(one).sort(), readdirSync(two)]).toEqual([["both", "first"], ["both"]]);
    });

    test(`has up to ${MOST_LAYERS} layers, ROOTFS included`, async () => {
      const host = hostDirectory(who, ...Array.from({ length: MOST_LAYERS - 1 }, (_, index) => `${index}`));
      const layers = readdirSync(host)
        .sort((a, b) => Number(a) - Number(b))
        .flatMap((name) => {
          writeFileSync(join(host, name, `file-${name}`), "");
          writeFileSync(join(host, name, "top"), name);
          return ["--lower", join(host, name)];
        });
      const { out, err } = await run(who, [
        ...layers,
        tree(who),
        "sh",
        "-c",
        "cat /top; echo /file-* | wc -w",
      ]);
      expect([err, out]).toEqual(["", `${MOST_LAYERS - 2}${MOST_LAYERS - 1}\n`]);
      const more = await run(who, [...layers, "--lower", host, tree(who), "true"]);
      expect([more.status, more.err]).toEqual([125, expect.stringContaining(`${MOST_LAYERS} layers`)]);
    }, 20_000);
  });

  test("over a directory with mounts in it is refused in words to an ordinary user", async () => {
    const { err, status } = await run(USER, ["--overlay", "/", "true"]);
    expect([status, err]).toEqual([125, expect.stringContaining("may not look below the mounts")]);
  });
});

describe("ROOTFS none", () => {
  forEveryone((who) => {
    test("is empty but for what is mounted and made", async () => {
      const before = traces();
      const own = tree(who);
      const binds = ["/bin", "/lib", "/lib64", "/usr"].flatMap((path) => [
        "-b",
        `${own}${path}:${path}:ro,try`,
      ]);
      const { out, err } = await run(who, [
        ...binds,
        "none",
        "sh",
        "-c",
        "ls -A /; echo x >/file; cat /file; stat -c %a / /tmp",
      ]);
      const names = readdirSync(own).filter((name) => ["bin", "lib", "lib64", "usr"].includes(name));
      expect([err, out]).toEqual([
        "",
        `${[...names, "dev", "proc", "sys", "tmp"].sort().join("\n")}\nx\n755\n1777\n`,
      ]);
      expect(traces()).toEqual(before);
    });

    test("hides nothing that is to be bound, wherever the caller stands", async () => {
      const own = tree(who);
      for (const cwd of ["/", own, join(own, "bin"), "/dev", "/proc"]) {
        const look = await call(who, [NSBOX, "run", "-b", `${own}:/x`, "none", "/x/bin/ls", "/"], { cwd });
        expect(look.err).toMatch(/not found inside|^$/);
        const args = ["/bin", "/lib", "/lib64", "/usr"].flatMap((path) => [
          "-b",
          `${own}${path}:${path}:try`,
        ]);
        expect((await run(who, [...args, "none", "sh", "-c", "echo ran"], { cwd })).out).toBe("ran\n");
      }
    });

    test("leaves nothing of the host's in reach", async () => {
      const own = tree(who);
      const binds = ["/bin", "/lib", "/lib64", "/usr"].flatMap((path) => ["-b", `${own}${path}:${path}:try`]);
      const { out } = await run(who, [
        ...binds,
        "none",
        "sh",
        "-c",
        "ls /.. /proc/1/root/ /proc/1/cwd/ | grep -c etc",
      ]);
      expect(out).toBe("0\n");
    });
  });

  test("is a directory of that name where it is written as a path", async () => {
    const host = hostDirectory(USER);
    symlinkSync(tree(USER), join(host, "none"));
    expect((await run(USER, ["./none", "sh", "-c", "echo ran"], { cwd: host })).out).toBe("ran\n");
  });
});

/** The examples of bubblewrap's README and of its demos, with the host's own programs. */
describe("what bubblewrap's examples do", () => {
  forEveryone((who) => {
    const links = ["lib", "lib64", "bin", "sbin"].flatMap((name) => ["--symlink", `usr/${name}:/${name}`]);

    test("a shell with the host's /usr, read-only, and nothing else", async () => {
      const words = ["-b", "/usr:/usr:ro", ...links, "none", "bash", "-c"];
      const { out, err } = await run(who, [...words, "ls /; readlink /lib64; echo $$; : >/usr/x"]);
      expect(out).toBe("bin\ndev\nlib\nlib64\nproc\nsbin\nsys\ntmp\nusr\nusr/lib64\n1\n");
      expect(err).toContain("Read-only file system");
    });

    test("the demo: own users and groups from descriptors, the host's network", async () => {
      const line = `exec $NSBOX run --share "$1" -b /usr:/usr:ro --dir /tmp --dir /var --symlink ../tmp:/var/tmp \
        -b /etc/hosts:/etc/hosts:ro --symlink usr/lib:/lib --symlink usr/lib64:/lib64 --symlink usr/bin:/bin \
        --symlink usr/sbin:/sbin --dir "/run/user/$2:700" -e XDG_RUNTIME_DIR="/run/user/$2" \
        --file 11:/etc/passwd --file 12:/etc/group:600 none /bin/sh -c \
        'cat /etc/passwd; stat -c "%a %n" /etc/group $XDG_RUNTIME_DIR; readlink /var/tmp; cat /etc/hosts' \
        11< <(echo me:x:0:0::/:/bin/sh) 12< <(echo me:x:0:)`;
      const { out, err } = await shell(who, line, "net", `${who.uid}`);
      const hosts = readFileSync("/etc/hosts", "utf8");
      expect([err, out]).toEqual([
        "",
        `me:x:0:0::/:/bin/sh\n600 /etc/group\n700 /run/user/${who.uid}\n../tmp\n${hosts}`,
      ]);
    });
  });
});
