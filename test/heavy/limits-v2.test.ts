/** Limits on a machine that has cgroup v2 alone: a Debian kernel in qemu, as root and as a user who was given a group. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { hostProgram, SCRATCH } from "../e2e/support.ts";
import { KERNEL, machines } from "../escape/guest.ts";
import { packageNamed } from "../escape/kernel.ts";

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

/** Takes memory until it is killed. */
const HUNGRY = `x=$(head -c 4000000 /dev/zero | tr "\\0" x); while :; do a="$a$x"; echo \${#a}; done`;

/** One person's part: each answer is a line `NAME PERSON ANSWER`, the kernel's files are read from outside. */
const PART = `
group() { find /sys/fs/cgroup -type d -name '[a-f]???????????' | head -n 1; }
say() { echo "$1 $WHO $2"; }
part() {
  out=$($AS /nsbox run --memory 30000000 / bash -c '${HUNGRY}' 2>&1); say oom-status $?
  say oom "$(echo "$out" | tail -n 1)"
  say taken "$(echo "$out" | grep -c '000$')"
  say rounded "$($AS /nsbox run -v --memory 30000000 / true 2>&1 | grep -o 'memory.max: .*')"
  say inside "$($AS /nsbox run --memory 30m --cpus 0.5 --pids-limit 50 / cat /proc/self/cgroup 2>&1)"
  $AS /nsbox run -q --memory 30m --memory-swap 40m --memory-reservation 10m --cpus 0.2 --cpu-weight 50 --pids-limit 50 --cpuset 0 --oom-group --cgroup-conf memory.high=25m / sleep 600 & nsbox=$!
  until [ -n "$(group)" ] && [ -n "$(cat $(group)/cgroup.procs)" ]; do sleep 0.1; done
  for file in memory.max memory.swap.max memory.low memory.high memory.oom.group cpu.max cpu.weight pids.max cpuset.cpus; do
    say $file "$(cat $(group)/$file)"
  done
  say members "$(wc -l < $(group)/cgroup.procs)"
  kill -9 $(cat $(group)/cgroup.procs); wait $nsbox
  say bomb "$($AS /nsbox run --pids-limit 20 / bash -c 'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22; do sleep 2 & done' 2>&1 | tail -n 1)"
  $AS /nsbox run -q --cpus 0.2 / bash -c 'begin=$EPOCHREALTIME; end=$((\${begin/./} + 10000000)); while [ \${EPOCHREALTIME/./} -lt $end ]; do :; done; times' > /tmp/times
  say times "$(tail -n 2 /tmp/times | head -n 1)"
  say refused "$($AS /nsbox run --swappiness 1 / true 2>&1 | tail -n 1)"
  $AS /nsbox run -q -d --name kept --memory 30m / sleep 600 > /dev/null
  say exec "$($AS /nsbox exec kept cat /proc/self/cgroup)"
  $AS /nsbox exec kept bash -c '${HUNGRY}' > /dev/null; say exec-oom $?
  kill -9 $($AS /nsbox inspect kept | sed -n 's/.*"monitor": \\([0-9]*\\).*/\\1/p' | head -n 1)
  $AS /nsbox gc > /dev/null
  say killed "$(group)"
  $AS /nsbox rm -f kept > /dev/null
  say left "$(group)"
}
`;

const SCRIPT = `
mount -t cgroup2 cgroup2 /sys/fs/cgroup
export PATH=/bin:/sbin TERM=dumb
${PART}
AS= WHO=root part
say io root "$(/nsbox run --io-max /dev/vda:rbps=1m --device /dev/vda / bash -c 'begin=$EPOCHREALTIME
  dd if=/dev/vda of=/dev/null iflag=direct bs=64k count=64 2>/dev/null; end=$EPOCHREALTIME
  echo $((4194304 * 1000 / ((\${end/./} - \${begin/./}) / 1000)))' 2>&1)"
AS="setpriv --reuid=1000 --regid=1000 --clear-groups"; WHO=user
refused=$($AS /nsbox run --memory 30m --cpus 1 --pids-limit 9 --cpuset 0 / true 2>&1)
say refused-undelegated "$(echo "$refused" | head -n 2 | tail -n 1)"
PID=$$; eval "$(echo "$refused" | sed -n 's/.*shell with PID $PID: //p')"
part
`;

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
        // As `times` tells it: 0m1.9s 0m0.1s
        const seconds = [...answer("times").matchAll(/(\d+)m([\d.]+)s/g)].map(
          ([, m, s]) => Number(m) * 60 + Number(s),
        );
        const share = seconds.reduce((sum, each) => sum + each, 0) / 10;
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
    expect(said).toContainEqual(
      expect.stringContaining('cause: no cgroup in "/sys/fs/cgroup" was given to user 1000'),
    );
  });
});
