/** The `error:` line for a failed step. */

import { KINDS } from "../ns/kinds.ts";
import { describe, sourceOf } from "../plan/describe.ts";
import type { Op, Plan } from "../plan/plan.ts";
import { endpoint } from "../sandbox/network/publish.ts";
import { RESOURCES } from "../sys/resources.ts";
import { cgroupAction } from "./limits/why-cgroup.ts";
import { scopeAction } from "./limits/why-scope.ts";
import { unfitStream } from "./why-mount.ts";

/** Operations whose sentence would not name the thing as the user knows it have their own. */
export function action(op: Op, root: string, plan: Plan): string {
  switch (op.op) {
    case "open_source":
    case "hand_source":
      return `Cannot bind "${op.path}"`;
    case "bind":
      return `Cannot bind "${sourceOf(plan, op.slot)}" on "${op.target}"`;
    case "open_layer":
      return `Cannot open layer "${op.path}"`;
    case "open_image":
      return `Cannot open image "${op.path}"`;
    case "image":
      return `Cannot mount ${op.type} image "${sourceOf(plan, op.slot)}" on "${op.target}"`;
    case "overlay":
      return op.target === ""
        ? `Cannot lay an overlay over root filesystem "${root}"`
        : `Cannot mount an overlay on "${op.target}"`;
    case "directory":
      return `Cannot make directory "${op.path}"`;
    case "symlink":
      return `Cannot make link "${op.path}"`;
    case "file":
      return `Cannot make file "${op.path}"`;
    case "device":
      return `Cannot provide device "${op.path}"`;
    case "mask":
      return `Cannot hide "${op.path}"`;
    case "read_only":
      return `Cannot make "${op.path}" read-only`;
    case "open_root":
      return `Cannot open root filesystem "${op.path}"`;
    case "lock_root":
      return `Cannot lock root filesystem "${root}"`;
    case "mount_point":
      return `Cannot use "${op.path}" of root filesystem "${root}" as a mount point`;
    case "mount":
      return `Cannot mount ${op.type} on "${op.target}"`;
    case "clone":
      return op.flags === 0 ? "Cannot create the process" : "Cannot create namespaces";
    case "chdir":
      return `Cannot go to directory "${op.path}" in root filesystem "${root}"`;
    case "standard_fds":
      return `Cannot hand on ${unfitStream()?.name ?? "standard input, output and error"}`;
    case "join":
      return `Cannot join ${KINDS.find(({ flag }) => flag === op.type)?.title} namespace "${op.path}"`;
    case "join_mounts":
      return "Cannot enter the mount namespace";
    case "capabilities":
      return "Cannot set the capabilities";
    case "uid_map":
    case "newuidmap":
      return "Cannot map user ids";
    case "gid_map":
    case "newgidmap":
      return "Cannot map group ids";
    case "limit":
      return `Cannot set the limit ${RESOURCES.find(({ number }) => number === op.resource)?.name}`;
    case "trace":
      return "Cannot watch which files the command uses";
    case "init_file":
    case "init":
      return "Cannot start an init as PID 1";
    case "bind_namespaces":
    case "keep_namespaces":
      return `Cannot bind namespaces in "${op.path}"`;
    case "run_beside":
      return `Cannot make a network by ${nameOf(op.tool)}`;
    case "publish":
      return `Cannot publish ${op.protocol === "udp" ? "UDP port" : "port"} ${endpoint(op.address, op.port)}`;
    case "network_helper":
      return "Cannot start the network helper";
    case "cgroup_make":
    case "cgroup_write":
    case "cgroup_enter":
      return cgroupAction(op);
    case "systemd_scope":
    case "systemd_attach":
    case "cgroup_devices":
    case "cgroup_override":
      return scopeAction(op);
    case "also_networks":
      return "Cannot connect to the networks that the container was put on while it ran";
    case "make_network":
      return `Cannot make network namespace "${op.name}"`;
    case "name_network":
      return `Cannot call the network namespace of process ${op.pid} "${op.name}"`;
    case "landlock_path":
      return `Cannot allow "${op.path}" by Landlock`;
    default: {
      const sentence = describe(op, plan);
      return `Cannot ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
    }
  }
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
