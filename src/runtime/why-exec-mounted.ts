/** Why a command was not executed where the files inside come from more places than ROOTFS. */
import type { Plan } from "../plan/plan.ts";
import { errnoName, errnoText } from "../sys/errno.ts";
import { NsboxError } from "../util/errors.ts";

const [ENOENT, NOT_FOUND, NOT_EXECUTABLE] = [2, 127, 126];

/** 1 where files inside may be others than those of ROOTFS. */
export const hasMountedFiles = (plan: Plan): boolean =>
  plan.ops.some(({ op }) => ["memory_root", "overlay", "bind", "image"].includes(op));

/** The error for `execve` of `name`, looked up in `path`. */
export function whyExecMounted(name: string, path: string, errno: number): NsboxError {
  const details = { errno: errnoName(errno), op: "exec" };
  const call = `execve: ${errnoText(errno)}`;
  if (errno !== ENOENT) {
    return new NsboxError(`Cannot execute "${name}"`, {
      cause: call,
      ...details,
      code: "not-executable",
      status: NOT_EXECUTABLE,
    });
  }
  const where = name.includes("/") ? "it is not there" : `it is not in ${path}`;
  return new NsboxError(`Command "${name}" not found inside`, {
    cause: `${where}, or the loader or interpreter that it needs is not; ${call}`,
    hint: "`nsbox verify-rootfs ROOTFS` says what a tree lacks; what is bound inside needs its libraries too, most often /usr, /lib and /lib64",
    ...details,
    code: "command-not-found",
    status: NOT_FOUND,
  });
}
