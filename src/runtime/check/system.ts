/** What else of the kernel is wanted: descriptors of processes, memory files, terminals, /proc. */
import { readFileSync, readlinkSync } from "node:fs";
import { flagOf, KINDS } from "../../ns/kinds.ts";
import { ownMounts } from "../../ns/own-mounts.ts";
import { attempt, TRIED } from "../../sys/attempt.ts";
import { AT_FDCWD, SYS } from "../../sys/constants.ts";
import { errnoText } from "../../sys/errno.ts";
import { HELPER } from "../../sys/helper.gen.ts";
import { NS_REQUESTS } from "../../sys/nsfs.ts";
import { whyTimeOffsets } from "../why-clone.ts";
import { type Answer, missing, ok, type Probe, refused, Steps } from "./probe.ts";

const [EACCES, EINVAL, ENOTTY, ENOSYS] = [13, 22, 25, 38];

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "";
  }
};

function probePidfd(): Answer {
  const steps = new Steps();
  const pid = steps.call(TRIED.getpid);
  const fd = steps.call(SYS.pidfd_open, pid, 0);
  steps.call(SYS.pidfd_send_signal, fd, 0, 0, 0);
  const { errno } = attempt(0, steps.list);
  if (errno === 0) return ok();
  return errno === ENOSYS
    ? missing("pidfd_open came with Linux 5.3")
    : refused(`pidfd_open, pidfd_send_signal: ${errnoText(errno)}`);
}

const [MFD_ALLOW_SEALING, MFD_EXEC] = [2, 0x10];
const AT_EMPTY_PATH = 0x1000;

function probeMemfd(): Answer {
  const helper = Uint8Array.fromBase64(HELPER);
  const argv = new BigUint64Array([0n]);
  const make = (flags: number): number => {
    const steps = new Steps();
    // Without a plan the helper ends at once, with words for nobody.
    steps.call(SYS.close, 2);
    const fd = steps.call(SYS.memfd_create, "nsbox", flags);
    steps.call(SYS.write, fd, helper, helper.length);
    const exec = steps.call(SYS.execveat, fd, "", argv, argv, AT_EMPTY_PATH);
    const { errno, failed, results } = attempt(0, steps.list);
    // An exec that works does not come back.
    return failed === exec.result && results[exec.result] === null ? 0 : errno;
  };
  const sysctl = read("/proc/sys/vm/memfd_noexec");
  let errno = make(MFD_EXEC | MFD_ALLOW_SEALING);
  // Before Linux 6.3 all of them may be executed.
  if (errno === EINVAL) errno = make(MFD_ALLOW_SEALING);
  if (errno === 0) return ok();
  if (errno === EACCES && sysctl === "2") {
    return refused(
      "vm.memfd_noexec is 2; a file in /run or /tmp is used where that may hold executables",
      "sysctl -w vm.memfd_noexec=1",
    );
  }
  return refused(`memfd_create, execveat: ${errnoText(errno)}`);
}

function probeTimeOffsets(): Answer {
  const steps = new Steps();
  steps.call(TRIED.unshare, flagOf("time") + flagOf("user"));
  steps.write("/proc/self/timens_offsets", "boottime 86400 0");
  const { errno, failed } = attempt(0, steps.list);
  if (errno === 0) return ok();
  if (failed === 0) return errno === EINVAL ? missing("no time namespaces") : refused(errnoText(errno));
  return refused(whyTimeOffsets(errno).cause ?? `timens_offsets: ${errnoText(errno)}`);
}

function probeRelations(): Answer {
  const steps = new Steps();
  const fd = steps.call(SYS.openat, AT_FDCWD, "/proc/self/ns/net", 0);
  steps.call(SYS.ioctl, fd, NS_REQUESTS.type);
  // Inside a container the owner may be out of reach: that is an answer, too.
  steps.attempt(SYS.ioctl, fd, NS_REQUESTS.owner);
  const { errno, results } = attempt(0, steps.list);
  if (errno === 0 && results[2] !== -ENOTTY) return ok();
  return missing("the ioctls of namespaces came with Linux 4.11");
}

function probeSerial(): Answer {
  const steps = new Steps();
  const fd = steps.call(SYS.openat, AT_FDCWD, "/proc/self/ns/net", 0);
  steps.call(SYS.ioctl, fd, NS_REQUESTS.serial, new BigUint64Array(1));
  const { errno } = attempt(0, steps.list);
  return errno === 0 ? ok() : missing("NS_GET_ID came with Linux 6.18");
}

function probeTerminal(): Answer {
  const steps = new Steps();
  steps.call(SYS.openat, AT_FDCWD, "/dev/ptmx", 2);
  const { errno } = attempt(0, steps.list);
  return errno === 0 ? ok() : refused(`/dev/ptmx: ${errnoText(errno)}`, "mount -t devpts none /dev/pts");
}

/** Whether the processes of others can be looked at. */
function probeOthers(): Answer {
  const proc = ownMounts().findLast(({ path }) => path === "/proc");
  const hides = proc?.superOptions.find((option) => /^hidepid=(?!0|off)/.test(option));
  const error = KINDS.map(({ name }) => {
    try {
      readlinkSync(`/proc/1/ns/${name}`);
      return undefined;
    } catch (reason) {
      return (reason as NodeJS.ErrnoException).code;
    }
  }).find((code) => code !== undefined && code !== "ENOENT");
  if (error === undefined && hides === undefined) return ok();
  if (hides !== undefined && process.geteuid!() !== 0) {
    return refused(`/proc is mounted with ${hides}: processes of others are not seen at all`, "Look as root");
  }
  if (error === undefined) return ok();
  return process.geteuid!() === 0
    ? refused(`PID 1, and whoever else may do more than this root, shows its name alone (${error})`)
    : refused(`of other users' processes only the names are seen (${error})`, "Look as root");
}

/** The probes of the rest. */
export const SYSTEM_PROBES: readonly Probe[] = [
  {
    name: "memfd",
    title: "Executables in memory",
    for: "every start of a command; the copy is lost without it where no directory may hold one",
    optional: false,
    probe: probeMemfd,
  },
  {
    name: "pidfd",
    title: "Descriptors of processes",
    for: "stop, kill, wait: the right process, never another with its PID",
    optional: false,
    probe: probePidfd,
  },
  {
    name: "terminal",
    title: "Pseudo-terminals",
    for: "-t, nsbox shell",
    optional: false,
    probe: probeTerminal,
  },
  {
    name: "time-offsets",
    title: "Clocks set off",
    for: "--boottime, --monotonic",
    optional: true,
    probe: probeTimeOffsets,
  },
  {
    name: "relations",
    title: "Owners and parents of namespaces",
    for: "ls, tree, graph, caps",
    optional: true,
    probe: probeRelations,
  },
  {
    name: "serials",
    title: "The order in which namespaces were made",
    for: "the serial number in ls and ns show",
    optional: true,
    probe: probeSerial,
  },
  {
    name: "others",
    title: "Processes of others",
    for: "ls, tree, graph: all of the machine",
    optional: true,
    probe: probeOthers,
  },
];
