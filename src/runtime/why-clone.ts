/** Why the kernel made no namespaces: the limits and switches that stand in the way, each of them read. */
import { existsSync, readFileSync } from "node:fs";
import { KINDS } from "../ns/kinds.ts";
import { ownMounts } from "../ns/own-mounts.ts";

const [EPERM, ENOSPC, ERANGE, EOPNOTSUPP] = [1, 28, 34, 95];

/** A fact found, and what to do about it. */
export interface Finding {
  readonly cause?: string;
  readonly hint?: string;
}

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
};

/** What stands in the way of `clone` with these flags. Out of processes (EAGAIN) is worded in `csrc/report.c`. */
export function whyClone(flags: number, errno: number): Finding {
  const kinds = KINDS.filter(({ flag }) => flags & flag);
  if (errno === ENOSPC) {
    for (const { name, title } of kinds) {
      const sysctl = `user.max_${name}_namespaces`;
      if (read(`/proc/sys/user/max_${name}_namespaces`) === "0") {
        return {
          cause: `${sysctl} is 0, so no ${title} namespace may be made`,
          hint: `sysctl -w ${sysctl}=1024`,
        };
      }
    }
    return {
      cause: "a limit on namespaces is reached",
      hint: "See the limits user.max_…_namespaces, and 32 levels of nesting",
    };
  }
  if (errno !== EPERM) return {};
  if (!kinds.some(({ name }) => name === "user")) {
    return {
      cause: "this root lacks the capability CAP_SYS_ADMIN",
      hint: isFiltered()
        ? `${FILTERED}, and this one with "--map-root"`
        : 'With "--map-root" they are made inside a user namespace',
    };
  }
  if (read("/proc/sys/kernel/unprivileged_userns_clone") === "0") {
    return {
      cause: "kernel.unprivileged_userns_clone is 0, so only root makes user namespaces",
      hint: "sysctl -w kernel.unprivileged_userns_clone=1",
    };
  }
  const byAppArmor = whyAppArmor();
  if (byAppArmor !== undefined) return byAppArmor;
  if (read("/proc/self/uid_map") === "") {
    return { cause: "the user namespace that nsbox is in maps no ids, so none can be made in it" };
  }
  if (!ownMounts().some(({ path }) => path === "/")) {
    return { cause: "nsbox itself runs in a chroot, where the kernel makes no user namespaces" };
  }
  return isFiltered()
    ? { cause: "a system call filter of the container that nsbox runs in refuses it", hint: FILTERED }
    : {};
}

/**
 * AppArmor's restriction of user namespaces: they are refused, or made without any right in them. Undefined
 * where it is not switched on.
 */
export const whyAppArmor = (): Finding | undefined =>
  read("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") === "1"
    ? {
        cause:
          "kernel.apparmor_restrict_unprivileged_userns is 1, and no AppArmor profile lets nsbox make user namespaces",
        hint: "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
      }
    : undefined;

/** What lets nsbox run inside nsbox; other engines have switches of their own. */
const FILTERED = "Start the outer nsbox with `--seccomp off --unmask ALL`";

/** More filters than none: this process is confined by somebody. See proc_pid_status(5). */
const isFiltered = (): boolean => /^Seccomp:\s*2/m.test(read("/proc/self/status") ?? "");

/** The kinds in `flags` that this kernel lacks: the links under /proc/self/ns say. */
export const missingKinds = (flags: number) =>
  KINDS.filter(({ name, flag }) => flags & flag && !existsSync(`/proc/self/ns/${name}`));

/** Why the time namespace could not get its offsets. */
export function whyTimeOffsets(errno: number): Finding {
  if (errno === EOPNOTSUPP) {
    return { cause: "before Linux 6.2 only root can give a command a time namespace with offsets" };
  }
  return errno === ERANGE ? { cause: "the clock would stand below zero or too far ahead" } : {};
}
