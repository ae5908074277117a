/** Why systemd gave no scope, and why devices were not guarded. */
import type { Op } from "../../plan/plan.ts";
import type { Finding } from "../why-clone.ts";

type ScopeOp = Op & {
  readonly op: "systemd_scope" | "systemd_attach" | "cgroup_devices" | "cgroup_override";
};

const [EPERM, ENOENT, EIO, EACCES, EEXIST, EINVAL] = [1, 2, 5, 13, 17, 22];
const [ECONNRESET, ETIMEDOUT, ECONNREFUSED, EHOSTUNREACH, EREMOTEIO, ECANCELED] = [
  104, 110, 111, 113, 121, 125,
];

/** The `error:` line. */
export function scopeAction(op: ScopeOp): string {
  if (op.op === "systemd_scope") return `Cannot have systemd make the scope "${op.unit}"`;
  if (op.op === "systemd_attach") return `Cannot have systemd put the command into the scope "${op.unit}"`;
  if (op.op === "cgroup_devices")
    return `Cannot set --device-rule: cgroup "${op.path}" got no guard of devices`;
  return `Cannot set the limits in "${op.file}", by which \`nsbox update\` has changed those of the container`;
}

/** The cause and what to do about it. */
export function whyScope(op: ScopeOp, errno: number): Finding {
  if (op.op === "systemd_scope" || op.op === "systemd_attach") return whySystemd(op, errno);
  if (op.op === "cgroup_override") return {};
  if (errno === EPERM) {
    return {
      cause:
        "the kernel lets no one without CAP_BPF and CAP_NET_ADMIN of the whole machine set such a program",
    };
  }
  return errno === EINVAL
    ? { cause: "this kernel has no such programs for cgroups (CONFIG_CGROUP_BPF)" }
    : {};
}

const FILES = "With `--cgroup-manager files` nsbox run makes the cgroup itself";

function whySystemd(op: Op & { op: "systemd_scope" | "systemd_attach" }, errno: number): Finding {
  switch (errno) {
    case ENOENT:
    case ECONNREFUSED:
      return {
        cause: `nobody listens at "${op.socket}"${op.bus === "" ? "" : ` or "${op.bus}"`}`,
        hint: FILES,
      };
    case EACCES:
      return { cause: "systemd refuses it to this user", hint: FILES };
    case EEXIST:
      return { cause: "a unit of that name is there, and does not end" };
    case ETIMEDOUT:
      return { cause: "systemd did not answer, or did not finish, within 30 seconds" };
    case ECONNRESET:
      return { cause: "systemd closed the connection" };
    case EHOSTUNREACH:
      return { cause: `nobody answers for systemd on the bus "${op.bus}"`, hint: FILES };
    case ECANCELED:
    case EREMOTEIO:
    case EIO:
      return {
        cause: "systemd could not do it; what it says stands above",
        hint: "`journalctl -e` tells more",
      };
    default:
      return {};
  }
}
