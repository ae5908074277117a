/** What was typed about the system call filter. */
import type { Parsed } from "../cli/command.ts";
import type { SecurityRequest } from "../sandbox/security/request.ts";

/** The filter, compiled. */
export function readSeccomp(
  input: Parsed,
  privileged: boolean,
  _capabilities: readonly string[],
): SecurityRequest["seccomp"] {
  const asked = input.value("seccomp");
  if (asked === "off" || (privileged && asked === undefined)) return "off";
  return undefined;
}
