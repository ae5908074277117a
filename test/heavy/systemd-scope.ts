/** What a machine with systemd is asked, as root and as an ordinary user, and what has to come of it. */
import { expect } from "bun:test";
import { AS_USER, MACHINE_USER } from "./machine.ts";

/** `as`: stands before each command; `control`: systemctl of the manager that is asked. */
const lives = (as: string, control: string) => `
${as} nsbox run --memory 100m / sh -c 'cat /proc/self/cgroup; sleep 3' &
appears 'nsbox-*.scope'; ${control} list-units --no-legend --plain 'nsbox-*.scope' | cut -d' ' -f1,3,4
wait
${as} nsbox run --memory 100m / python3 /srv/hungry.py; echo "hungry $?"
id=$(${as} nsbox run -d --name c --memory 50m --pids-limit 20 / sleep 1000)
echo "group $(cut -d: -f3 /proc/$(${as} nsbox ps --json | sed 's/.*"pid":\\([0-9]*\\).*/\\1/')/cgroup | sed s/$id/ID/g)"
${control} show -p Delegate -p Description nsbox-$id.scope
echo "entered $(${as} nsbox exec c cat /proc/self/cgroup)"
${as} nsbox pause c; ${as} nsbox ps --json | grep -o '"state":"paused"'; ${as} nsbox resume c
${as} nsbox update --memory 60m c; ${as} nsbox restart -t 0 c
echo "memory $(cat $(find /sys/fs/cgroup -path "*/$id/memory.max"))"
kill -9 $(${as} nsbox inspect c | sed -n 's/.*"monitor": \\([0-9]*\\).*/\\1/p' | head -1)
${as} nsbox wait c
for tries in $(seq 100); do ${as} nsbox gc >/dev/null; [ -z "$(find /sys/fs/cgroup -name '*nsbox-*.scope')" ] && break; sleep 0.1; done
echo "left $(find /sys/fs/cgroup -name '*nsbox*' | wc -l) $(${control} list-units --all --no-legend 'nsbox-*' | wc -l)"
`;

/** The script, behind that which makes hungry.py. */
export const SYSTEMD_SCRIPT = `appears() {
  for tries in $(seq 100); do [ -n "$(find /sys/fs/cgroup -name "$1")" ] && break; sleep 0.1; done
  sleep 0.5
}
systemctl start user@${MACHINE_USER.uid}.service
echo ROOT${lives("", "systemctl")}
echo USER${lives(AS_USER, `${AS_USER} systemctl --user`)}
echo OTHERS
nsbox run --cgroup my-batch.slice --memory 50m / sleep 3 & appears 'nsbox-*.scope'; find /sys/fs/cgroup -name 'nsbox-*.scope' | sed 's/nsbox-[0-9a-f]*/nsbox-ID/'; wait
mv /run/systemd/private /run/systemd/hidden; nsbox run --memory 50m / echo by the bus; mv /run/systemd/hidden /run/systemd/private
nsbox run --cgroup-manager files --memory 50m / sleep 3 & appears nsbox; find /sys/fs/cgroup -name nsbox; wait
setpriv --reuid 1234 --regid 1234 --clear-groups nsbox run --cgroup-manager systemd / true 2>&1
nsbox run --cgroup-manager systemd --cgroup /a / true 2>&1
`;

/** What one of them has said. */
function judgeOne(said: string, slice: string): void {
  expect(said).toContain("0::/\n");
  expect(said).toMatch(/^nsbox-[0-9a-f]{12}\.scope active running$/m);
  expect(said).toContain("--memory is 104857600 bytes (100 MiB)");
  expect(said).toContain("hungry 137\n");
  expect(said).toMatch(new RegExp(`^group ${slice}/nsbox-ID\\.scope/ID$`, "m"));
  expect(said).toContain("entered 0::/\n");
  expect(said).toContain("Delegate=yes\n");
  expect(said).toContain("Description=nsbox: sleep 1000\n");
  expect(said).toContain('"state":"paused"\n');
  expect(said).toContain(`memory ${60 * 1024 * 1024}\n`);
  expect(said).toContain("\n137\n");
  expect(said).toContain("left 0 0\n");
}

/** All of it. */
export function judgeSystemd(said: string): void {
  const [, root = "", user = "", others = ""] = said.split(/^(?:ROOT|USER|OTHERS)$/m);
  judgeOne(root, "/system\\.slice");
  const { uid } = MACHINE_USER;
  judgeOne(user, `/user\\.slice/user-${uid}\\.slice/user@${uid}\\.service/app\\.slice`);
  expect(others).toContain("/sys/fs/cgroup/my.slice/my-batch.slice/nsbox-ID.scope\n");
  expect(others).toContain("by the bus\n");
  expect(others).toContain("/sys/fs/cgroup/nsbox\n");
  expect(others).toContain('neither "/run/user/1234/systemd/private" nor "/run/user/1234/bus" is there');
  expect(others).toContain('"--cgroup" takes the name of a slice');
}
