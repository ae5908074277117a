/** What the command line changes in a profile. */
import { constants } from "node:os";
import { UsageError } from "../util/errors.ts";
import { type Action, EPERM, MAX_ERRNO, RET, refuse } from "./actions.ts";
import type { Profile, Rule } from "./profile.ts";

/** `profile` with each action changed by `change`. */
function mapActions(profile: Profile, change: (action: Action) => Action): Profile {
  const rules = new Map<string, readonly Rule[]>();
  for (const [name, list] of profile.rules) {
    rules.set(
      name,
      list.map(({ action, conditions }) => ({ action: change(action), conditions })),
    );
  }
  return {
    ...profile,
    rules,
    otherwise: change(profile.otherwise),
    unknown: change(profile.unknown),
    x32: change(profile.x32),
    foreign: change(profile.foreign),
  };
}

/**
 * `profile` that refuses nothing: what it would refuse is made, and goes to the kernel's log or to auditd,
 * where /proc/sys/kernel/seccomp/actions_logged has `log` in it. To find out what a program needs.
 */
export const logOnly = (profile: Profile): Profile =>
  mapActions(profile, (action) => (action === RET.ALLOW ? action : RET.LOG));

/** `profile` that answers `errno` where it answers EPERM. */
export const withErrno = (profile: Profile, errno: number): Profile =>
  mapActions(profile, (action) => (action === refuse(EPERM) ? refuse(errno) : action));

/** An errno by name or number, as `--seccomp-errno` takes it. @throws UsageError where it is none. */
export function errnoOf(text: string): number {
  const names: Readonly<Record<string, number>> = constants.errno;
  const number = /^\d{1,4}$/.test(text) ? Number(text) : Object.hasOwn(names, text) ? names[text] : undefined;
  if (number !== undefined && number > 0 && number <= MAX_ERRNO) return number;
  throw new UsageError(
    `Unknown errno "${text}" for --seccomp-errno`,
    `a name such as ENOSYS or EACCES, see errno(3), or a number from 1 to ${MAX_ERRNO}`,
  );
}
