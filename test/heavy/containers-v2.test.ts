/**
 * Containers on a kernel with cgroup v2 alone, as root and as a user who was given a part of it, and where systemd is
 * PID 1: limits that are hit and changed, pausing, scopes.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { SCRATCH } from "../e2e/support.ts";
import { AS_USER, lackOfMachines, MACHINE_USER, type Machine, makeMachine } from "./machine.ts";
import { judgeSystemd, SYSTEMD_SCRIPT } from "./systemd-scope.ts";

const lacks = lackOfMachines();
const folder = join(SCRATCH, "containers-v2");
const MINUTES = 60_000;

/** hungry: takes 4 MB again and again. */
const PROGRAMS = `cat >/srv/hungry.py <<'E'
taken = []
while True: taken.append(bytearray(b"x") * 4000000)
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
paused=$(${as} nsbox run -d --name paused --memory 50m / sleep 1000)
${as} nsbox pause paused; grep frozen $(of $paused cgroup.events)
${as} nsbox update --memory 60m paused; cat $(of $paused memory.max)
${as} nsbox stats --json
${as} nsbox stop -t 1 paused
`;

describe.skipIf(lacks !== undefined)(`containers on cgroup v2 (${lacks ?? "in a machine"})`, () => {
  let machine: Machine;
  beforeAll(() => {
    machine = makeMachine(folder);
  }, 15 * MINUTES);
  afterAll(() => rmSync(folder, { recursive: true, force: true }), MINUTES);

  const judge = (said: string) => {
    expect(said).toMatch(/Out of memory: the kernel killed .*--memory is 104857600 bytes \(100 MiB\)/);
    expect(said).toContain("hungry 137\n");
    expect(said).toContain("frozen 1\n");
    expect(said).toContain(`\n${60 * 1024 * 1024}\n`);
    expect(said).toMatch(/"memory":\{"usage":\d+,"limit":62914560\}/);
    expect(said).toEndWith("paused\n");
  };

  test(
    "are limited, changed and paused as root's",
    async () => {
      judge(await machine.boot(PROGRAMS + LIMITS(""), { systemd: false, seconds: 600 }));
    },
    11 * MINUTES,
  );

  test(
    "are so as a user's, in a group that is the user's",
    async () => {
      const script = PROGRAMS + DELEGATED + LIMITS(AS_USER);
      judge(await machine.boot(script, { systemd: false, seconds: 600 }));
    },
    11 * MINUTES,
  );

  test(
    "have a scope where systemd is PID 1, for root and for users",
    async () => judgeSystemd(await machine.boot(PROGRAMS + SYSTEMD_SCRIPT, { systemd: true, seconds: 600 })),
    11 * MINUTES,
  );
});
