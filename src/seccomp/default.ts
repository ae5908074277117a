/** The default filter for a set of capabilities, and what it says of each call. */
import { type Action, ENOSYS, EPERM, RET, refuse } from "./actions.ts";
import { CHECKED, GROUPS, type Let } from "./default-table.ts";
import { FLAG, type Profile, type Rule } from "./profile.ts";

const always = (action: Action): readonly Rule[] => [{ action, conditions: [] }];

/** Shared by all calls they are said of, so that the compiler sees them as one. */
const ALLOWED = always(RET.ALLOW);
const GONE = always(refuse(ENOSYS));

/**
 * The default filter, where `capabilities` are in the bounding set (names without CAP_): what only privileged
 * processes may do is let through to the kernel, which asks for the capability itself.
 */
export function defaultProfile(capabilities: readonly string[]): Profile {
  const isAny = (wanted: readonly string[]) => wanted.some((name) => capabilities.includes(name));
  return profileWhere(isAny, (wanted) => (isAny(wanted) ? ALLOWED : undefined));
}

/**
 * The default filter, where `isFree` says whether calls whose arguments count are let through for a
 * capability, and `privileged` what is said of other calls that want one.
 */
export function profileWhere(
  isFree: (wanted: readonly string[]) => boolean,
  privileged: (wanted: readonly string[]) => readonly Rule[] | undefined,
): Profile {
  const rules = new Map<string, readonly Rule[]>();
  for (const { let: when, calls } of GROUPS) {
    const said =
      when === "always" ? ALLOWED : when === "gone" ? GONE : when === "never" ? undefined : privileged(when);
    if (said !== undefined) for (const name of calls.split(/\s+/)) rules.set(name, said);
  }
  for (const { call, free, when, errno } of CHECKED) {
    const checked = when.map((conditions) => ({ action: RET.ALLOW, conditions }));
    rules.set(call, isFree(free) ? ALLOWED : errno === undefined ? checked : GONE);
  }
  return {
    source: "default",
    rules,
    otherwise: refuse(EPERM),
    unknown: refuse(ENOSYS),
    x32: refuse(ENOSYS),
    foreign: RET.KILL_PROCESS,
    flags: FLAG.SPEC_ALLOW,
  };
}

/** What the default filter says of one call, for people to read. */
export interface Verdict {
  readonly call: string;
  /** "checked": it depends on the arguments. */
  readonly let: Let | "checked";
  /** With one of these capabilities a checked call is let through whatever its arguments are. */
  readonly free: readonly string[];
  readonly why: string;
}

/** What the default filter says of every call that is not always let through, by name. */
export function defaultRefusals(): readonly Verdict[] {
  const verdicts: Verdict[] = CHECKED.map(({ call, free, why }) => ({ call, let: "checked", free, why }));
  for (const { let: when, calls, why } of GROUPS) {
    if (when === "always") continue;
    for (const call of calls.split(/\s+/)) verdicts.push({ call, let: when, free: [], why });
  }
  return verdicts.sort((a, b) => (a.call < b.call ? -1 : 1));
}
