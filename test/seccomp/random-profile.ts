/** Profiles that nobody would write, the same ones for the same seed. */
import { RET, refuse } from "../../src/seccomp/actions.ts";
import { COMPARISONS, type Condition, type Profile, type Rule } from "../../src/seccomp/profile.ts";
import { dice } from "../plan/random-plan.ts";

type Dice = ReturnType<typeof dice>;

const ACTIONS = [RET.ALLOW, RET.LOG, RET.TRAP, RET.KILL_THREAD, RET.KILL_PROCESS, refuse(1), refuse(7), RET.TRACE + 3];

const HIGH = 1n << 32n;

/** Small values, so that rules meet; and the edges of both halves. */
const VALUES = [0n, 1n, 2n, 3n, 5n, 40n, HIGH - 1n, HIGH, HIGH + 2n, 5n * HIGH, 5n * HIGH + 3n, HIGH * HIGH - 1n];
const MASKS = [0n, 1n, 6n, 0x7e020000n, HIGH - 1n, HIGH, 5n * HIGH, (HIGH - 1n) * HIGH, HIGH * HIGH - 1n, 3n * HIGH + 3n];

/** Calls that both architectures and every libseccomp have. */
const CALLS = "read write close socket connect clone personality kill mmap prctl getpid openat".split(" ");

const oneOf = <T>(pick: Dice, values: readonly T[]): T => values[pick(values.length)] as T;

function condition(pick: Dice, index: number): Condition {
  const value = oneOf(pick, VALUES);
  return pick(4) === 0
    ? { index, op: "EQ", value, mask: oneOf(pick, MASKS) }
    : { index, op: oneOf(pick, COMPARISONS), value };
}

function rule(pick: Dice, action: number, most: number): Rule {
  const indices = [0, 1, 2, 5].filter(() => pick(3) === 0).slice(0, most);
  return { action, conditions: indices.map((index) => condition(pick, index)) };
}

/** How far the rules of a call may differ. */
export interface Limits {
  /** Conditions of one rule. */
  readonly conditions: number;
  /** Whether rules of one call may have different actions. */
  readonly isMixed: boolean;
}

/** A profile out of `dice(seed)`. */
export function randomProfile(seed: number, { conditions, isMixed }: Limits): Profile {
  const pick = dice(seed);
  const otherwise = oneOf(pick, ACTIONS);
  const others = ACTIONS.filter((action) => action !== otherwise);
  const calls = CALLS.filter(() => pick(2) === 0);
  const rules = calls.map((call): [string, readonly Rule[]] => {
    const action = oneOf(pick, others);
    const count = 1 + pick(5);
    const list = Array.from({ length: count }, () =>
      rule(pick, isMixed ? oneOf(pick, others) : action, conditions),
    );
    return [call, list];
  });
  return {
    source: `random ${seed}`,
    rules: new Map(rules),
    otherwise,
    unknown: refuse(38),
    x32: refuse(38),
    foreign: RET.KILL_PROCESS,
    flags: 0,
  };
}
