/** Why something of the host's could not be opened, or be mounted where it was to be. */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { ownMounts } from "../ns/own-mounts.ts";
import { sourceOf } from "../plan/describe.ts";
import type { Op, Plan } from "../plan/plan.ts";
import { lookAt } from "../util/in-root.ts";
import type { Finding } from "./why-clone.ts";
import { closedDirectory } from "./why-root.ts";

const [EPERM, ENOENT, EBADF, EACCES, EBUSY, EEXIST, EXDEV] = [1, 2, 9, 13, 16, 17, 18];
const [ENODEV, ENOTDIR, EISDIR, EINVAL, EMFILE, EROFS] = [19, 20, 21, 22, 24, 30];
const [ENOSYS, ELOOP] = [38, 40];

const inUserNamespace = (plan: Plan): boolean =>
  plan.ops.some(({ op }) => op === "uid_map" || op === "newuidmap");

/** Mounts of this namespace below `path`. */
const mountsBelow = (path: string): string[] =>
  ownMounts()
    .map((mount) => mount.path)
    .filter((point) => point.startsWith(path === "/" ? "/" : `${path}/`) && point !== "/");

/** Opening a source, a layer or an image. `recursive`: with the mounts below it. */
export function whyOpenSource(op: Op & { path: string }, plan: Plan, errno: number): Finding {
  const { path } = op;
  if (errno === ENOENT) {
    return {
      cause: existsSync(dirname(path)) ? "it is not there" : `"${dirname(path)}" is not there`,
      ...(op.op === "open_source" || op.op === "hand_source"
        ? { hint: 'With the option "try" a source that is absent is skipped' }
        : {}),
    };
  }
  if (errno === ENOTDIR) return { cause: "it is no directory" };
  if (errno === EMFILE) {
    return {
      cause: "each source is an open file until it is mounted, and the limit on open files is reached",
      hint: "Raise it (ulimit -n), or bind a directory instead of each file in it",
    };
  }
  if (errno === EACCES) {
    const closed = closedDirectory(path);
    return closed === undefined
      ? { cause: "it is not readable for this user" }
      : { cause: `directory "${closed}" may not be searched by this user` };
  }
  if (op.op === "hand_source" && op.idmap && errno === EINVAL) {
    return { cause: "its filesystem, or one that is mounted below it, cannot map owners" };
  }
  if (errno !== EINVAL) return {};
  const below = mountsBelow(path);
  if ("recursive" in op && !op.recursive && below.length > 0 && inUserNamespace(plan)) {
    return {
      cause: `a user namespace may not look below the mounts in it (${below.slice(0, 3).join(", ")})`,
      hint: 'Bind them too: leave out the option "bind"',
    };
  }
  return { cause: "it is mounted unbindable" };
}

/** Why there is no target inside: what it lies in decides. */
function whyNoTarget(plan: Plan, target: string): Finding {
  const over = plan.ops.findLast(
    (op) =>
      (op.op === "bind" || op.op === "mount" || op.op === "image" || op.op === "overlay") &&
      op.target !== target &&
      target.startsWith(`${op.target}/`) &&
      op.target !== "",
  );
  if (over?.op === "bind") {
    const source = sourceOf(plan, over.slot);
    return {
      cause: `the target lies in "${source}" of the host, where nothing is made`,
      hint: `Make it beforehand: mkdir -p ${source}${target.slice(over.target.length)}`,
    };
  }
  if (over !== undefined && "type" in over) {
    return { cause: `the target lies in a ${over.type}, where nothing can be made` };
  }
  const joined = plan.ops.some((op) => op.op === "join_mounts");
  return {
    cause: joined
      ? "the target is not there, and nothing is made in a mount namespace that is joined"
      : "the target is not there, and nothing is made where it would be",
    hint: joined
      ? 'Make it there beforehand, or mount a "--tmpfs" above it'
      : 'Make it beforehand, or begin with "--overlay"',
  };
}

const MISMATCH = "of source and target one is a directory, and one is not";

/** Mounting on a target. */
export function whyTarget(target: string, plan: Plan, errno: number): Finding {
  if (errno === ENOENT) return whyNoTarget(plan, target);
  if (errno === ENOTDIR) {
    return { cause: "a file stands where the path of the target needs a directory" };
  }
  if (errno === EISDIR) return { cause: MISMATCH };
  if (errno === EROFS) {
    return {
      cause: "it is not there, and what it would be made in is read-only",
      hint: "Mount that without the option ro",
    };
  }
  if (errno === EBUSY) return { cause: "it is the root itself" };
  if (errno === ELOOP)
    return { cause: "links on the way to the target lead in a circle, or are not followed here" };
  return {};
}

