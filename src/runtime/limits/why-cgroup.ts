/** Why a cgroup could not be made, given a limit, or entered. See cgroups(7). */
import type { Op } from "../../plan/plan.ts";
import type { Finding } from "../why-clone.ts";

type CgroupOp = Op & { readonly op: "cgroup_make" | "cgroup_write" | "cgroup_enter" };

const [EPERM, ENOENT, EAGAIN, EACCES, EBUSY, ENODEV, EINVAL] = [1, 2, 11, 13, 16, 19, 22];
const [ENOSPC, EROFS, ERANGE, ENAMETOOLONG, EBADMSG, EOPNOTSUPP] = [28, 30, 34, 36, 74, 95];

const last = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
const above = (path: string): string => path.slice(0, path.lastIndexOf("/"));

/** The `error:` line. */
export function cgroupAction(op: CgroupOp): string {
  if (op.op === "cgroup_make") return `Cannot make cgroup "${op.path}"`;
  if (op.op === "cgroup_enter") return `Cannot put the command into cgroup "${op.path}"`;
  return `Cannot set ${op.option}: "${op.value}" was not taken by "${op.path}"`;
}

/** The cause and what to do about it, as far as the errno tells. */
export function whyCgroup(op: CgroupOp, errno: number): Finding {
  if (op.op === "cgroup_make") return whyMake(op, errno);
  return op.op === "cgroup_write" ? whyWrite(op, errno) : whyEnter(op, errno);
}

function whyMake({ path, point, controllers }: Op & { op: "cgroup_make" }, errno: number): Finding {
  switch (errno) {
    case EROFS:
      return { cause: `"${point}" is mounted read-only` };
    case EPERM:
      // See security_task_setscheduler in the kernel: cpuset moves every process that is beside it.
      if (controllers.split(" ").includes("cpuset")) {
        return { cause: "a cgroup beside it has a process of another user, who cannot be given a cpuset" };
      }
      return { cause: `user ${process.geteuid!()} may not write to a cgroup above it` };
    case EACCES:
      return { cause: `user ${process.geteuid!()} may not write to a cgroup above it` };
    case EBUSY:
      return controllers === ""
        ? { cause: "a cgroup of that name is there, and its processes do not end" }
        : {
            cause: `a cgroup above it has processes of its own, and beside processes it can hand down none of these controllers: ${controllers}`,
            hint: "See cgroup.procs of each, from the top, and move them into a cgroup of their own below it",
          };
    case EOPNOTSUPP:
      return { cause: "a cgroup above it is threaded, and hands down no such controllers" };
    case ENOSPC:
      return { cause: "the kernel has no number left for another cgroup, or a cpuset above it is empty" };
    case EAGAIN:
      return { cause: "cgroup.max.descendants or cgroup.max.depth of a cgroup above it is reached" };
    case ENOENT:
      return controllers === ""
        ? {}
        : { cause: `a cgroup above "${path}" was not given one of these controllers: ${controllers}` };
    case ENAMETOOLONG:
      return { cause: "the path is too long" };
    default:
      return {};
  }
}

/** What stands behind EINVAL and its like, by the option. */
const VALUES: Readonly<Record<string, string>> = {
  "--cpus": "a cgroup above it has less processor time",
  "--cpuset": "a cgroup above it does not have all of these processors, or one of them is switched off",
  "--memory-swap": "memory and swap together cannot be less than memory",
  "--io-max": "the kernel has no such disk, or none that can be limited",
  "--io-weight": "no scheduler that weighs is in use, as bfq is, or the weight is not one of its own",
};

function whyWrite(op: Op & { op: "cgroup_write" }, errno: number): Finding {
  const file = last(op.path);
  switch (errno) {
    case ENOENT:
      return whyNoFile(file, op.option);
    case EBADMSG:
      return { cause: "the kernel took it without an error, and reads back something else" };
    case EACCES:
    case EPERM:
      return op.option === "--cpuset"
        ? { cause: VALUES[op.option]! }
        : { cause: `user ${process.geteuid!()} may not write to it` };
    case EBUSY:
      return { cause: "more than that is in use already" };
    case EINVAL:
    case ERANGE:
    case ENODEV: {
      const cause = VALUES[op.option];
      return cause === undefined ? { cause: "the kernel does not take such a value" } : { cause };
    }
    default:
      return {};
  }
}

/** The controller is there, and the file is not. */
function whyNoFile(file: string, option: string): Finding {
  if (file.startsWith("memory.memsw.") || file.startsWith("memory.swap.")) {
    return {
      cause: "this kernel does not count swap",
      hint: "Its command line needs swapaccount=1; or leave --memory-swap out",
    };
  }
  if (option === "--io-weight") {
    return { cause: "this kernel weighs no disks: it has neither io.cost nor bfq" };
  }
  return { cause: "this kernel has no such file" };
}

function whyEnter({ path, version }: Op & { op: "cgroup_enter" }, errno: number): Finding {
  switch (errno) {
    case ENOENT:
      return { cause: "it was removed meanwhile" };
    case ENOSPC:
      return { cause: "it has no processors or no memory: cpuset.cpus or cpuset.mems is empty" };
    case EACCES:
    case EPERM:
      return {
        cause:
          version === 2
            ? `user ${process.geteuid!()} may not move processes out of its own cgroup: that takes the right to write to cgroup.procs of one above both`
            : `user ${process.geteuid!()} may not write to its tasks`,
      };
    case EBUSY:
      return { cause: "it hands controllers down, and so takes no processes of its own" };
    case EOPNOTSUPP:
      return { cause: `"${above(path)}" is threaded` };
    default:
      return {};
  }
}
