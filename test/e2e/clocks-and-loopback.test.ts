import { describe, expect, test } from "bun:test";
import { forEveryone, hostProgram, run, textOf } from "./support.ts";
import { tree } from "./trees.ts";

const PYTHON = hostProgram("python3");

describe("the clocks", () => {
  forEveryone((who) => {
    const uptime = async (...options: string[]) => {
      const { out } = await run(who, [...options, tree(who), "cut", "-d.", "-f1", "/proc/uptime"]);
      return Number(out) - Number(textOf("/proc/uptime").split(".")[0]);
    };

    test("show the host's uptime, moved by --boottime", async () => {
      for (const [options, shift] of [
        [[], 0],
        [["--boottime", "86400"], 86400],
        [["--boottime=-5"], -5],
      ] as const) {
        expect(Math.abs((await uptime(...options)) - shift)).toBeLessThanOrEqual(1);
      }
    });

    test.skipIf(!PYTHON)("are moved by --monotonic alone or with it (needs python3)", async () => {
      const look = "import time; print(int(time.monotonic()), int(time.clock_gettime(time.CLOCK_BOOTTIME)))";
      const clocks = async (...options: string[]) =>
        (await run(who, [...options, "/", PYTHON!, "-c", look])).out.split(" ").map(Number);
      const [monotonic, boot] = await clocks();
      for (const [options, shifts] of [
        [
          ["--monotonic", "1000"],
          [1000, 0],
        ],
        [
          ["--monotonic", "1000", "--boottime", "2000"],
          [1000, 2000],
        ],
      ] as const) {
        const [m, b] = await clocks(...options);
        expect(Math.abs(m! - monotonic! - shifts[0])).toBeLessThanOrEqual(2);
        expect(Math.abs(b! - boot! - shifts[1])).toBeLessThanOrEqual(2);
      }
    });

    test("refuse to go below zero", async () => {
      const { status, err } = await run(who, ["--boottime", "-999999999", tree(who), "true"]);
      expect([status, err]).toEqual([125, expect.stringContaining("boottime")]);
    });
  });
});

describe("the loopback interface", () => {
  forEveryone((who) => {
    const flags = ["cat", "/sys/class/net/lo/flags"];
    const connect = 'exec 3<>/dev/tcp/127.0.0.1/9; echo "status $?"';

    test("is up in a new network namespace, unless --no-lo is given", async () => {
      expect((await run(who, [tree(who), ...flags])).out).toBe("0x9\n"); // IFF_UP | IFF_LOOPBACK
      expect((await run(who, ["--no-lo", tree(who), ...flags])).out).toBe("0x8\n");
      expect((await run(who, [tree(who), "bash", "-c", connect])).err).toContain("Connection refused");
      expect((await run(who, ["--no-lo", tree(who), "bash", "-c", connect])).err).toContain(
        "Network is unreachable",
      );
    });

    test("is alone there", async () => {
      expect((await run(who, [tree(who), "ls", "/sys/class/net"])).out).toBe("lo\n");
    });
  });
});
