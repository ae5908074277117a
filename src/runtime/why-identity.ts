/** Why ids, capabilities, limits or Landlock could not be set. */
import { readFileSync } from "node:fs";
import { capabilityNames } from "../sys/capabilities.ts";
import type { Finding } from "./why-clone.ts";

const [EPERM, ENOENT, EACCES, EINVAL, ENOSYS, EOPNOTSUPP] = [1, 2, 13, 22, 38, 95];

/** A set of this process, see proc_pid_status(5). */
function own(set: "CapBnd" | "CapEff"): string[] {
  const hex = new RegExp(`^${set}:\\s*(\\w+)`, "m").exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  return capabilityNames(Number(`0x${hex ?? "0"}`));
}

const bounding = () => own("CapBnd");
const effective = () => own("CapEff");

/** newuidmap and newgidmap, which have said what they had to say to nobody. */
export function whyTool(tool: string): Finding {
  if (/^NoNewPrivs:\s*1/m.test(readFileSync("/proc/self/status", "utf8"))) {
    return {
      cause: `no_new_privs is set here, as inside a container, and so ${tool} is not allowed its work`,
    };
  }
  return {
    cause: `${tool} refused them: each range has to be the caller's own id or in its lines of /etc/subuid and /etc/subgid, and none may overlap another`,
  };
}

/** Capabilities: those added by name have to be had. */
export function whyCapabilities(required: number): Finding {
  const there = bounding();
  const missing = capabilityNames(required).filter((name) => !there.includes(name));
  return missing.length === 0
    ? {}
    : { cause: `nsbox itself lacks ${missing.map((name) => `CAP_${name}`).join(", ")} here` };
}

/** Maps and changes of ids. */
export function whyIds(op: string, errno: number): Finding {
  if (errno === EINVAL && op.endsWith("_map")) {
    return { cause: "the kernel takes no such map: at most 340 lines, none overlapping another" };
  }
  if (errno === EINVAL) return { cause: "the user namespace does not map that id" };
  if (errno === EPERM && op.endsWith("_map")) {
    const lacking = ["SETUID", "SETGID", "SETFCAP"].filter((name) => !effective().includes(name));
    if (process.geteuid?.() === 0 && lacking.length > 0) {
      return { cause: `nsbox itself lacks ${lacking.map((name) => `CAP_${name}`).join(", ")} here` };
    }
    return { cause: "ids outside have to be mapped in the user namespace that nsbox is in" };
  }
  return {};
}

/** Limits and priorities. */
export function whyLimit(op: string, errno: number): Finding {
  if (op === "cpu_affinity" && errno === EINVAL) {
    return { cause: "none of these processors is there, or allowed to nsbox (see cpuset(7))" };
  }
  if (errno !== EPERM && errno !== EACCES) return {};
  const needs: Readonly<Record<string, string>> = {
    limit: "to raise a hard limit takes CAP_SYS_RESOURCE outside any user namespace",
    nice: "to lower the nice value takes CAP_SYS_NICE outside any user namespace",
    oom_score_adj: "to go below where the caller began takes CAP_SYS_RESOURCE outside any user namespace",
  };
  const cause = needs[op];
  return cause === undefined ? {} : { cause };
}

/** Landlock that was asked for. */
export function whyLandlock(op: string, errno: number): Finding {
  if (op === "landlock_path") return errno === ENOENT ? { cause: "there is no such path inside" } : {};
  if (errno === ENOSYS || errno === EOPNOTSUPP) {
    return {
      cause: "this kernel has no Landlock, or an older one: paths need Linux 5.13, ports 6.7",
      hint: "Leave out the --landlock options; `lsm=` on the kernel's command line has to name landlock",
    };
  }
  return {};
}
