/** Programs that the kernel starts with AT_SECURE set, see getauxval(3). */
import type { Walk } from "./paths.ts";
import { getAttribute } from "./xattr.ts";

const SET_ID_BITS = 0o6000n;

/** Whether the program gains privileges when it is executed: by setuid, setgid or file capabilities. */
export function isPrivileged({ path, entry }: Walk): boolean {
  if (((entry?.stat?.mode ?? 0n) & SET_ID_BITS) !== 0n) return true;
  return getAttribute(path, "security.capability") !== undefined;
}
