/** What may be written behind the options for mounts, and what is refused in words. */
import { describe, expect, test } from "bun:test";
import { chownSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostDirectory, mountOn } from "./mountinfo.ts";
import { AS_ROOT, forEveryone, run, shell, USER } from "./support.ts";
import { newTree, tree } from "./trees.ts";

/** Runs it, and expects an error with that part and no command run. */
async function refused(words: readonly string[], part: string | RegExp, who = USER): Promise<void> {
  const { out, err, status } = await run(who, [...words, "echo", "ran"]);
  expect([words, out, status]).toEqual([words, "", 125]);
  expect(err).toMatch(part);
}

describe("--unmask", () => {
  forEveryone((who) => {
    test("takes all in any case and paths with a slash at the end, and nothing that is empty", async () => {
      const look = [tree(who), "cat", "/proc/self/mountinfo"];
      expect(mountOn((await run(who, ["--unmask", "all", ...look])).out, "/proc/sys")).toBeUndefined();
      expect(
        mountOn((await run(who, ["--unmask", "/proc/sys//", ...look])).out, "/proc/sys"),
      ).toBeUndefined();
      await refused(["--unmask", "", tree(who)], "empty", who);
      await refused(["--unmask", "/", tree(who)], 'Nothing is masked at "/"', who);
    });
  });
});

describe("a path with the character that parts values", () => {
  forEveryone((who) => {
    test("is written with a backslash before it, in every option", async () => {
      const host = hostDirectory(who, "a:b", "c,d", "u:p", "w:k");
      writeFileSync(join(host, "a:b/in"), "colon ");
      writeFileSync(join(host, "c,d/in"), "comma ");
      const words = [
        ...["-b", `${host}/a\\:b:/x\\:y:ro`, "--mount", `type=bind,source=${host}/c\\,d,target=/z\\,z`],
        ...["--tmpfs", "/t\\:t:size=1m", "--dir", "/t\\:t/d\\:d", "--symlink", "in:/t\\:t/l\\:l"],
        ...["--file", "text\\:text :/t\\:t/f\\:f", "--device", "/dev/null:/dev/n\\:n"],
        ...["--overlay-dir", `${host}/u\\:p:${host}/w\\:k`],
        ...["--mount", `type=overlay,target=/o,lowerdir=${host}/a\\:b:${host}/c\\,d`],
      ];
      const script =
        "cat /x:y/in /z,z/in /t:t/f:f /o/in; readlink /t:t/l:l; echo x >/dev/n:n; ls -d /t:t/d:d";
      const { out, err } = await run(who, [...words, tree(who), "sh", "-c", script]);
      expect([err, out]).toEqual(["", "colon comma text\\:text colon in\n/t:t/d:d\n"]);
      expect(readdirSync(join(host, "u:p"))).toContain("o");
      await refused(["-b", "/a:b:/m", tree(who)], "is written", who);
    });
  });
});

describe("a source", () => {
  forEveryone((who) => {
    test("that would be nsbox's own is refused, by whatever links it is reached", async () => {
      const host = hostDirectory(who);
      symlinkSync("/dev/stdin", join(host, "link"));
      symlinkSync("../proc/thread-self", join(host, "up"));
      const paths = ["/dev/stdin", "/proc/self/fd/0", "/dev/fd/3", "/proc/thread-self/root", `${host}/link`];
      for (const path of paths) await refused(["-b", `${path}:/m`, tree(who)], "which is nsbox itself", who);
      await refused(["--mount", "type=bind,src=/proc/self,dst=/m", tree(who)], "nsbox itself", who);
      await refused(["--device", "/dev/stdin:/dev/x", tree(who)], /nsbox itself|no device/, who);
      const line = 'exec "$NSBOX" run --file 0:/dev/m "$1" cat /dev/m <<<copied';
      expect((await shell(who, line, tree(who))).out).toBe("copied\n");
    });
  });
});

describe("a target that cannot be", () => {
  forEveryone((who) => {
    test("is refused with what is in the way", async () => {
      const own = newTree(who);
      const host = hostDirectory(who);
      for (const more of [[], ["--overlay"]]) {
        const place = [...more, "-q", own];
        await refused(["--file", "text:/bin", ...place], "a directory is there", who);
        await refused(["-b", `${host}:/bin/bash/x`, ...place], "a file stands", who);
        await refused(["-b", `${host}:/bin/bash`, ...place], "one is a directory, and one is not", who);
        await refused(["--tmpfs", "/tmp:ro", "--dir", "/tmp/x", ...place], "read-only", who);
        await refused(["--tmpfs", "/tmp:ro", "-b", "/etc:/tmp/x", ...place], "made in is read-only", who);
      }
      await refused(
        ["--mount", `type=overlay,target=/tmp,lowerdir=${host}`, own],
        "nothing to lie over",
        who,
      );
    });

    test("is the null device for none but a file over it, and what is hidden stays hidden", async () => {
      for (const more of [[], ["--overlay"]]) {
        const words = ["-q", "--file", "text:/dev/null", ...more, tree(who)];
        const { out, err } = await run(who, [...words, "sh", "-c", "cat /dev/null /proc/timer_list"]);
        expect([more, err, out]).toEqual([more, "", "text"]);
      }
    });

    test("is not too long to be told", async () => {
      const link = ["--overlay", "--symlink", `${"x".repeat(5000)}:/x`, tree(who)];
      await refused(link, "a link holds 4095 bytes at most", who);
    });
  });
});

describe("a device", () => {
  forEveryone((who) => {
    test("may be asked for twice, and where it is already", async () => {
      const twice = ["/dev/null", "/dev/zero:/dev/x", "/dev/zero:/dev/x"].flatMap((word) => [
        "--device",
        word,
      ]);
      const { err, status } = await run(who, [...twice, tree(who), "sh", "-c", "echo x >/dev/null"]);
      expect([err, status]).toEqual(["", 0]);
      await refused(["--device", "/dev/zero:/dev/null", tree(who)], "something else is there already", who);
    });

    test("works wherever it is put: where nodes are dead the host's is bound", async () => {
      for (const [more, at] of [
        [["--tmpfs", "/tmp:mode=755"], "/tmp/null"],
        [["--overlay"], "/made/null"],
        [[], "/dev/other"],
      ] as const) {
        const words = ["-q", ...more, "--device", `/dev/null:${at}`, tree(who), "sh", "-c", `echo x >${at}`];
        expect([at, await run(who, words)]).toEqual([at, { out: "", err: "", status: 0 }]);
      }
    });
  });

  test.skipIf(!AS_ROOT)("that the host lacks is named (needs root)", async () => {
    const own = newTree(USER);
    chownSync(own, USER.uid, USER.uid);
    const [who] = [
      {
        ...USER,
        prefix: [
          "unshare",
          "-m",
          "sh",
          "-ec",
          'exec <"$0"; mount -t tmpfs tmpfs /dev; exec "$@"',
          join(own, "bin/bash"),
          ...USER.prefix,
        ],
      },
    ];
    await refused([own], '"/dev/null" is not there on the host', who);
  });
});
