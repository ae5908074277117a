/** Limits on processes, processors and disks, on cgroup v1: each is measured. */
import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { allGroupsIn, fileIn, NO_LIMITS, ownGroup, python, removeGroups } from "./cgroups.ts";
import { withProgram } from "./containers.ts";
import { forEveryone, NSBOX, run, shell, textOf } from "./support.ts";

/** Each process makes another one, and stays. */
const BOMB = python(`
import os, sys, time
made = 0
for i in range(200):
    try:
        if os.fork() == 0:
            time.sleep(3)
            os._exit(0)
        made += 1
    except OSError as error:
        print(made, error.errno, flush=True)
        break
os._exit(0)`);

/** Uses a processor for as many seconds; prints which part of it was had. */
const busy = (seconds: number) =>
  python(`
import time
begin, used = time.monotonic(), time.process_time()
while time.monotonic() - begin < ${seconds}:
    pass
print((time.process_time() - used) / (time.monotonic() - begin))`);

/** The whole disk under the temporary files; undefined where there is none. */
function diskOfTemporary(): string | undefined {
  const { dev } = statSync(tmpdir());
  const number = `${dev >> 8}:${dev & 0xff}`;
  const isPart = textOf(`/sys/dev/block/${number}/partition`) !== "";
  return textOf(`/sys/dev/block/${number}/dev`) === "" || isPart ? undefined : number;
}

describe.skipIf(NO_LIMITS !== undefined)(`other limits (${NO_LIMITS ?? "cgroup v1"})`, () => {
  forEveryone((who) => {
    test("a fork bomb makes as many processes as it may, and the host goes on", async () => {
      const group = ownGroup(who);
      const { out, err, status } = await run(who, ["--cgroup", group, "--pids-limit", "50", "/", ...BOMB]);
      expect([out, status]).toEqual(["49 11\n", 0]);
      expect(err).toBe(
        "note: The limit of --pids-limit 50 was reached: once a process or thread could not be made\n",
      );
      expect((await shell(who, "true & wait")).status).toBe(0);
      expect(allGroupsIn(group)).toEqual([]);
    });

    test("--cpus 0.2 is a fifth of a processor", async () => {
      const { out } = await run(who, ["--cgroup", ownGroup(who), "--cpus", "0.2", "/", ...busy(3)]);
      expect(Number(out)).toBeGreaterThan(0.17);
      expect(Number(out)).toBeLessThan(0.23);
    });

    test("shares, processors and processes are where the kernel has them", async () => {
      const group = ownGroup(who);
      const limits = ["--cpus", "50%", "--cpu-weight", "50", "--cpuset", "0", "--pids-limit", "-1"];
      const options = ["run", "-q", "--cgroup", group, ...limits];
      await withProgram(who, [NSBOX, ...options, "/", "sleep", "60"], "sleep", async (pid) => {
        expect(fileIn("cpu", group, "cpu.cfs_quota_us")).toBe("50000");
        expect(fileIn("cpu", group, "cpu.cfs_period_us")).toBe("100000");
        expect(fileIn("cpu", group, "cpu.shares")).toBe("512");
        expect(fileIn("cpuset", group, "cpuset.cpus")).toBe("0");
        expect(fileIn("pids", group, "pids.max")).toBe("max");
        expect(textOf(`/proc/${pid}/status`)).toMatch(/^Cpus_allowed_list:\t0$/m);
      });
      expect(allGroupsIn(group)).toEqual([]);
    });

    test("without --cpuset a command has all processors, also where other limits are set", async () => {
      const words = python("import os; print(len(os.sched_getaffinity(0)))");
      const { out } = await run(who, ["--cgroup", ownGroup(who), "--cpus", "1.5", "/", ...words]);
      expect(Number(out)).toBe(cpus().length);
    });

    const disk = diskOfTemporary();
    test.skipIf(disk === undefined)(
      `io.max is what is written in a second (${disk ?? "needs a disk"})`,
      async () => {
        const folder = mkdtempSync(join(tmpdir(), "nsbox-io-"));
        chmodSync(folder, 0o777);
        try {
          const words = python(`
import mmap, os, time
page = mmap.mmap(-1, 65536)
file = os.open("${folder}/data", os.O_WRONLY | os.O_CREAT | os.O_DIRECT)
begin = time.monotonic()
for i in range(64):
    os.write(file, page)
print(64 * 65536 / (time.monotonic() - begin))`);

          afterAll(removeGroups);
          const options = ["--cgroup", ownGroup(who), "--io-max", `${disk}:wbps=2m`];
          const { out, err } = await run(who, [...options, "-b", `${folder}:${folder}`, "/", ...words]);
          expect(err).toBe("");
          expect(Number(out)).toBeGreaterThan(2 ** 21 * 0.8);
          expect(Number(out)).toBeLessThan(2 ** 21 * 1.2);
        } finally {
          rmSync(folder, { recursive: true });
        }
      },
    );

    test.skipIf(disk === undefined)("each key of --io-max has its file (needs a disk)", async () => {
      const group = ownGroup(who);
      const options = [
        "run",
        "-q",
        "--cgroup",
        group,
        "--io-max",
        `${disk}:rbps=1m,wbps=1.5m,riops=100,wiops=50`,
      ];
      await withProgram(who, [NSBOX, ...options, "/", "sleep", "60"], "sleep", async () => {
        const read = (file: string) => fileIn("blkio", group, `blkio.throttle.${file}_device`);
        expect(["read_bps", "write_bps", "read_iops", "write_iops"].map(read)).toEqual(
          [1048576, 1572864, 100, 50].map((number) => `${disk} ${number}`),
        );
      });
    });
  });
});
