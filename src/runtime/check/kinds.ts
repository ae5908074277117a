/** Whether each kind of namespace can be made, tried by unshare(2) in a child. */
import { existsSync } from "node:fs";
import { flagOf, KINDS, type KindName } from "../../ns/kinds.ts";
import { attempt, TRIED } from "../../sys/attempt.ts";
import { errnoText } from "../../sys/errno.ts";
import { whyClone } from "../why-clone.ts";
import { type Answer, missing, ok, type Probe, refused } from "./probe.ts";

const EINVAL = 22;

/** The option of the kernel's configuration, and the version that brought the kind. */
const SINCE: Readonly<Record<KindName, string>> = {
  user: "CONFIG_USER_NS",
  mnt: "CONFIG_NAMESPACES",
  pid: "CONFIG_PID_NS",
  net: "CONFIG_NET_NS",
  uts: "CONFIG_UTS_NS",
  ipc: "CONFIG_IPC_NS",
  cgroup: "CONFIG_CGROUPS",
  time: "CONFIG_TIME_NS, of Linux 5.6",
};

/** The errno of unshare(2) with these flags; 0 where it works. */
const unshareErrno = (flags: number): number => attempt(0, [{ number: TRIED.unshare, args: [flags] }]).errno;

/**
 * Whether the kernel has a kind: its link under /proc/self/ns, and any answer of unshare(2) but EINVAL. Who
 * may make one is another question.
 */
export const hasKind = (kind: KindName): boolean =>
  existsSync(`/proc/self/ns/${kind}`) && unshareErrno(flagOf(kind)) !== EINVAL;

function probeKind(kind: KindName): Answer {
  const flag = flagOf(kind);
  const absent = missing(`this kernel was built without ${SINCE[kind]}`);
  if (!existsSync(`/proc/self/ns/${kind}`)) return absent;
  const direct = unshareErrno(flag);
  if (direct === 0) return ok();
  if (direct === EINVAL) return absent;
  const flags = flag === flagOf("user") ? flag : flag + flagOf("user");
  const errno = flags === flag ? direct : unshareErrno(flags);
  if (errno === 0) return ok("inside a user namespace of one's own");
  const { cause, hint } = whyClone(flags, errno);
  return refused(cause ?? `unshare: ${errnoText(errno)}`, hint);
}

/** Those whose absence a run passes over with a note. */
const OPTIONAL: readonly KindName[] = ["time"];

/** A probe a kind. */
export const KIND_PROBES: readonly Probe[] = KINDS.map(({ name, title, shares }) => ({
  name,
  title: `${title} namespaces`,
  for: `${shares} apart from the host's`,
  optional: OPTIONAL.includes(name),
  probe: () => probeKind(name),
}));
