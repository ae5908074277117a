/** From the rules of one system call to code: its arguments are looked at one after the other, each once. */
import { type Action, isStricter } from "./actions.ts";
import { ANY_BIT, type Assembler, type Target } from "./bpf.ts";
import type { Condition, Rule } from "./profile.ts";
import { type Ranges, search } from "./search.ts";
import { holds, segments } from "./segments.ts";

const ALL = 2n ** 64n - 1n;
const LOW = 2n ** 32n - 1n;

/** Where the arguments begin in struct seccomp_data; the low half of each comes first. */
const ARGUMENTS = 16;

/** A condition on `argument & mask`; equality is all that masks know. */
export interface Test {
  readonly index: number;
  readonly mask: bigint;
  readonly op: Condition["op"];
  readonly value: bigint;
}

/** A rule as far as it has been decided: the tests that are left, by argument and mask. */
interface Pending {
  readonly id: number;
  readonly action: Action;
  readonly tests: readonly Test[];
}

const before = (a: Test, b: Test): boolean => (a.index === b.index ? a.mask < b.mask : a.index < b.index);
const isSame = (a: Test, b: Test): boolean => a.index === b.index && a.mask === b.mask;

/** A mask without bits compares nothing: such a condition always holds. */
function testsOf(rule: Rule): Test[] {
  const tests: Test[] = [];
  for (const { index, op, value, mask = ALL } of rule.conditions) {
    if (op !== "MASKED_EQ") tests.push({ index, mask: ALL, op, value });
    else if (mask !== 0n) tests.push({ index, mask, op: "EQ", value: value & mask });
  }
  return tests.sort((a, b) => (before(a, b) ? -1 : before(b, a) ? 1 : 0));
}

/** What is decided for a call without a look at its arguments, or its rules, the strictest first. */
function order(rules: readonly Rule[]): Action | readonly Pending[] {
  const pending: Pending[] = [];
  for (const rule of rules) {
    const tests = testsOf(rule);
    if (tests.length === 0) return rule.action;
    pending.push({ id: pending.length, action: rule.action, tests });
  }
  return pending.sort((a, b) =>
    isStricter(a.action, b.action) ? -1 : isStricter(b.action, a.action) ? 1 : a.id - b.id,
  );
}

/** The rules that are left where the value that `test` looks at is `value`; nothing behind one that holds for certain. */
function remaining(rules: readonly Pending[], test: Test, value: bigint): readonly Pending[] {
  const left: Pending[] = [];
  for (const rule of rules) {
    let done = 0;
    let met = true;
    while (met && done < rule.tests.length && isSame(rule.tests[done]!, test)) {
      met = holds(rule.tests[done++]!, value);
    }
    if (!met) continue;
    if (done < rule.tests.length) {
      left.push(done === 0 ? rule : { ...rule, tests: rule.tests.slice(done) });
      continue;
    }
    // All that counts now is its action.
    left.push({ id: -1 - rule.action, action: rule.action, tests: [] });
    break;
  }
  return left;
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

  decide(rules: readonly Pending[]): Target {
    const first = rules[0];
    if (first === undefined) return this.#assembler.returning(this.#otherwise);
    if (first.tests.length === 0) return this.#assembler.returning(first.action);
    // Tests are done with from the first on, so their number says which are left.
    const key = rules.map(({ id, tests }) => `${id}:${tests.length}`).join();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const target = this.#look(rules);
    this.#known.set(key, target);
    return target;
  }

  /** Looks at the argument that comes first in any rule, and decides the rest for each range of its values. */
  #look(rules: readonly Pending[]): Target {
    let test = rules[0]!.tests[0]!;
    for (const { tests } of rules) if (tests[0] !== undefined && before(tests[0], test)) test = tests[0];
    const same: Test[] = [];
    for (const { tests } of rules) for (const other of tests) if (isSame(other, test)) same.push(other);
    const leaves: (readonly Pending[])[] = [];
    const found = segments(same, (value) => {
      const left = remaining(rules, test, value);
      const at = leaves.findIndex((leaf) => isAlike(leaf, left));
      return at < 0 ? leaves.push(left) - 1 : at;
    });
    const place = (leaf: number) => this.decide(leaves[leaf]!);
    const offset = ARGUMENTS + 8 * test.index;
    const low = (ranges: Ranges) => this.#word(offset, Number(test.mask & LOW), ranges, place);
    const halves = [...found.halves];
    return this.#word(offset + 4, Number(test.mask >> 32n), found.high, (leaf) =>
      leaf < 0 ? low(halves[-1 - leaf]!) : place(leaf),
    );
  }

  /** Looks at one half of an argument. */
  #word(offset: number, mask: number, ranges: Ranges, place: (leaf: number) => Target): Target {
    // Nothing to look at: the value is 0.
    if (mask === 0 || ranges.starts.length === 1) return place(ranges.leaves[0]!);
    const [, second] = ranges.starts;
    if (mask !== 0xffffffff && ranges.starts.length === 2 && second === 1) {
      const yes = place(ranges.leaves[1]!);
      const no = place(ranges.leaves[0]!);
      return this.#assembler.load(offset, this.#assembler.branch(ANY_BIT, mask, yes, no));
    }
    const found = search(this.#assembler, ranges, place);
    return this.#assembler.load(offset, mask === 0xffffffff ? found : this.#assembler.and(mask, found));
  }
}

const isAlike = (a: readonly Pending[], b: readonly Pending[]): boolean =>
  a.length === b.length &&
  a.every((rule, at) => rule.id === b[at]!.id && rule.tests.length === b[at]!.tests.length);

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
  return new Decision(assembler, otherwise).decide(ordered);
}
