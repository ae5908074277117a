/** Why a step failed, and what to do about it: who looks for the cause of which operation. */
import { flagOf } from "../ns/kinds.ts";
import type { Op, Plan } from "../plan/plan.ts";
import { whyCgroup } from "./limits/why-cgroup.ts";
import { whyScope } from "./limits/why-scope.ts";
import { whyBeside } from "./why-beside.ts";
import { whyBind, whyImage, whyMade, whyOpenSource, whyOverlay, whyTarget } from "./why-bind.ts";
import { whyBindNamespaces } from "./why-bind-namespaces.ts";
import { type Finding, whyClone, whyTimeOffsets } from "./why-clone.ts";
import { whyCapabilities, whyIds, whyLandlock, whyLimit, whyTool } from "./why-identity.ts";
import { whyJoin } from "./why-join.ts";
import { whyMount, whyStandardFds } from "./why-mount.ts";
import { whyNameNetwork } from "./why-netns.ts";
import { whyLease, whyNetlink } from "./why-network.ts";
import { whyPublish } from "./why-publish.ts";
import { whyChdir, whyLock, whyMountPoint, whyOpenRoot } from "./why-root.ts";

const [EPERM, EAGAIN, EBUSY, EINVAL, ELOOP, EDQUOT] = [1, 11, 16, 22, 40, 122];

const MOUNTS = flagOf("mnt");

/** What the causes are looked for in. */
export interface Place {
  readonly plan: Plan;
  readonly root: string;
  /** Where records of mount points may stand. */
  readonly states: readonly string[];
  readonly errno: number;
}

/** What is found out about a failed operation; nothing where the errno says it all. */
export function finding(op: Op, { plan, root, states, errno }: Place): Finding {
  switch (op.op) {
    case "open_root":
      return whyOpenRoot(op.path, plan.argv[0] ?? "", errno);
    case "lock_root":
      return whyLock(errno);
    case "mount_point":
      return whyMountPoint(root, op.path, op.follow === 1, states, errno);
    case "clone": {
      const joined = plan.ops.find((other) => other.op === "join" && other.type === MOUNTS);
      if (joined?.op === "join" && errno === EPERM) return whyJoin(joined.type, joined.path, errno);
      return whyClone(op.flags, errno);
    }
    case "join_mounts":
      for (const other of plan.ops) {
        if (other.op === "join" && other.type === MOUNTS) return whyJoin(other.type, other.path, errno);
      }
      return {};
    case "mount":
      return whyMount(op.type, op.options, errno) ?? (op.make ? whyTarget(op.target, plan, errno) : {});
    case "open_source":
    case "hand_source":
    case "open_layer":
    case "open_image":
      return whyOpenSource(op, plan, errno);
    case "bind":
      return whyBind(op, plan, errno);
    case "overlay":
      return whyOverlay(op, plan, errno);
    case "image":
      return whyImage(op, plan, errno);
    case "directory":
    case "symlink":
    case "file":
    case "device":
      return whyMade(op, plan, errno);
    case "propagation":
      return errno === EINVAL ? { cause: "nsbox itself runs in a chroot, whose root is no mount point" } : {};
    case "chdir":
      if (errno === ELOOP) return { cause: "it leads through a link of /proc, which may lead outside" };
      return whyChdir(root, op.path, errno);
    case "join":
      return whyJoin(op.type, op.path, errno);
    case "newuidmap":
    case "newgidmap":
      return whyTool(op.tool);
    case "uid_map":
    case "gid_map":
    case "set_up_ids":
    case "ids":
    case "groups":
      return whyIds(op.op, errno);
    case "capabilities":
      return whyCapabilities(op.required);
    case "limit":
    case "nice":
    case "oom_score_adj":
    case "cpu_affinity":
      return whyLimit(op.op, errno);
    case "landlock_ruleset":
    case "landlock_path":
      return whyLandlock(op.op, errno);
    case "cgroup_make":
    case "cgroup_write":
    case "cgroup_enter":
      return whyCgroup(op, errno);
    case "systemd_scope":
    case "systemd_attach":
    case "cgroup_devices":
    case "cgroup_override":
      return whyScope(op, errno);
    case "init":
      if (errno === EAGAIN) {
        return { cause: "a limit on processes is reached", hint: "The init is one more than the command" };
      }
      return errno === EPERM
        ? { cause: "the system call filter refuses it", hint: "Allow clone and execveat in the profile" }
        : {};
    case "bind_namespaces":
    case "keep_namespaces":
      return whyBindNamespaces(errno);
    case "run_beside":
      return whyBeside(errno);
    case "lease":
      return whyLease(errno);
    case "netlink_before":
    case "netlink_outside":
    case "netlink_inside":
    case "also_networks":
      return whyNetlink(op, errno);
    case "make_network":
    case "name_network":
      return whyNameNetwork(op.directory, op.name, errno);
    case "keyring":
      return errno === EDQUOT
        ? {
            cause: "this user has as many keyrings as kernel.keys.maxkeys allows",
            hint: "sysctl -w kernel.keys.maxkeys=2000",
          }
        : {};
    case "standard_fds":
      return whyStandardFds();
    case "trace":
      return errno === EBUSY ? { cause: "this process is traced already, and the kernel allows one" } : {};
    case "publish":
      return whyPublish(op, errno);
    case "time_offsets":
    case "child_time_offsets":
      return whyTimeOffsets(errno);
    default:
      return {};
  }
}
