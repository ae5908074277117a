/** Why the mounts of a container that runs could not be changed. */
import type { Op, Plan } from "../plan/plan.ts";
import { errnoName, errnoText } from "../sys/errno.ts";
import { NsboxError } from "../util/errors.ts";

const [EPERM, ENOENT, EBUSY, ENOTDIR, EISDIR, EINVAL, ENOSYS] = [1, 2, 16, 20, 21, 22, 38];

/** The error for an operation whose name ends in `_tree`. */
export function whyTree(plan: Plan, op: Op, errno: number): NsboxError {
  const targets = plan.ops.filter((other) => other.op === "open_target");
  const title = ("container" in op ? targets[op.container]?.title : undefined) ?? "the container";
  const { cause, hint } = reason(op, errno);
  const call = errnoText(errno);
  return new NsboxError(action(op, title), {
    cause: cause === undefined ? call : `${cause}; ${call}`,
    ...(hint === undefined ? {} : { hint }),
    code: "step-failed",
    op: op.op,
    errno: errnoName(errno),
    status: 1,
  });
}

function action(op: Op, title: string): string {
  switch (op.op) {
    case "copy_tree":
      return `Cannot mount "${op.path}" in ${title}`;
    case "attach_tree":
      return `Cannot mount on "${op.target}" in ${title}`;
    case "detach_tree":
      return `Cannot take away what is mounted on "${op.target}" in ${title}`;
    default:
      return "Cannot make a filesystem that containers share";
  }
}

interface Reason {
  readonly cause?: string;
  readonly hint?: string;
}

function reason(op: Op, errno: number): Reason {
  if (errno === ENOSYS)
    return { cause: "mounts are changed before anybody sees them, which needs Linux 5.12" };
  if (op.op === "copy_tree") {
    if (errno === EPERM)
      return { cause: "an option is refused: what the host mounted so stays so in a user namespace" };
    return errno === EINVAL ? { cause: "it lies below a mount that may not be copied" } : {};
  }
  if (op.op === "attach_tree") {
    if (errno === ENOENT)
      return {
        cause: "there is nothing of that name inside",
        hint: "It has to be there: `nsbox exec` runs mkdir",
      };
    if (errno === ENOTDIR) return { cause: "a directory is mounted on directories only, and it is none" };
    if (errno === EISDIR) return { cause: "a file is mounted on files only, and it is a directory" };
    return errno === EBUSY ? { cause: "it is the container's root" } : {};
  }
  if (op.op !== "detach_tree") return {};
  if (errno === EPERM) return { cause: "the container's set-up made it, and there it stays" };
  if (errno === ENOENT) return { cause: "there is nothing of that name inside" };
  if (errno === EINVAL)
    return { cause: "nothing is mounted there, or what cannot be taken away in a user namespace" };
  return errno === EBUSY
    ? { cause: "it is in use", hint: "With `--lazy` it goes when nobody uses it any more" }
    : {};
}
