/** Why a container could not be put on its network. */
import type { Op } from "../plan/plan.ts";
import type { Finding } from "./why-clone.ts";

const [ENOENT, EEXIST, ENODEV, EADDRINUSE, EXFULL, EPERM, EOPNOTSUPP] = [2, 17, 19, 98, 54, 1, 95];

/** The cause, where the errno tells it. */
export function whyLease(errno: number): Finding {
  if (errno === EADDRINUSE) return { cause: "another container has it" };
  return errno === ENOENT ? { cause: "the network, or the address, was given up meanwhile" } : {};
}

/** The same for messages about devices, addresses and routes. */
export function whyNetlink(op: Op, errno: number): Finding {
  switch (errno) {
    case ENODEV:
      return { cause: "the network's bridge is gone", hint: "The next run makes it again" };
    case EEXIST:
      return {
        cause: "a device of that name is there already",
        hint: "`nsbox net prune` removes what is left",
      };
    case EXFULL:
      return { cause: "the bridge has as many ports as a bridge can have, 1023" };
    case EPERM:
      return { cause: "it needs CAP_NET_ADMIN over both network namespaces" };
    case EOPNOTSUPP:
      return op.op === "netlink_inside"
        ? { cause: "the kernel has no IPv6 here" }
        : { cause: "the kernel has no veth" };
    default:
      return {};
  }
}
