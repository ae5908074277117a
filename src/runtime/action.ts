/** The `error:` line for a failed step. */

import { KINDS } from "../ns/kinds.ts";
import { describe } from "../plan/describe.ts";
import type { Op } from "../plan/plan.ts";
import { RESOURCES } from "../sys/resources.ts";
import { unfitStream } from "./why-mount.ts";

/** Operations whose sentence would not name the thing as the user knows it have their own. */
export function action(op: Op, root: string): string {
  switch (op.op) {
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
    case "landlock_path":
      return `Cannot allow "${op.path}" by Landlock`;
    default: {
      const sentence = describe(op);
      return `Cannot ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
    }
  }
}
