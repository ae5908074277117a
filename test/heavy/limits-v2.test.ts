/** Limits on a machine that has cgroup v2 alone: a Debian kernel in qemu, as root and as a user who was given a group. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { hostProgram, SCRATCH } from "../e2e/support.ts";
import { KERNEL, machines } from "../escape/guest.ts";
import { packageNamed } from "../escape/kernel.ts";
import { SCRIPT } from "./limits-script.ts";

const absent = ["qemu-system-x86_64", "busybox", "dpkg", "mkfs.ext4"].find(
  (name) => hostProgram(name) === undefined,
);
const missing =
  process.arch !== "x64"
    ? "needs an x86-64 machine"
    : absent !== undefined
      ? `${absent} is not installed`
      : packageNamed(KERNEL) === undefined
        ? `no package ${KERNEL.source} in NSBOX_TEST_PACKAGES or known to apt-get`
        : undefined;

const folder = join(SCRATCH, "machine");
const HALF_AN_HOUR = 1_800_000;
const MIB = 1024 ** 2;

describe.skipIf(missing !== undefined)(`cgroup v2 (${missing ?? "in qemu"})`, () => {
  let said: string[] = [];
  beforeAll(async () => {
    said = (await machines(folder, "cgroup_no_v1=all").vm(SCRIPT)).split("\n");
    if (process.env["NSBOX_TEST_SHOW"]) console.log(said.join("\n"));
  }, HALF_AN_HOUR);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  for (const who of ["root", "user"]) {
    const answer = (name: string): string => {
      const line = said.find((each) => each.startsWith(`${name} ${who} `));
      if (line === undefined) throw new Error(`Nothing was said of ${name}:\n${said.join("\n")}`);
      return line.slice(name.length + who.length + 2);
    };

    describe(who, () => {
      test("a program that takes too much is killed, and the limit is named", () => {
        expect(answer("oom-status")).toBe("137");
        expect(answer("oom")).toMatch(
          /^note: Out of memory: the kernel killed (a process|"bash" \(PID \d+\)); --memory is 29999104 bytes/,
        );
      });

      test("what the kernel made of a number is said", () => {
        expect(answer("rounded")).toBe("memory.max: 30000000 reads as 29999104");
      });

      test("inside, the root is the group that the command is in", () => {
        expect(answer("inside")).toBe("0::/");
        expect(answer("exec")).toBe("0::/");
      });

      test("every limit is where the kernel has it", () => {
        const files = {
          "memory.max": 30 * MIB,
          "memory.swap.max": 10 * MIB,
          "memory.low": 10 * MIB,
          "memory.high": 25 * MIB,
          "memory.oom.group": 1,
          "cpu.max": "20000 100000",
          "cpu.weight": 50,
          "pids.max": 50,
          "cpuset.cpus": 0,
        };
        expect(Object.keys(files).map(answer)).toEqual(Object.values(files).map(String));
        expect(answer("members")).toBe("1");
      });

      test("a fork bomb makes as many processes as it may", () => {
        expect(answer("bomb")).toMatch(/^note: The limit of --pids-limit 20 was reached: /);
      });

      test("--cpus 0.2 is a fifth of a processor", () => {
        const share = Number(answer("cpus")) / 1000;
        expect(share).toBeGreaterThan(0.17);
        expect(share).toBeLessThan(0.23);
      });

      test("what only version 1 has is an error", () => {
        expect(answer("refused")).toBe(
          "  cause: the controller memory is in a hierarchy of cgroup v2 here, and only v1 has such a limit",
        );
      });

      test("who enters is under the limit; and of a killed monitor's groups none is left", () => {
        expect([answer("exec-oom"), answer("killed"), answer("left")]).toEqual(["137", "", ""]);
      });
    });
  }

  test("io.max is what is read in a second", () => {
    const rate = Number(said.find((line) => line.startsWith("io root "))?.split(" ")[2]);
    expect(rate / MIB).toBeGreaterThan(0.8);
    expect(rate / MIB).toBeLessThan(1.2);
  });

  test("whoever was given no group is told what to give, and that does it", () => {
    expect(said).toContain('undelegated user   cause: no cgroup in "/sys/fs/cgroup" was given to user 1000');
  });
});
