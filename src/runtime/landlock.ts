/** What this kernel's Landlock can do, see landlock(7). */
import { SYS } from "../sys/constants.ts";
import { syscall } from "../sys/ffi.ts";

const CREATE_RULESET_VERSION = 1;

/** The ABI that knows scopes, of Linux 6.12. */
export const SCOPES = 6;

/** The version of its ABI, or minus the errno where there is none. */
export const landlockAbi = (): number => syscall(SYS.landlock_create_ruleset, 0, 0, CREATE_RULESET_VERSION);

/** True where Landlock can close abstract sockets and signals to the outside. */
export const hasScopes = (): boolean => landlockAbi() >= SCOPES;
