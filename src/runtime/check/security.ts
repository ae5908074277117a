/** Whether a command can be confined: filters, Landlock, keyrings. */
import { readFileSync } from "node:fs";
import { attempt, pointerTo, TRIED } from "../../sys/attempt.ts";
import { SYS } from "../../sys/constants.ts";
import { errnoText } from "../../sys/errno.ts";
import { landlockAbi, SCOPES } from "../landlock.ts";
import { whyLandlock } from "../why-identity.ts";
import { type Answer, missing, ok, type Probe, refused, Steps } from "./probe.ts";

const [EACCES, EBUSY, EINVAL, ENOSYS, EDQUOT] = [13, 16, 22, 38, 122];
const PR_SET_NO_NEW_PRIVS = 38;
const SECCOMP_SET_MODE_FILTER = 1;
const SECCOMP_FILTER_FLAG_NEW_LISTENER = 8;
/** One instruction of BPF: return SECCOMP_RET_ALLOW. */
const ALLOW = new Uint8Array([0x06, 0, 0, 0, 0, 0, 0xff, 0x7f]);

function probeFilter(flags: number): Answer {
  const program = new BigUint64Array([1n, pointerTo(ALLOW)]);
  const steps = new Steps();
  steps.call(TRIED.prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  steps.call(TRIED.seccomp, SECCOMP_SET_MODE_FILTER, flags, program);
  const { errno } = attempt(0, steps.list);
  if (errno === 0) return ok();
  if (errno === ENOSYS) return missing("this kernel was built without CONFIG_SECCOMP_FILTER");
  if (errno === EBUSY) return refused("somebody traces this process already, and the kernel allows one");
  if (errno === EINVAL && flags !== 0) return missing("user notification came with Linux 5.0");
  return refused(`seccomp: ${errnoText(errno)}`);
}

function probeLandlock(): Answer {
  const abi = landlockAbi();
  if (abi > 0) {
    const without = [...(abi < 4 ? ["ports"] : []), ...(abi < SCOPES ? ["scopes"] : [])];
    return ok(`ABI ${abi}${without.length > 0 ? `, without ${without.join(" and ")}` : ""}`);
  }
  const { cause } = whyLandlock("landlock_ruleset", -abi);
  return abi === -ENOSYS
    ? missing(cause ?? "Landlock came with Linux 5.13")
    : missing("Landlock is switched off", "Add landlock to lsm= on the kernel's command line");
}

const KEYCTL_JOIN_SESSION_KEYRING = 1;

function probeKeyring(): Answer {
  const steps = new Steps();
  steps.call(TRIED.keyctl, KEYCTL_JOIN_SESSION_KEYRING, 0);
  const { errno } = attempt(0, steps.list);
  if (errno === 0) return ok();
  if (errno === ENOSYS) return missing("this kernel was built without CONFIG_KEYS");
  if (errno === EDQUOT) {
    return refused(
      "this user has as many keyrings as kernel.keys.maxkeys allows",
      "sysctl -w kernel.keys.maxkeys=2000",
    );
  }
  return refused(errno === EACCES ? "the security module refuses it" : `keyctl: ${errnoText(errno)}`);
}

const PTRACE_TRACEME = 0;

/** What kernel.yama.ptrace_scope allows: see the kernel's documentation of Yama. */
const SCOPE: readonly string[] = [
  "any process of one's own",
  "children only: kernel.yama.ptrace_scope is 1",
  "with CAP_SYS_PTRACE only: kernel.yama.ptrace_scope is 2",
];

function probePtrace(): Answer {
  const { errno } = attempt(0, [{ number: SYS.ptrace, args: [PTRACE_TRACEME, 0, 0, 0] }]);
  let scope = "0";
  try {
    scope = readFileSync("/proc/sys/kernel/yama/ptrace_scope", "utf8").trim();
  } catch {
    // No Yama in this kernel.
  }
  if (errno === 0) return ok(SCOPE[Number(scope)]);
  return refused(
    scope === "3" ? "kernel.yama.ptrace_scope is 3, until the next boot" : `ptrace: ${errnoText(errno)}`,
  );
}

/** The probes of what confines. */
export const SECURITY_PROBES: readonly Probe[] = [
  {
    name: "seccomp",
    title: "System call filters",
    for: "the default filter, --seccomp",
    optional: false,
    probe: () => probeFilter(0),
  },
  {
    name: "seccomp-notify",
    title: "System calls reported to another process",
    for: "build-rootfs --trace",
    optional: true,
    probe: () => probeFilter(SECCOMP_FILTER_FLAG_NEW_LISTENER),
  },
  {
    name: "landlock",
    title: "Landlock",
    for: "--landlock-…, signals and abstract sockets kept inside",
    optional: true,
    probe: probeLandlock,
  },
  {
    name: "keyring",
    title: "Session keyrings",
    for: "a keyring of the command's own",
    optional: false,
    probe: probeKeyring,
  },
  {
    name: "ptrace",
    title: "Tracing",
    for: "the filters of a foreign container in nsbox exec",
    optional: true,
    probe: probePtrace,
  },
];
