/** Why a container could not be entered, or the command not be started in it. */
import type { Op, Plan } from "../plan/plan.ts";
import { errnoName, errnoText } from "../sys/errno.ts";
import { NsboxError } from "../util/errors.ts";
import { isAlive } from "./containers/process.ts";
import { notPermitted } from "./enter/target.ts";
import { whyExec } from "./why-exec.ts";
import { whyTree } from "./why-tree.ts";

type Target = Op & { readonly op: "open_target" };

const [EPERM, ENOENT, ESRCH, EAGAIN, EACCES, ENOTDIR, ELOOP, EOPNOTSUPP] = [1, 2, 3, 11, 13, 20, 40, 95];

/** The error for a step that has to do with the container; undefined for any other. */
export function whyEnter(plan: Plan, op: Op, target: Target, errno: number): NsboxError | undefined {
  const { title, pid } = op.op === "open_target" ? op : target;
  const call = errnoText(errno);
  const isMount = plan.ops.every((other) => other.op !== "enter");
  const details = {
    code: "step-failed",
    op: op.op,
    errno: errnoName(errno),
    ...(isMount ? { status: 1 } : {}),
  };
  if (op.op === "open_target" || op.op === "enter") {
    if (!isAlive(op.op === "open_target" ? op : target) || errno === ESRCH) {
      return new NsboxError(`Cannot enter ${title}`, { ...details, cause: "it has ended meanwhile" });
    }
    if (errno === EPERM || errno === EACCES) return notPermitted(pid, title);
    if (op.op === "enter" && errno === EAGAIN) {
      return new NsboxError(`Cannot enter ${title}`, {
        ...details,
        cause: `a limit on processes is reached; clone: ${call}`,
        hint: "`--no-cgroup` leaves the command in the caller's cgroup, beside the container's limits",
      });
    }
    return new NsboxError(`Cannot enter ${title}`, {
      ...details,
      cause: `${op.op === "enter" ? "setns, chroot, clone" : "pidfd_open, openat"}: ${call}`,
    });
  }
  if (op.op === "cgroup_enter") {
    return new NsboxError(`Cannot join cgroup "${op.path}"`, {
      ...details,
      cause: `write ${op.version === 1 ? "tasks" : "cgroup.procs"}: ${cgroupCause(errno) ?? call}`,
      hint: "`--no-cgroup` leaves the command in the caller's cgroup",
    });
  }
  if (op.op.endsWith("_tree")) return whyTree(plan, op, errno);
  const root = target.root ? `/proc/${pid}/root` : "/";
  if (op.op === "exec") {
    const cwd = plan.ops.findLast((other) => other.op === "chdir")?.path ?? "/";
    const landlock = plan.ops.some((other) => other.op === "landlock_path");
    return whyExec(root, plan.argv[0] ?? "", op.path, cwd, errno, landlock, title);
  }
  if (op.op === "chdir") {
    const cause = {
      [ENOENT]: "there is no such directory inside",
      [ENOTDIR]: "it is no directory",
      [ELOOP]: "it leads through a link of /proc, which may lead outside",
    }[errno];
    return new NsboxError(`Cannot go to directory "${op.path}" in ${title}`, {
      ...details,
      cause: cause === undefined ? `chdir: ${call}` : `${cause}; chdir: ${call}`,
    });
  }
  return undefined;
}

const cgroupCause = (errno: number): string | undefined =>
  errno === ENOENT
    ? "there is no such cgroup any more"
    : errno === EACCES
      ? `user ${process.geteuid!()} may not write to it (EACCES)`
      : errno === EOPNOTSUPP
        ? "it takes no processes, only threads or cgroups below (EOPNOTSUPP)"
        : undefined;
