/** The options of `nsbox run`. Called when nsbox is built, so that at run time the table is just there. */
import type { Flag } from "../../cli/command.ts";
import { KINDS, type KindName } from "../../ns/kinds.ts";
import { identityFlags } from "./identity-flags.ts";
import { initFlags } from "./init-flags.ts";
import { lifeFlags } from "./life-flags.ts";
import { limitFlags } from "./limit-flags.ts";
import { mountFlags } from "./mount-flags.ts";
import { networkFlags } from "./network-flags.ts";
import { securityFlags } from "./security-flags.ts";

const NAMESPACES = "Namespaces";
const SYSTEM = "The command's surroundings";
const SHOWING = "Showing what happens";

/** What a kind's option makes, where its title alone would not say. */
const MAKES: Readonly<Record<KindName, string>> = {
  user: "the caller is root inside, and stays who it is outside",
  mnt: "own mounts; ROOTFS becomes the root by pivot_root",
  pid: "own process ids; the command is PID 1",
  net: "own network; only lo, and it is up",
  uts: "own host name, set to HOSTNAME",
  ipc: "own System V IPC and POSIX message queues",
  cgroup: "own view of the cgroup tree",
  time: "own boot-time and monotonic clocks",
};

const kindFlag = ({ name, letter, long, title }: (typeof KINDS)[number]): Flag => {
  const flag = { long, short: letter, group: NAMESPACES, help: `New ${title} namespace: ${MAKES[name]}` };
  if (name !== "uts") return flag;
  return {
    ...flag,
    value: "HOSTNAME",
    optional: true,
    last: true,
    text: 'The letter takes the host name as the next word and so stands last in a group ("-pmu zion"). The long form takes it behind "=", and without one the host\'s name is kept.',
  };
};

/** The table, in the order of the help. */
export const runFlags = (): readonly Flag[] => [
  ...KINDS.map(kindFlag),
  {
    long: "share",
    value: "KIND[,KIND]",
    multiple: true,
    group: NAMESPACES,
    help: "Make all kinds but these",
    text: `Kinds: ${KINDS.map(({ name }) => name).join(", ")}. Cannot be combined with kinds that are named one by one.`,
  },
  {
    long: "join",
    value: "KIND=PATH|PID",
    multiple: true,
    group: NAMESPACES,
    help: "Join this namespace, or that of this process, instead of making one",
    text: "With mnt= the root is that namespace's, ROOTFS has to be /, and nothing is mounted, since it would appear there; mnt=…:copy copies it first. With pid= the command is not PID 1. An ordinary user joins with user= what that user namespace owns.",
  },
  {
    long: "join-net",
    short: "N",
    value: "NAME",
    group: NAMESPACES,
    help: "Join a network namespace by its name, as ip-netns(8) keeps them in /run/netns",
  },
  {
    long: "hostname",
    short: "H",
    value: "NAME",
    group: NAMESPACES,
    help: "Set the host name inside",
    text: "Needs a UTS namespace: the host is never renamed.",
  },
  {
    long: "boottime",
    value: "SECONDS",
    group: NAMESPACES,
    help: "Move the boot-time clock of the time namespace",
    text: "What uptime(1) shows inside is the host's uptime plus this; it may be negative, but not below zero in sum. In a user namespace it needs Linux 6.2.",
  },
  {
    long: "monotonic",
    value: "SECONDS",
    group: NAMESPACES,
    help: "Move the monotonic clock of the time namespace",
  },
  { long: "no-lo", group: NAMESPACES, help: "Leave the loopback interface of a new network namespace down" },
  ...mountFlags(),
  ...identityFlags(),
  ...securityFlags(),
  ...lifeFlags(),
  ...initFlags(),
  ...limitFlags(),
  ...networkFlags(),
  {
    long: "env",
    short: "e",
    value: "NAME[=VALUE]",
    multiple: true,
    group: SYSTEM,
    help: "Set a variable, or hand on the caller's",
    text: "The command starts with PATH, HOME, TERM and container=nsbox alone. A NAME that the caller does not have stays unset.",
  },
  { long: "inherit-env", group: SYSTEM, help: "Start from the caller's whole environment" },
  {
    long: "workdir",
    short: "w",
    value: "DIR",
    group: SYSTEM,
    help: "Start in this directory of the root filesystem instead of /",
  },
  {
    long: "preserve-fd",
    value: "N",
    multiple: true,
    group: SYSTEM,
    help: "Hand on this descriptor; all others above 2 are closed",
  },
  {
    long: "explain",
    group: SHOWING,
    help: "Print each step in words, with its system call and man page, and run nothing",
  },
  { long: "explain-json", group: SHOWING, help: "Print the plan as JSON and run nothing" },
  { long: "verbose", short: "v", group: SHOWING, help: "Print each step, with its time, as it is taken" },
  { long: "quiet", short: "q", group: SHOWING, help: "Leave out notes" },
];

