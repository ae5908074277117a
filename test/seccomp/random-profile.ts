/** Profiles that nobody would write, the same ones for the same seed. */
import { RET, refuse } from "../../src/seccomp/actions.ts";
import { COMPARISONS, type Condition, type Profile, type Rule } from "../../src/seccomp/profile.ts";
import { dice } from "../plan/random-plan.ts";

type Dice = ReturnType<typeof dice>;

const ACTIONS = [
  RET.ALLOW,
  RET.LOG,
  RET.TRAP,
  RET.KILL_THREAD,
  RET.KILL_PROCESS,
  refuse(1),
  refuse(7),
  RET.TRACE + 3,
];

const HIGH = 1n << 32n;

/** Small values, so that rules meet; and the edges of both halves. */
const VALUES = [
  0n,
  1n,
  2n,
  3n,
  5n,
  40n,
  HIGH - 1n,
  HIGH,
  HIGH + 2n,
  5n * HIGH,
  3n * HIGH + 7n,
  5n * HIGH + 3n,
  HIGH * HIGH - 1n,
];
const MASKS = [
  0n,
  1n,
  6n,
  0x7e020000n,
  HIGH - 1n,
  HIGH,
  5n * HIGH,
  (HIGH - 1n) * HIGH,
  HIGH * HIGH - 1n,
  3n * HIGH + 3n,
];

/** Calls that both architectures and every libseccomp have. */
const CALLS = "read write close socket connect clone personality kill mmap prctl getpid openat".split(" ");

const oneOf = <T>(pick: Dice, values: readonly T[]): T => values[pick(values.length)] as T;

/** What the rules of one call may be. */
export type Kind =
  /**
   * Such that libseccomp 2.5 reads them as they stand. It confuses conditions on the same argument where one
   * is no equality (`a < 2 or a != 5` answers wrongly for some values), and may never end where rules for one
   * call have different actions.
   */
  | "judged"
  /** Any, with any action. */
  | "any";

function condition(pick: Dice, index: number, isEqual: boolean): Condition {
  const value = oneOf(pick, VALUES);
  if (pick(4) === 0) return { index, op: "EQ", value, mask: oneOf(pick, MASKS) };
  return { index, op: isEqual ? "EQ" : oneOf(pick, COMPARISONS), value };
}

function rules(pick: Dice, actions: readonly number[], kind: Kind): readonly Rule[] {
  const action = oneOf(pick, actions);
  /** Arguments with a condition that is alone there. */
  const alone = new Set<number>();
  const used = new Set<number>();
  return Array.from({ length: 1 + pick(5) }, () => {
    const indices = [0, 1, 2, 5].filter((index) => pick(3) === 0 && !alone.has(index));
    const conditions = indices.map((index) => {
      const made = condition(pick, index, kind === "judged" && used.has(index));
      if (kind === "judged" && made.op !== "EQ") alone.add(index);
      used.add(index);
      return made;
    });
    return { action: kind === "any" ? oneOf(pick, actions) : action, conditions };
  });
}

/** A profile out of `dice(seed)`. */
export function randomProfile(seed: number, kind: Kind): Profile {
  const pick = dice(seed);
  const otherwise = oneOf(pick, ACTIONS);
  const others = ACTIONS.filter((action) => action !== otherwise);
  const calls = CALLS.filter(() => pick(2) === 0);
  return {
    source: `random ${seed}`,
    rules: new Map(calls.map((call) => [call, rules(pick, others, kind)])),
    otherwise,
    unknown: refuse(38),
    x32: refuse(38),
    foreign: RET.KILL_PROCESS,
    flags: 0,
  };
}
