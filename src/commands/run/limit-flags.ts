/** The options that limit what the command may use. */

import { IO_MAX_KEYS } from "../../cgroup/io-max.ts";
import type { Flag } from "../../cli/command.ts";

const group = "Limits of the whole container";

/** The table, in the order of the help. */
export const limitFlags = (): readonly Flag[] => [
  {
    long: "memory",
    value: "BYTES",
    group,
    help: "The most memory: 100m, 1.5g, 50% of the machine's",
    text: "k, m, g, t are powers of 1024. Who needs more is killed, and at the end nsbox says so. Unless --memory-swap says otherwise, as much swap again may be used. -1: no limit.",
  },
  {
    long: "memory-swap",
    value: "BYTES",
    group,
    help: "The most memory and swap together; as much as --memory is no swap; -1: no limit",
  },
  {
    long: "memory-reservation",
    value: "BYTES",
    group,
    help: "What is left to it where memory runs short",
  },
  {
    long: "swappiness",
    value: "0-100",
    group,
    help: "How readily its memory is swapped out; cgroup v1 alone",
  },
  {
    long: "oom-group",
    group,
    help: "Where memory runs out, kill all of its processes; cgroup v2 alone",
  },
  {
    long: "cpus",
    value: "NUMBER",
    group,
    help: "The most processor time: 0.5 is half of one processor, as is 50%; -1: no limit",
  },
  {
    long: "cpu-weight",
    value: "1-10000",
    group,
    help: "Its share of the processors where others want them too; 100 is the usual",
  },
  { long: "cpuset", value: "CPUS", group, help: "The processors it may run on: 0,2-3" },
  {
    long: "pids-limit",
    value: "NUMBER",
    group,
    help: "The most processes and threads; -1: no limit",
  },
  {
    long: "io-weight",
    value: "1-10000",
    group,
    help: "Its share of the disks where others want them too; 100 is the usual",
  },
  {
    long: "io-max",
    value: "DEV:KEY=NUMBER[,…]",
    multiple: true,
    group,
    help: "The most it reads from and writes to a disk in a second",
    text: `Keys: ${IO_MAX_KEYS.join(", ")}: bytes and operations, read and written. DEV is a path or MAJOR:MINOR, and a whole disk: --io-max /dev/sda:wbps=1m,riops=100`,
  },
  {
    long: "hugetlb",
    value: "SIZE=BYTES",
    multiple: true,
    group,
    help: "The most memory in huge pages of this size: 2MB=64m",
  },
  {
    long: "cgroup",
    value: "PARENT",
    group,
    help: "Make its cgroups in this one: a path from the root of the hierarchy on",
    text: "By default /nsbox for root; for others the nearest group that is theirs, beginning with their own. What is not there is made, and removed at the end.",
  },
  {
    long: "cgroup-manager",
    value: "WHO",
    group,
    help: "Who makes its cgroup: systemd, files or auto",
    text: "systemd: a scope, nsbox-ID.scope, is asked for over D-Bus, of the user's own systemd for users; --cgroup then names a slice. files: directories are made. auto, the default, takes systemd where it is PID 1 and can be asked.",
  },
  {
    long: "device-rule",
    value: "RULE",
    multiple: true,
    group,
    help: 'Allow these devices and the usual ones of /dev, and no others: "c 1:3 rwm"',
    text: 'TYPE MAJOR:MINOR ACCESS: TYPE is c, b or a (every device), a number may be *, and ACCESS is of r, w and m (mknod). "deny RULE" takes away again; of several rules that fit the last one decides. What --device hands on is allowed. For root alone. Without such a rule the modes of nodes decide.',
  },
  {
    long: "cgroup-conf",
    value: "FILE=VALUE",
    multiple: true,
    group,
    help: "Write this value to a file of its cgroup: memory.high=80m",
  },
];