const IS_SO = "It is always so: leave it out";

/** What users of bubblewrap, podman and unshare would type. Called when nsbox is built. */
export const elsewhere = (): Readonly<Record<string, string>> => ({
  // `-p8080:80`, as docker has it.
  ...Object.fromEntries(
    [..."123456789"].map((digit) => [digit, "-p is the PID namespace; ports are `--publish PORT:PORT`"]),
  ),
  "ro-bind": "It is `--bind SRC:DST:ro`",
  "bind-try": "It is `--bind SRC:DST:try`",
  "ro-bind-try": "It is `--bind SRC:DST:ro,try`",
  "bind-data": "It is `--file FD:DST`",
  "ro-overlay": "They are `--lower DIR`, one for each layer",
  "overlay-src": "ROOTFS is the bottom layer, and each `--lower DIR` lies over it",
  "tmp-overlay": "It is `--overlay`",
  "remount-ro": "It is `--read-only`, or the option ro of `--bind`",
  volume: "It is `--bind SRC:DST:OPTIONS`",
  uid: "It is `--user UID[:GID]`",
  gid: "It is `--user UID:GID`",
  groups: "It is `--group-add GROUP`, once for each",
  "security-opt": "They are `--seccomp FILE|off`, `--new-privs`, `--unmask PATH`",
  userns: "They are `--map-root`, `--map-current`, `--map-auto`, `-M` and `-G`",
  "share-net": "It is `--share net`",
  "unshare-all": "Every kind is made where none is named: leave it out",
  args: "It is `--args-fd N`",
  "info-fd": "It is `--status-fd N`",
  "json-status-fd": "It is `--status-fd N`",
  "memory-swappiness": "It is `--swappiness`",
  "cpu-shares": "It is `--cpu-weight`: 1024 shares are 100",
  "cpu-quota": "It is `--cpus`: a quota of 50000 in a period of 100000 is 0.5",
  "cpuset-cpus": "It is `--cpuset`",
  "blkio-weight": "It is `--io-weight`",
  "device-read-bps": "It is `--io-max DEV:rbps=BYTES`",
  "device-write-bps": "It is `--io-max DEV:wbps=BYTES`",
  "device-read-iops": "It is `--io-max DEV:riops=NUMBER`",
  "device-write-iops": "It is `--io-max DEV:wiops=NUMBER`",
  "cgroup-parent": "It is `--cgroup PARENT`",
  "memory-limit": "It is `--memory BYTES`",
  "device-cgroup-rule": 'It is `--device-rule "c 1:3 rwm"`',
  "oom-kill-disable": "Without `--memory` it has no limit; `--oom-score-adj` is about the machine's memory",
  "mac-address": "It is `--mac ADDRESS`",
  "network-alias": "Its names are those of `--name` and `--hostname`, and its id",
  link: "Containers of one `--network` find each other by their names",
  P: "Ports are `--publish PORT:PORT`",
  "dns-opt": "It is `--dns-option OPTION`",
  expose: "Containers of one network reach every port of each other; `--publish PORT:PORT` is for the host",
  "publish-all": "It is `--publish PORT`, once for each port of the container",
  chdir: "It is `--workdir DIR`",
  setenv: "It is `--env NAME=VALUE`",
  clearenv: IS_SO,
  proc: "/proc is there with `-m` and `-p`",
  dev: "/dev is there with `-m`",
  fork: IS_SO,
  "mount-proc": "/proc is there with `-m` and `-p`",
  "map-root-user": "It is `--map-root`",
  "map-current-user": "It is `--map-current`",
  "map-users": 'It is `--uid-map "INSIDE OUTSIDE LENGTH"`',
  "map-groups": 'It is `--gid-map "INSIDE OUTSIDE LENGTH"`',
  setuid: "It is `--user UID`",
  setgid: "It is `--user UID:GID`",
  "dry-run": "`--explain` prints every step and takes none",
});
