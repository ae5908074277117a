/**
 * What `./limits-v2.test.ts` has its machine do, as a bash script: cgroup v2 alone, as root, and as a user who was
 * given a group by the commands that nsbox names.
 */

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
  say cpus "$($AS /nsbox run -q --cpus 0.2 / bash -c 'read -ra first < /proc/self/stat; begin=\${EPOCHREALTIME/./}
    while [ \${EPOCHREALTIME/./} -lt $((begin + 10000000)) ]; do :; done
    read -ra last < /proc/self/stat; end=\${EPOCHREALTIME/./}
    echo $(((last[13] + last[14] - first[13] - first[14]) * 10000000 / (end - begin)))')"
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

/** Answers are lines `NAME PERSON ANSWER`. */
export const SCRIPT = `
mount -t cgroup2 cgroup2 /sys/fs/cgroup
export PATH=/bin:/sbin TERM=dumb WHO=
set -a
${PART}
AS= WHO=root
part
say io "$(/nsbox run --io-max /dev/vda:rbps=1m --device /dev/vda / bash -c 'begin=\${EPOCHREALTIME/./}
  dd if=/dev/vda of=/dev/null iflag=direct bs=64k count=16 2>/dev/null
  echo $((1048576 * 100 / ((\${EPOCHREALTIME/./} - begin) / 10000)))' 2>&1)"
WHO=user
setpriv --reuid=1000 --regid=1000 --clear-groups bash -c 'echo $$ > /tmp/pid
  until [ -e /tmp/go ]; do sleep 0.1; done
  part' & user=$!
until [ -s /tmp/pid ]; do sleep 0.1; done
refused=$(setpriv --reuid=1000 --regid=1000 --clear-groups /nsbox run --memory 30m --cpus 1 --pids-limit 9 --cpuset 0 / true 2>&1)
say undelegated "$(echo "$refused" | sed -n 2p)"
PID=$(cat /tmp/pid); eval "$(echo "$refused" | sed -n 's/.*shell with PID $PID: //p')"
touch /tmp/go; wait $user
`;
