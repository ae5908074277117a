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
  const rules = new Map<string, readonly Rule[]>();
  for (const { let: when, calls } of GROUPS) {
    const isLet = when === "always" || (typeof when === "object" && hasAny(capabilities, when));
    if (!isLet && when !== "gone") continue;
    for (const name of calls.split(/\s+/)) rules.set(name, isLet ? ALLOWED : GONE);
  }
  for (const { call, free, when, errno } of CHECKED) {
    const checked: Rule[] = [];
    for (const conditions of when) checked.push({ action: RET.ALLOW, conditions });
    if (hasAny(capabilities, free)) rules.set(call, ALLOWED);
    else rules.set(call, errno === undefined ? checked : GONE);
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

function hasAny(capabilities: readonly string[], wanted: readonly string[]): boolean {
  for (const name of wanted) if (capabilities.includes(name)) return true;
  return false;
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
