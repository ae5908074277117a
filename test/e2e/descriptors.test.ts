import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { call, forEveryone, hostProgram, NSBOX, shell } from "./support.ts";
import { newTree, tree } from "./trees.ts";

const PYTHON = hostProgram("python3");
const LIST = "for fd in /proc/$$/fd/*; do test -e $fd && echo ${fd##*/}; done";

describe("descriptors", () => {
  forEveryone((who) => {
    test("above 2 do not get in", async () => {
      const caller = `exec 3</ 4</etc/passwd 9>/dev/null 10<"$1" 255<&0; "$NSBOX" run "$1" bash -c '${LIST}'`;
      expect(
        (await shell(who, caller, tree(who))).out.split("\n").filter((fd) => Number(fd) > 2 && fd !== "255"),
      ).toEqual([]);
      const plain = `exec 3</ 4</etc/passwd 9>/dev/null; "$NSBOX" run / ls /proc/self/fd`;
      // 3 is the directory that ls reads.
      expect((await shell(who, plain)).out).toBe("0\n1\n2\n3\n");
    });

    test("that --preserve-fd names get in, and no other", async () => {
      const file = join(newTree(who), "file");
      writeFileSync(file, "kept\n");
      const caller = `exec 3<"$1" 4<"$1" 7<"$1" 8<"$1"; "$NSBOX" run --preserve-fd 4 --preserve-fd=7 "$2" bash -c 'cat <&4; cat <&7; : <&3 || : <&8'`;
      const { out, err } = await shell(who, caller, file, tree(who));
      expect(out).toBe("kept\nkept\n");
      expect(err.match(/[38]: Bad file descriptor/g)).toEqual([
        "3: Bad file descriptor",
        "8: Bad file descriptor",
      ]);
    });

    test("that are closed among 0, 1 and 2 become /dev/null", async () => {
      const look = '"$NSBOX" run "$1" readlink /proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2';
      expect((await shell(who, `${look} <&- 2>&-`, tree(who))).out).toMatch(
        /^\/dev\/null\n\w+:\S+\n\/dev\/null\n$/,
      );
      const written = `"$NSBOX" run "$1" sh -c 'echo lost && readlink /proc/$$/fd/1 >&2' >&-`;
      expect(await shell(who, written, tree(who))).toEqual({ out: "", err: "/dev/null\n", status: 0 });
      const all = `"$NSBOX" run "$1" sh -c 'exit 5' <&- >&- 2>&-`;
      expect((await shell(who, all, tree(who))).status).toBe(5);
    });

    test("that lead to the host's files are refused as standard input, output and error", async () => {
      for (const redirect of ["< /", "< .", "1< /", "2< /"]) {
        const { status, err, out } = await shell(
          who,
          `"$NSBOX" run "$1" sh -c 'echo ran' ${redirect}`,
          tree(who),
        );
        expect(status).toBe(125);
        if (!redirect.startsWith("2"))
          expect(err).toMatch(/Cannot hand on standard (input|output)\n {2}cause: it is the directory "\//);
        expect(out).not.toContain("ran");
      }
    });

    test("that are handles on namespaces are refused", async () => {
      for (const kind of ["mnt", "net", "user", "pid"]) {
        const { status, err } = await shell(who, `"$NSBOX" run "$1" true < /proc/self/ns/${kind}`, tree(who));
        expect([status, err]).toEqual([
          125,
          expect.stringContaining(`Cannot hand on standard input\n  cause: it is ${kind}:[`),
        ]);
      }
    });

    const HANDLES = {
      "a path handle (O_PATH)": "os.open('/', os.O_PATH)",
      "a path handle on a file": "os.open('/etc/passwd', os.O_PATH)",
      "a process handle": "os.pidfd_open(os.getpid())",
    };
    for (const [name, opened] of Object.entries(HANDLES)) {
      test.skipIf(!PYTHON)(`that are ${name} are refused (needs python3)`, async () => {
        const launcher = `import os, sys; os.dup2(${opened}, 0); os.execv(sys.argv[1], sys.argv[1:])`;
        const argv = [PYTHON!, "-c", launcher, NSBOX, "run", tree(who), "true"];
        const { status, err } = await call(who, argv);
        expect([status, err]).toEqual([125, expect.stringContaining("error: Cannot hand on standard input")]);
      });
    }

    test("that are ordinary files, pipes and devices are handed on", async () => {
      const file = join(newTree(who), "file");
      writeFileSync(file, "from a file\n");
      for (const input of ['< "$1"', '< <(cat "$1")', '<<< "$(cat "$1")"']) {
        expect((await shell(who, `"$NSBOX" run "$2" cat ${input}`, file, tree(who))).out).toBe(
          "from a file\n",
        );
      }
      expect((await shell(who, '"$NSBOX" run "$1" cat < /dev/null', tree(who))).status).toBe(0);
    });
  });
});
