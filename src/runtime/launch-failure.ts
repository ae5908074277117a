/** Why the helper could not be executed. */
import { readFileSync } from "node:fs";
import { errnoName, errnoText } from "../sys/errno.ts";
import { NsboxError } from "../util/errors.ts";

/** The error for a launch that came back with `errno`. */
export function launchFailure(errno: number): NsboxError {
  const details = {
    cause: `memfd_create, execveat: ${errnoText(errno)}`,
    code: "launch",
    errno: errnoName(errno),
  };
  if (errno === 7) {
    return new NsboxError("Cannot start the command: its arguments and environment are too long", details);
  }
  const sysctl = noexecSysctl();
  const hint =
    sysctl === "2"
      ? { hint: "vm.memfd_noexec is 2, and no directory that may hold an executable was found: set it to 1" }
      : {};
  return new NsboxError("Cannot start the monitor", { ...details, ...hint });
}

function noexecSysctl(): string | undefined {
  try {
    return readFileSync("/proc/sys/vm/memfd_noexec", "utf8").trim();
  } catch {
    return undefined;
  }
}
