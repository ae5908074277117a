/** What was not seen, and what would help. */
import type { Gaps, Viewer } from "../model.ts";
import { parseMountinfo } from "../mountinfo.ts";
import { procText } from "../proc-file.ts";
import type { Found } from "./found.ts";

/** The ids of the user and PID namespaces that the kernel starts with, see include/uapi/linux/nsfs.h. */
const [INITIAL_USER, INITIAL_PID] = [0xeffffffd, 0xeffffffc];

/** /proc hides processes of others from this one, see proc(5). */
function isHiding(): boolean {
  const proc = parseMountinfo(procText("/proc/self/mountinfo") ?? "").findLast(
    ({ path }) => path === "/proc",
  );
  return proc?.superOptions.some((option) => /^hidepid=(?!0$|off$)/.test(option)) ?? false;
}

/** The gaps in what was found. */
export function gapsOf(found: Found, viewer: Viewer): Gaps {
  const relations = [...found.namespaces.values()].filter(
    ({ refused, kind, id }) => refused && !((kind === "user" || kind === "pid") && isTop(id)),
  ).length;
  const missing = new Set<string>();
  const can = (capability: string) => viewer.capabilities.includes(capability);
  const isHost = viewer.namespaces.user === INITIAL_USER;
  if (found.unreadable + found.descriptors > 0 && !can("CAP_SYS_PTRACE")) missing.add("CAP_SYS_PTRACE");
  // With every right, only that is left to refuse it.
  else if (found.unreadable > 0 && isHost) missing.add("leave of a security module");
  if (found.mounts > 0 && !can("CAP_SYS_ADMIN")) missing.add("CAP_SYS_ADMIN");
  if (found.mounts > 0 && !can("CAP_SYS_CHROOT")) missing.add("CAP_SYS_CHROOT");
  if (found.unreadable + found.descriptors + found.mounts + relations > 0 && !isHost) {
    missing.add("root of the host's user namespace");
  }
  if (relations > 0 && viewer.namespaces.pid !== INITIAL_PID) missing.add("the host's PID namespace");
  if (isHiding() && !can("CAP_SYS_PTRACE")) missing.add("hidepid");
  return {
    processes: found.unreadable,
    relations,
    mounts: found.mounts,
    descriptors: found.descriptors,
    vanished: found.vanished,
    missing: [...missing],
  };
}

/** The initial user and PID namespaces have nothing above them. */
const isTop = (id: number): boolean => id === INITIAL_USER || id === INITIAL_PID;
