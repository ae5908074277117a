/** From the rules of one system call to code: its arguments are looked at one after the other, each once. */
import { type Action, isStricter } from "./actions.ts";
import { ANY_BIT, type Assembler, type Target } from "./bpf.ts";
import type { Rule } from "./profile.ts";
import { type Ranges, search } from "./search.ts";
import { holds, MORE, segments, type Test } from "./segments.ts";

const ALL = 0xffffffffffffffffn;
const LOW = 0xffffffffn;

/** Where the arguments begin in struct seccomp_data; the low half of each comes first. */
const ARGUMENTS = 16;

/** A rule as far as it has been decided: the tests that are left, by argument and mask. */
interface Pending {
  /** Its place in the profile; of one that holds for certain all that counts is the action: -1 - that. */
  readonly id: number;
  readonly action: Action;
  readonly tests: readonly Test[];
}

const isBefore = (a: Test, b: Test): boolean => (a.index === b.index ? a.mask < b.mask : a.index < b.index);
const isOfOne = (a: Test, b: Test): boolean => a.index === b.index && a.mask === b.mask;

/** A mask without bits compares nothing: such a condition always holds. */
function testsOf(rule: Rule): Test[] {
  const tests: Test[] = [];
  for (const { index, op, value, mask = ALL } of rule.conditions) {
    if (mask === 0n) continue;
    const test = { index, mask, op, value: value & mask };
    let at = tests.length;
    while (at > 0 && isBefore(test, tests[at - 1]!)) at--;
    tests.splice(at, 0, test);
  }
  return tests;
}

/** The rules of a call, the strictest first; or the action of the first that has no conditions. */
function order(rules: readonly Rule[]): Action | readonly Pending[] {
  const pending: Pending[] = [];
  for (const rule of rules) {
    const { action } = rule;
    const tests = testsOf(rule);
    if (tests.length === 0) return action;
    let at = pending.length;
    while (at > 0 && isStricter(action, pending[at - 1]!.action)) at--;
    pending.splice(at, 0, { id: pending.length, action, tests });
  }
  return pending;
}

/** The rules that are left where what `test` looks at is `value`; nothing behind one that holds for certain. */
function remaining(rules: readonly Pending[], test: Test, value: bigint): readonly Pending[] {
  const left: Pending[] = [];
  for (const rule of rules) {
    const { id, action, tests } = rule;
    let done = 0;
    while (done < tests.length && isOfOne(tests[done]!, test) && holds(tests[done]!, value)) done++;
    if (done === tests.length) {
      left.push({ id: -1 - action, action, tests: [] });
      break;
    }
    if (isOfOne(tests[done]!, test)) continue;
    left.push(done === 0 ? rule : { id, action, tests: tests.slice(done) });
  }
  return left;
}

/** Tests are done with from the first on, so their number says which are left. */
function keyOf(rules: readonly Pending[]): string {
  let key = "";
  for (const { id, tests } of rules) key += `${id}:${tests.length},`;
  return key;
}

/** The code for one call's rules. */
class Decision {
  readonly #assembler: Assembler;
  readonly #otherwise: Action;
  /** Code that stands already, by the rules that it decides among. */
  readonly #known = new Map<string, Target>();

  constructor(assembler: Assembler, otherwise: Action) {
    this.#assembler = assembler;
    this.#otherwise = otherwise;
  }

  decide(rules: readonly Pending[], key: string): Target {
    const first = rules[0];
    if (first === undefined) return this.#assembler.returning(this.#otherwise);
    if (first.tests.length === 0) return this.#assembler.returning(first.action);
    let target = this.#known.get(key);
    if (target === undefined) {
      target = this.#look(rules);
      this.#known.set(key, target);
    }
    return target;
  }

  /** Looks at the argument that comes first in any rule, and decides the rest for each range of its values. */
  #look(rules: readonly Pending[]): Target {
    let first = rules[0]!.tests[0]!;
    for (const { tests } of rules) if (tests.length > 0 && isBefore(tests[0]!, first)) first = tests[0]!;
    const tests: Test[] = [];
    for (const rule of rules) for (const test of rule.tests) if (isOfOne(test, first)) tests.push(test);
    const leaves: (readonly Pending[])[] = [];
    const keys: string[] = [];
    const { high, halves } = segments(tests, (value) => {
      const left = remaining(rules, first, value);
      const key = keyOf(left);
      const weight = left.length > 0 && left[0]!.tests.length > 0 ? MORE : 1;
      const at = keys.indexOf(key);
      if (at >= 0) return { leaf: at, weight };
      leaves.push(left);
      return { leaf: keys.push(key) - 1, weight };
    });
    const offset = ARGUMENTS + 8 * first.index;
    const place = (leaf: number) => this.decide(leaves[leaf]!, keys[leaf]!);
    return this.#word(offset + 4, Number(first.mask >> 32n), high, (leaf) =>
      leaf < 0 ? this.#word(offset, Number(first.mask & LOW), halves[-1 - leaf]!, place) : place(leaf),
    );
  }

  /** Looks at one half of an argument. */
  #word(offset: number, mask: number, ranges: Ranges, place: (leaf: number) => Target): Target {
    const { starts, leaves } = ranges;
    // Nothing to look at: the value is 0.
    if (mask === 0 || starts.length === 1) return place(leaves[0]!);
    if (mask !== 0xffffffff && starts.length === 2 && starts[1] === 1) {
      const yes = place(leaves[1]!);
      const no = place(leaves[0]!);
      return this.#assembler.load(offset, this.#assembler.branch(ANY_BIT, mask, yes, no));
    }
    const found = search(this.#assembler, ranges, place);
    return this.#assembler.load(offset, mask === 0xffffffff ? found : this.#assembler.and(mask, found));
  }
}

/** What is answered whatever the arguments are; undefined where they count. */
export function constantAnswer(rules: readonly Rule[], otherwise: Action): Action | undefined {
  const ordered = order(rules);
  if (typeof ordered === "number") return ordered;
  return ordered.length === 0 ? otherwise : undefined;
}

/** The code that answers a call whose arguments count. */
export function decide(assembler: Assembler, rules: readonly Rule[], otherwise: Action): Target {
  const ordered = order(rules);
  if (typeof ordered === "number") return assembler.returning(ordered);
  return new Decision(assembler, otherwise).decide(ordered, keyOf(ordered));
}
