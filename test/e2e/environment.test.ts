import { describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { CALLER_ENV, forEveryone, run, shell } from "./support.ts";
import { newTree, tree } from "./trees.ts";

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const CLEAN = [`HOME=/root`, `PATH=${PATH}`, "TERM=xterm", "container=nsbox"];
const CALLER = { ...CALLER_ENV, SECRET: "s", COLOUR: "blue", EMPTY: "", container: "docker" };

describe("the command's environment", () => {
  forEveryone((who) => {
    const inside = async (...options: string[]) => {
      const { out } = await run(who, [...options, tree(who), "/bin/env", "-0"], { env: CALLER });
      return out.split("\0").filter(Boolean).sort();
    };

    test("is PATH, HOME, TERM and container, and nothing else", async () => {
      expect(await inside()).toEqual(CLEAN);
    });

    test("has what -e sets, as it was set, the last counting", async () => {
      const added = await inside("-e", "A=1", "-e", "A=2", "--env=B=x=y z", "-e", "C=", "-e", "HOME=/h");
      expect(added).toEqual(["A=2", "B=x=y z", "C=", ...CLEAN.with(0, "HOME=/h")]);
    });

    test("has the caller's variable that -e names, and not one that the caller lacks", async () => {
      expect(await inside("-e", "COLOUR", "-e", "EMPTY", "-e", "LACKING")).toEqual(
        ["COLOUR=blue", "EMPTY=", ...CLEAN].sort(),
      );
    });

    test("is all of the caller's with --inherit-env, but says that it is nsbox", async () => {
      const all = Object.entries({ ...CALLER, container: "nsbox" }).map(
        ([name, value]) => `${name}=${value}`,
      );
      expect(await inside("--inherit-env")).toEqual(all.sort());
    });

    test("is not to be seen in any other process inside", async () => {
      const look = "cat /proc/[0-9]*/environ | tr '\\0' '\\n'";
      const { out } = await run(who, [tree(who), "bash", "-c", look], { env: CALLER });
      expect(out).toContain("container=nsbox");
      expect(out).not.toMatch(/SECRET|COLOUR/);
    });

    test("decides where the command is looked up", async () => {
      expect((await run(who, ["-e", "PATH=/none:/bin", tree(who), "echo", "found"])).out).toBe("found\n");
      expect((await run(who, ["-e", "PATH=/none", tree(who), "echo"])).status).toBe(127);
    });
  });
});

describe("the command's place", () => {
  forEveryone((who) => {
    test("is / or the directory that -w names", async () => {
      const own = newTree(who);
      mkdirSync(join(own, "srv/data"), { recursive: true });
      for (const [options, expected] of [
        [[], "/"],
        [["-w", "/srv/data"], "/srv/data"],
        [["--workdir=srv"], "/srv"],
      ] as const) {
        expect((await run(who, [...options, own, "pwd"])).out).toBe(`${expected}\n`);
      }
    });

    test("finds a relative ROOTFS, and a link to one, from the caller's directory", async () => {
      const own = newTree(who);
      expect((await run(who, [".", "pwd"], { cwd: own })).out).toBe("/\n");
      expect((await run(who, ["../bin/..", "ls", "/bin/sh"], { cwd: join(own, "bin") })).out).toBe(
        "/bin/sh\n",
      );
    });
  });
});

describe("the command's limits", () => {
  forEveryone((who) => {
    // The trailing `:` keeps the shell there: nsbox asks its parent what the soft limit was.
    test("on open files are the caller's, soft and hard", async () => {
      const caller = `ulimit -Sn 321; ulimit -Hn 3000; "$NSBOX" run "$1" bash -c 'ulimit -Sn; ulimit -Hn'; :`;
      expect((await shell(who, caller, tree(who))).out).toBe("321\n3000\n");
      const even = `ulimit -n 2500; "$NSBOX" run "$1" bash -c 'ulimit -Sn; ulimit -Hn'; :`;
      expect((await shell(who, even, tree(who))).out).toBe("2500\n2500\n");
    });

    test("on other things are the caller's", async () => {
      const list = "ulimit -a; ulimit -Ha";
      const limits = `ulimit -c 0; ulimit -s 4096; ${list}; "$NSBOX" run "$1" bash -c '${list}'; :`;
      const { out } = await shell(who, limits, tree(who));
      const lines = out.split("\n").slice(0, -1);
      expect(lines.slice(lines.length / 2)).toEqual(lines.slice(0, lines.length / 2));
    });

    test("on file modes (umask) are the caller's", async () => {
      for (const umask of ["0027", "0000", "0077"]) {
        const { out } = await shell(who, `umask ${umask}; "$NSBOX" run "$1" sh -c umask`, tree(who));
        expect(out).toBe(`${umask}\n`);
      }
    });
  });
});
