/** Limits, priorities, keyring and Landlock. Judges: /proc inside, and what the command can reach. */
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { AS_ROOT, forEveryone, ROOT, run, textOf } from "./support.ts";
import { tree } from "./trees.ts";

const landlock = existsSync("/sys/kernel/security/lsm")
  ? readFileSync("/sys/kernel/security/lsm", "utf8").includes("landlock")
  : true;

describe("limits", () => {
  forEveryone((who) => {
    test("are set as asked, soft and hard", async () => {
      const limits = [
        "--ulimit",
        "nofile=100:200",
        "--ulimit",
        "fsize=1000000",
        "--ulimit",
        "stack=unlimited:unlimited",
      ];
      const { out, err } = await run(who, [...limits, tree(who), "cat", "/proc/self/limits"]);
      expect(err).toBe("");
      expect(out).toMatch(/Max open files +100 +200 /);
      expect(out).toMatch(/Max file size +1000000 +1000000 /);
    });

    test("keep the command from dumping core, unless asked", async () => {
      const core = async (...options: string[]) =>
        /Max core file size +(\S+ +\S+)/.exec(
          (await run(who, [...options, tree(who), "cat", "/proc/self/limits"])).out,
        )?.[1];
      expect((await core())?.split(/ +/)).toEqual(["1", "1"]);
      expect((await core("--ulimit", "core=0"))?.split(/ +/)).toEqual(["0", "0"]);
      const hard = /Max core file size +\S+ +(\S+)/.exec(textOf("/proc/self/limits"))![1]!;
      expect((await core("--ulimit", `core=${hard}`))?.split(/ +/)).toEqual([hard, hard]);
    });

    test("take a nice value, processors and a badness", async () => {
      const options = ["--nice", "7", "--cpu-affinity", "0", "--oom-score-adj", "500"];
      const inside =
        "cut -d' ' -f19 /proc/self/stat; grep Cpus_allowed_list /proc/self/status | cut -f2; cat /proc/self/oom_score_adj";
      expect((await run(who, [...options, tree(who), "sh", "-c", inside])).out).toBe("7\n0\n500\n");
    });

    test("may leave hardly a descriptor, fewer than the set-up needs", async () => {
      const { out, err } = await run(who, ["--ulimit", "nofile=5", tree(who), "bash", "-c", "ulimit -n"]);
      expect({ out, err }).toEqual({ out: "5\n", err: "" });
    });

    test.each([
      [["--ulimit", "nofiles=1"], /Unknown limit "nofiles".*\n.*Did you mean "nofile"/],
      [["--ulimit", "nofile"], /takes NAME=SOFT\[:HARD\]/],
      [["--ulimit", "nofile=x"], /"x" is no number/],
      [["--ulimit", "nofile=2:1"], /soft limit is above the hard one/],
      [["--ulimit", "nofile="], /"" is no number/],
      [["--ulimit", "nofile=999999999999"], /takes CAP_SYS_RESOURCE|Cannot set the limit nofile/],
      [["--nice", "20"], /from -20 to 19/],
      [["--oom-score-adj", "-1001"], /from -1000 to 1000/],
      [["--cpu-affinity", "1-"], /takes numbers and ranges/],
      [["--cpu-affinity", "1000"], /none of these processors is there/],
    ] as const)("are refused before anything runs for %p", async (options, message) => {
      const { out, err, status } = await run(who, [...options, tree(who), "echo", "ran"]);
      expect({ out, status }).toEqual({ out: "", status: 125 });
      expect(err).toMatch(message);
    });
  });
});

describe.skipIf(!landlock)("Landlock (needs a kernel with it)", () => {
  forEveryone((who) => {
    test("closes every path but those that are named", async () => {
      const inside =
        "cat /etc/x 2>/dev/null; ls / 2>&1 | wc -l; echo > /tmp/f && echo wrote; echo > /bin/f || echo refused";
      const { out } = await run(who, [
        "--landlock-ro",
        "/bin",
        "--landlock-ro",
        "/lib",
        "--landlock-ro",
        "/lib64",
        "--landlock-rw",
        "/tmp",
        tree(who),
        "sh",
        "-c",
        inside,
      ]);
      expect(out).toBe("1\nwrote\nrefused\n");
    });

    test("is an error for a path that is not there, and for one that is not absolute", async () => {
      const absent = await run(who, ["--landlock-ro", "/no/such", tree(who), "echo", "ran"]);
      expect(absent.err).toMatch(/Cannot allow "\/no\/such".*\n.*there is no such path inside/);
      const relative = await run(who, ["--landlock-ro", "bin", tree(who), "echo", "ran"]);
      expect(relative.err).toMatch(/"bin" is not absolute/);
      const off = await run(who, ["--landlock", "off", "--landlock-ro", "/bin", tree(who), "echo", "ran"]);
      expect(off.err).toMatch(/needs Landlock, which is switched off/);
      expect([absent.out, relative.out, off.out]).toEqual(["", "", ""]);
    });

    test("lets TCP be connected to the named ports alone", async () => {
      const inside =
        "for p in 1 2; do (echo > /dev/tcp/127.0.0.1/$p) 2>&1 | grep -m1 -o -e refused -e denied; done";
      const { out } = await run(who, ["--landlock-tcp", "1", "/", "bash", "-c", inside]);
      expect(out).toBe("refused\ndenied\n");
    });
  });
});

test.skipIf(!AS_ROOT)("the command has a session keyring of its own (needs root)", async () => {
  // With the caller's, both would tell the same serial number.
  const options = ["--unmask", "ALL", "/", "sh", "-c", "cat /proc/keys | grep ' _ses' | cut -d' ' -f1"];
  const first = await run(ROOT, options);
  const second = await run(ROOT, options);
  expect(first.out).toMatch(/^[0-9a-f]+\n/);
  expect(first.out).not.toBe(second.out);
});
