/** Whether file systems can be mounted as nsbox does, tried in a mount namespace that ends with its process. */
import { existsSync } from "node:fs";
import type { KindName } from "../../ns/kinds.ts";
import { TRIED } from "../../sys/attempt.ts";
import { AT_FDCWD } from "../../sys/constants.ts";
import { errnoText } from "../../sys/errno.ts";
import { whyMount } from "../why-mount.ts";
import {
  type Answer,
  inSandbox,
  isAdmin,
  missing,
  noSandbox,
  ok,
  type Probe,
  ROOT_ONLY,
  refused,
  type Steps,
} from "./probe.ts";

const [EPERM, ENODEV, EINVAL] = [1, 19, 22];

/** Mounts a new file system on a new directory. */
function mountNew(steps: Steps, type: string, options: string): void {
  steps.call(TRIED.mkdirat, AT_FDCWD, "on", 0o755);
  steps.call(TRIED.mount, type, "on", type, 0, options === "" ? 0 : options);
}

/** As the caller would mount it, or, with `inUser`, as root of a user namespace. */
function probeType(type: string, options: string, kinds: readonly KindName[], inUser = !isAdmin()): Answer {
  const { errno, prepared } = inSandbox(kinds, inUser, (steps) => mountNew(steps, type, options));
  if (errno === 0) return ok();
  if (!prepared) return noSandbox();
  if (errno === ENODEV) return missing(`this kernel has no file system ${type}`);
  const { cause, hint } = whyMount(type, options, errno) ?? {};
  return refused(cause ?? `mount: ${errnoText(errno)}`, hint);
}

function probeOverlay(inUser: boolean): Answer {
  const { errno, prepared } = inSandbox([], inUser, (steps) => {
    for (const name of ["lower", "upper", "work", "on"]) steps.call(TRIED.mkdirat, AT_FDCWD, name, 0o755);
    const layers = "lowerdir=lower,upperdir=upper,workdir=work";
    steps.call(TRIED.mount, "overlay", "on", "overlay", 0, inUser ? `${layers},userxattr` : layers);
  });
  if (errno === 0) return ok();
  if (!prepared) return noSandbox();
  if (errno === ENODEV) return missing("this kernel has no file system overlay", "modprobe overlay");
  if (inUser && (errno === EPERM || errno === EINVAL)) {
    return refused("before Linux 5.11 only root mounts overlays; and a security module may forbid it");
  }
  return refused(`mount: ${errnoText(errno)}`);
}

/** An image is mounted from nothing: the kernel's answer shows whether it has the file system. */
function probeImage(type: string): Answer {
  if (!isAdmin()) return refused(ROOT_ONLY);
  const { errno, prepared } = inSandbox([], false, (steps) => {
    steps.call(TRIED.mkdirat, AT_FDCWD, "on", 0o755);
    steps.call(TRIED.mount, "/dev/null", "on", type, 1, 0);
  });
  if (!prepared) return noSandbox();
  if (errno === ENODEV) return missing(`this kernel has no file system ${type}`, `modprobe ${type}`);
  if (errno === EPERM) return refused(ROOT_ONLY);
  return type === "squashfs" && !existsSync("/dev/loop-control")
    ? missing("there is no /dev/loop-control, so no loop device", "modprobe loop")
    : ok();
}

/** The probes of mounts. */
export const MOUNT_PROBES: readonly Probe[] = [
  {
    name: "proc",
    title: "A /proc of one's own",
    for: "/proc inside",
    optional: false,
    probe: () => probeType("proc", "", ["pid"]),
  },
  {
    name: "proc-in-user",
    title: "The same inside a user namespace",
    for: "ordinary users, -U, containers in containers",
    optional: true,
    probe: () => probeType("proc", "", ["pid"], true),
  },
  {
    name: "sysfs",
    title: "A /sys of one's own",
    for: "/sys of an own network",
    optional: true,
    probe: () => probeType("sysfs", "", ["net"]),
  },
  {
    name: "devpts",
    title: "Terminals of one's own",
    for: "-t, /dev/pts inside",
    optional: false,
    probe: () => probeType("devpts", "newinstance,ptmxmode=0666,mode=620", []),
  },
  {
    name: "mqueue",
    title: "POSIX message queues",
    for: "/dev/mqueue inside",
    optional: true,
    probe: () => probeType("mqueue", "", ["ipc"]),
  },
  {
    name: "overlay",
    title: "Overlays",
    for: "--overlay, traces",
    optional: true,
    probe: () => probeOverlay(!isAdmin()),
  },
  {
    name: "overlay-in-user",
    title: "Overlays inside a user namespace",
    for: "--overlay of ordinary users and with -U",
    optional: true,
    probe: () => probeOverlay(true),
  },
  ...["squashfs", "erofs"].map((type) => ({
    name: type,
    title: `${type} images`,
    for: `roots and layers that are ${type} images`,
    optional: true,
    probe: () => probeImage(type),
  })),
];
