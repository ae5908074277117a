/** Limits that cannot be: said before anything is made. */

import { afterAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { allGroupsIn, NO_LIMITS, ownGroup, removeGroups } from "./cgroups.ts";
import { AS_ROOT, forEveryone, ROOT, run, USER } from "./support.ts";

afterAll(removeGroups);

const WRONG: readonly (readonly [words: readonly string[], error: string])[] = [
  [["--memory", "lots"], 'Invalid "--memory lots": it takes bytes, such as 100m, 1.5g or 50%'],
  [["--memory", "100"], 'Invalid "--memory 100": no process fits into 100 bytes'],
  [["--memory", "-5"], 'Invalid "--memory -5": it takes bytes'],
  [["--memory", "101%"], 'Invalid "--memory 101%": it takes bytes'],
  [["--memory-swap", "64m"], 'Option "--memory-swap" needs "--memory"'],
  [
    ["--memory", "64m", "--memory-swap", "32m"],
    'Invalid "--memory-swap 32m": it is memory and swap together',
  ],
  [["--memory-reservation", "max"], 'Invalid "--memory-reservation max": it takes bytes'],
  [["--swappiness", "101"], 'Invalid "--swappiness 101": it takes a number from 0 to 100'],
  [["--cpus", "0"], 'Invalid "--cpus 0": it takes a number of processors'],
  [["--cpus", "0.001"], 'Invalid "--cpus 0.001": it takes a number of processors'],
  [["--memory", "0"], "hint:  --memory -1 is no limit"],
  [["--cpus", "0"], "hint:  --cpus -1 is no limit"],
  [["--cgroup", "here"], "hint:  --cgroup /here"],
  [["--io-max", "/nowhere:wbps=1m"], "hint:  `ls /sys/block` lists the disks"],
  [["--io-max", "null:wbps=1m"], "hint:  --io-max /dev/null:wbps=1m"],
  [["--cpu-weight", "0"], 'Invalid "--cpu-weight 0": it takes a number from 1 to 10000'],
  [["--cpuset", "0-9999"], 'Invalid "--cpuset 0-9999": the processors of this machine are '],
  [["--cpuset", "a"], 'Invalid "--cpuset a": it takes numbers and ranges'],
  [["--pids-limit", "0"], 'Invalid "--pids-limit 0": it takes a number from 1 on, or -1'],
  [["--io-weight", "10001"], 'Invalid "--io-weight 10001": it takes a number from 1 to 10000'],
  [["--io-max", "/dev/null"], 'Invalid "--io-max /dev/null": it takes DEV:KEY=NUMBER'],
  [["--io-max", "/dev/null:wbps=1m"], 'Cannot limit "/dev/null" by "--io-max /dev/null:wbps=1m"'],
  [["--io-max", "/nowhere:wbps=1m"], 'Cannot limit "/nowhere" by "--io-max /nowhere:wbps=1m"'],
  [["--io-max", "999:9:wbps=1m"], 'Cannot limit "999:9" by'],
  [["--io-max", "8:0:bps=1m"], 'Invalid "--io-max 8:0:bps=1m": there is no "bps"'],
  [["--io-max", "8:0:wbps=1m,wbps=2m"], "wbps is there twice"],
  [["--hugetlb", "2MB"], 'Invalid "--hugetlb 2MB": it takes SIZE=BYTES'],
  [["--hugetlb", "3MB=1g"], "Cannot limit huge pages of 3MB"],
  [["--cgroup", "here"], 'Invalid "--cgroup here": it takes the path of a cgroup'],
  [["--cgroup", "/a/../b"], 'Invalid "--cgroup /a/../b": it takes the path of a cgroup'],
  [["--cgroup-conf", "memory.max"], 'Invalid "--cgroup-conf memory.max": it takes FILE=VALUE'],
  [["--cgroup-conf", "memory.high=1\n2"], "it takes FILE=VALUE"],
  [["--cgroup-conf", "../memory.max=1"], "it takes FILE=VALUE"],
  [["--cgroup-conf", "cgroup.procs=1"], '"cgroup.procs" is nsbox\'s own'],
  [["--cgroup", `/${"x/".repeat(2100)}`], 'Invalid "--cgroup /x/x/'],
  [["--cgroup-conf", "freezer.state=FROZEN"], '"freezer.state" is nsbox\'s own'],
  [["--cgroup-conf", "nothing.max=1"], "Cannot set --cgroup-conf nothing.max"],
];

test.each(WRONG.map(([words, error]) => [words.join(" "), words, error] as const))(
  "%s is refused, and the command does not run",
  async (_, words, error) => {
    const { out, err, status } = await run(USER, [...words, "/", "echo", "ran"]);
    expect([out, status]).toEqual(["", 125]);
    expect(err).toContain(error);
  },
);

test("--memory 0 is not told to be 0m", async () => {
  const { err } = await run(USER, ["--memory", "0", "/", "true"]);
  expect(err).toContain("hint:  --memory -1 is no limit");
});

test("--explain shows every step, and makes nothing", async () => {
  const { out, status } = await run(USER, ["--explain", "--memory", "64m", "/", "true"]);
  if (status !== 0) return; // Nowhere here may this user make one.
  expect(out).toContain("Write 67108864 to ");
});

describe.skipIf(NO_LIMITS !== undefined)(
  `what this kernel does not have (${NO_LIMITS ?? "cgroup v1"})`,
  () => {
    forEveryone((who) => {
      const refused = async (...words: string[]) => {
        const group = ownGroup(who);
        const { out, err, status } = await run(who, ["--cgroup", group, ...words, "/", "echo", "ran"]);
        expect([out, status]).toEqual(["", 125]);
        expect(allGroupsIn(group)).toEqual([]);
        return err;
      };

      test("what only version 2 has", async () => {
        expect(await refused("--oom-group")).toBe(
          "error: Cannot set --oom-group\n  cause: the controller memory is in a hierarchy of cgroup v1 here, and only v2 has such a limit\n",
        );
      });

      test("a file by its name in the other version: the option that has one name is named", async () => {
        const err = await refused("--cgroup-conf", "memory.max=64m");
        expect(err).toContain("that is its name in cgroup v2, and here it is v1 that has it");
        expect(err).toContain("hint:  --memory, which has one name in both");
      });

      test("a file that is not there, and a value that the kernel refuses", async () => {
        expect(await refused("--cgroup-conf", "memory.nothing=1")).toContain("this kernel has no such file");
        const err = await refused("--cgroup-conf", "memory.swappiness=many");
        expect(err).toMatch(
          /^error: Cannot set --cgroup-conf memory\.swappiness: "many" was not taken by "\/sys\/fs\/cgroup\/memory\/.*\/memory\.swappiness"\n {2}cause: the kernel does not take such a value; write, read: invalid argument \(EINVAL\)/,
        );
      });

      test("a number that the kernel silently makes another, in a file by its name", async () => {
        expect(await refused("--cgroup-conf", "cpu.shares=1")).toContain(
          "the kernel took it without an error, and reads back something else",
        );
        const files = [
          "memory.soft_limit_in_bytes=100000001",
          "memory.max_usage_in_bytes=0",
          "cpuset.cpus=0,0",
        ];
        const options = files.flatMap((file) => ["--cgroup-conf", file]);
        const { err, status } = await run(who, ["-v", "--cgroup", ownGroup(who), ...options, "/", "true"]);
        expect(status).toBe(0);
        expect(err).toContain("memory.soft_limit_in_bytes: 100000001 reads as 99999744\n");
      });

      test("less processors than the group above has", async () => {
        const group = ownGroup(who, ["cpu"]);
        await Bun.write(`/sys/fs/cgroup/cpu${group}/cpu.cfs_quota_us`, "20000");
        const { err, status } = await run(who, ["--cgroup", group, "--cpus", "0.5", "/", "true"]);
        expect(status).toBe(125);
        expect(err).toContain("cause: a cgroup above it has less processor time");
      });
    });

    test.skipIf(!AS_ROOT)("a parent below what is a file: nothing is left to be taken back", async () => {
      const group = ownGroup(ROOT);
      const words = ["--cgroup", `${group}/tasks`, "--memory", "64m", "/", "true"];
      const { err, status } = await run(ROOT, words);
      expect(status).toBe(125);
      expect(err).toContain("mkdir: not a directory (ENOTDIR)");
      const [id] = /[0-9a-f]{12}/.exec(err) ?? [];
      expect(id).toBeDefined();
      expect(existsSync(`/run/nsbox/undo/${id}`)).toBe(false);
    });
  },
);