/** Binding. */
export function whyBind(op: Op & { op: "bind" }, plan: Plan, errno: number): Finding {
  if (errno === EPERM && inUserNamespace(plan)) {
    return {
      cause:
        "what the host has mounted read-only, nosuid, nodev, noexec or with its way of keeping access times stays so in a user namespace",
      hint: "Leave out the option that would change it",
    };
  }
  if (errno === ENOSYS) {
    return {
      cause: "there are mounts below it, and to change them all needs Linux 5.12",
      hint: 'With the option "bind" they are left out',
    };
  }
  if (errno === EINVAL) return { cause: MISMATCH };
  return whyTarget(op.target, plan, errno);
}

/** Overlays. */
export function whyOverlay(op: Op & { op: "overlay" }, plan: Plan, errno: number): Finding {
  const layers = op.lower.split(",").map((slot) => sourceOf(plan, Number(slot)));
  const root = plan.ops.find((other) => other.op === "open_root")?.path;
  if (errno === EINVAL && inUserNamespace(plan)) {
    for (const path of layers.map((layer) => layer ?? root ?? "/")) {
      const below = mountsBelow(path);
      if (below.length === 0) continue;
      return {
        cause: `a user namespace may not look below the mounts in "${path}" (${below.slice(0, 3).join(", ")})`,
        hint: `Take a directory without mounts, or run as root without "-U"`,
      };
    }
  }
  if (errno === EINVAL) {
    return {
      cause: "a layer lies in another, or UPPER and WORK are not on one filesystem that can hold changes",
    };
  }
  if (errno === ELOOP) return { cause: "a layer lies in another, or is given twice" };
  if (errno === EROFS) return whyNoChanges(op, plan);
  if (errno === EPERM) return { cause: "before Linux 5.11 only root mounts overlays" };
  if (errno === EBUSY) return { cause: "UPPER or WORK is in use by another overlay" };
  if (errno === ENODEV) return { cause: "this kernel has no overlay filesystem" };
  return op.target === "" ? {} : whyTarget(op.target, plan, errno);
}

/** The ids outside of root inside, as chown(1) takes them. */
function rootInside(plan: Plan): string {
  const outside = (names: readonly string[]): string => {
    const op = plan.ops.find((other) => names.includes(other.op));
    const map = op !== undefined && "map" in op ? op.map : "0 0 1";
    return /^\s*0\s+(\d+)\s/m.exec(map)?.[1] ?? "USER";
  };
  return `${outside(["uid_map", "newuidmap"])}:${outside(["gid_map", "newgidmap"])}`;
}

/** An overlay that came out read-only: the kernel could not prepare its work directory. */
function whyNoChanges({ upper, work }: Op & { op: "overlay" }, plan: Plan): Finding {
  const [upperPath, workPath] = [sourceOf(plan, upper), sourceOf(plan, work)];
  if (upperPath === undefined || workPath === undefined) return { cause: "its changes cannot be kept" };
  const owner = (path: string): string => {
    const uid = lookAt(path)?.uid;
    return uid === undefined ? "" : ` (of user ${uid})`;
  };
  return {
    cause: `overlayfs cannot write to UPPER "${upperPath}"${owner(upperPath)} and WORK "${workPath}"${owner(workPath)} as root of the command's user namespace`,
    hint: `Both, with what is in them, are to belong to whoever is root inside: chown -R ${rootInside(plan)} ${upperPath} ${workPath}`,
  };
}

/** Images. */
export function whyImage(op: Op & { op: "image" }, plan: Plan, errno: number): Finding {
  const file = sourceOf(plan, op.slot) ?? "it";
  if (errno === ENODEV) return { cause: `this kernel has no ${op.type} filesystem` };
  if (errno === EINVAL) return { cause: `"${file}" is no ${op.type} image` };
  if (errno === EPERM) return { cause: "only root mounts images, outside any user namespace" };
  if (errno === ENOENT && !existsSync("/dev/loop-control")) {
    return { cause: "there is no /dev/loop-control, so no loop device" };
  }
  return whyTarget(op.target, plan, errno);
}

/** Things that are made. */
export function whyMade(op: Op & { path: string }, plan: Plan, errno: number): Finding {
  if (errno === EXDEV) {
    return {
      cause: "through a link it lies in ROOTFS or on the host, where nothing is made",
      hint: 'Keep changes out of ROOTFS with "--overlay"',
    };
  }
  if (op.op === "device" && errno === ENOENT && !existsSync(op.source)) {
    return { cause: `"${op.source}" is not there on the host, and nodes may not be made here` };
  }
  if (op.op === "device" && errno === ENODEV) {
    return { cause: `"${op.source}" of the host is another device` };
  }
  if (op.op === "file" && errno === EINVAL) return { cause: "a directory is there" };
  if (errno === EEXIST) return { cause: "something else is there already" };
  if (errno === EISDIR) return { cause: "a directory is there" };
  if (op.op === "file" && errno === EBADF) return { cause: `descriptor ${op.from} is not open for reading` };
  return whyTarget(op.path, plan, errno);
}
