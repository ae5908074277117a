/** Limits on a kernel with cgroup v2 alone, as root and as a user who was given a part: what really happens. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { SCRATCH } from "../e2e/support.ts";
import { AS_USER, lackOfMachines, MACHINE_USER, type Machine, makeMachine } from "./machine.ts";
import { judgeSystemd, SYSTEMD_SCRIPT } from "./systemd-scope.ts";

const lacks = lackOfMachines();
const folder = join(SCRATCH, "machine-limits");
const MINUTES = 60_000;

/** Programs of the scripts. hungry: takes 4 MB again and again. bomb: starts as many processes as it can. */
const PROGRAMS = `cat >/srv/hungry.py <<'E'
taken = []
while True: taken.append(bytearray(b"x") * 4000000)
E
cat >/srv/bomb.py <<'E'
import os, time
made = 0
for _ in range(500):
    try:
        if os.fork() == 0: time.sleep(30); os._exit(0)
        made += 1
    except OSError: pass
print("made", made, flush=True)
E
cat >/srv/spin.py <<'E'
while True: pass
E
cat >/srv/measure.py <<'E'
import sys, time
def usage(): return int(open(sys.argv[1]).readline().split()[1])
time.sleep(3)
wall, used = time.monotonic(), usage()
time.sleep(20)
print("share", (usage() - used) / 1e6 / (time.monotonic() - wall), flush=True)
E
cat >/srv/read.py <<'E'
import os, mmap, time
disk = os.open("/dev/vda", os.O_RDONLY | os.O_DIRECT)
page = mmap.mmap(-1, 65536)
begin, done = time.monotonic(), 0
while done < 8 << 20: done += os.preadv(disk, [page], done)
print("rate", done / (time.monotonic() - begin), flush=True)
E
chmod 644 /srv/*.py
of() { find /sys/fs/cgroup -path "*/$1/$2"; }
`;

/** For root the groups are made at the top; the user is given a group with the caller in it. */
const DELEGATED = `cd /sys/fs/cgroup; echo "+memory +pids +cpu +io" >cgroup.subtree_control
mkdir -p user/own; chown ${MACHINE_USER.uid} user user/cgroup.procs user/cgroup.subtree_control user/own user/own/cgroup.procs
echo $$ >user/own/cgroup.procs; mkdir -p /run/user/${MACHINE_USER.uid}; chown ${MACHINE_USER.uid} /run/user/${MACHINE_USER.uid}
cd /
`;

const LIMITS = (as: string) => `
${as} nsbox run --memory 100m / python3 /srv/hungry.py; echo "hungry $?"
${as} nsbox run --pids-limit 50 / python3 /srv/bomb.py
spins=$(${as} nsbox run -d --cpus 0.2 / python3 /srv/spin.py)
python3 /srv/measure.py $(of $spins cpu.stat)
${as} nsbox rm -f $spins >/dev/null
paused=$(${as} nsbox run -d --name paused --memory 50m / sleep 1000)
${as} nsbox pause paused; grep frozen $(of $paused cgroup.events)
${as} nsbox update --memory 60m paused; cat $(of $paused memory.max)
${as} nsbox stats --json
${as} nsbox stop -t 1 paused
`;

describe.skipIf(lacks !== undefined)(`limits on cgroup v2 (${lacks ?? "in a machine"})`, () => {
  let machine: Machine;
  beforeAll(() => {
    machine = makeMachine(folder);
  }, 15 * MINUTES);
  afterAll(() => rmSync(folder, { recursive: true, force: true }), MINUTES);

  const judge = (said: string) => {
    expect(said).toMatch(/Out of memory: the kernel killed .*--memory is 104857600 bytes \(100 MiB\)/);
    expect(said).toContain("hungry 137\n");
    expect(said).toContain("made 49\n");
    const share = Number(/^share (.*)$/m.exec(said)?.[1]);
    expect(Math.abs(share - 0.2)).toBeLessThan(0.03);
    expect(said).toContain("frozen 1\n");
    expect(said).toContain(`\n${60 * 1024 * 1024}\n`);
    expect(said).toMatch(/"memory":\{"usage":\d+,"limit":62914560\}/);
    expect(said).toEndWith("paused\n");
  };

  test(
    "hold root's commands",
    async () => {
      const disk = "nsbox run --io-max /dev/vda:rbps=1m --device /dev/vda / python3 /srv/read.py\n";
      const said = await machine.boot(PROGRAMS + disk + LIMITS(""), { systemd: false, seconds: 600 });
      expect(said).toMatch(/^rate /m);
      const rate = Number(/^rate (.*)$/m.exec(said)?.[1]);
      expect(rate).toBeGreaterThan(0.8 * 1024 * 1024);
      expect(rate).toBeLessThan(1.2 * 1024 * 1024);
      judge(said);
    },
    11 * MINUTES,
  );

  test(
    "hold a user's commands, in a group that is the user's",
    async () => {
      const script = PROGRAMS + DELEGATED + LIMITS(AS_USER);
      judge(await machine.boot(script, { systemd: false, seconds: 600 }));
    },
    11 * MINUTES,
  );

  test(
    "are those of a scope where systemd is PID 1, for root and for users",
    async () => judgeSystemd(await machine.boot(PROGRAMS + SYSTEMD_SCRIPT, { systemd: true, seconds: 600 })),
    11 * MINUTES,
  );
});
