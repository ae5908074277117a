/** From a profile to the program that the kernel runs before each system call. */
import { NsboxError } from "../util/errors.ts";
import { type Action, lets } from "./actions.ts";
import { type Arch, AUDIT_ARCH, X32_BIT } from "./arch.ts";
import { Assembler, EQUAL, MAX_INSTRUCTIONS, type Target, TooLong } from "./bpf.ts";
import { constantAnswer, decide } from "./decide.ts";
import type { Profile, Rule } from "./profile.ts";
import { type Ranges, search } from "./search.ts";
import { SYSCALLS } from "./syscalls.ts";

/** Offsets in struct seccomp_data, see seccomp(2). */
const NUMBER = 0;
const ARCHITECTURE = 4;

/**
 * Calls that are always made are answered from a table of the kernel's (Linux 5.11); those that are refused
 * come now and then; those whose arguments count come here each time, and are found first.
 */
const WEIGHT = { let: 1, refused: 2, looked: 48 } as const;

/** A compiled filter. */
export interface Program {
  /** An array of struct sock_filter, little endian. */
  readonly bytes: Uint8Array;
  /** How many of them. */
  readonly instructions: number;
}

/** The numbers of all calls in ranges; `leaves` are places in `decisions`. */
class Numbers implements Ranges {
  readonly starts: number[] = [];
  readonly leaves: number[] = [];
  readonly weights: number[] = [];
  /** Answers, and rules of calls whose arguments count. */
  readonly decisions: (Action | readonly Rule[])[] = [];
  #total = 0;

  add(start: number, decision: Action | readonly Rule[]): void {
    const count = this.leaves.length;
    if (count > 0 && this.decisions[this.leaves[count - 1]!] === decision) return;
    let leaf = this.decisions.indexOf(decision);
    if (leaf < 0) leaf = this.decisions.push(decision) - 1;
    this.starts.push(start);
    this.leaves.push(leaf);
    if (typeof decision !== "number") this.#total += WEIGHT.looked;
    else this.#total += lets(decision) ? WEIGHT.let : WEIGHT.refused;
    this.weights.push(this.#total);
  }
}

function numbersOf(profile: Profile, arch: Arch): Numbers {
  const { rules: all, otherwise, unknown } = profile;
  const names = SYSCALLS[arch];
  const numbers = new Numbers();
  // Most calls share their rules with the one before.
  let known: readonly Rule[] | undefined;
  let decision: Action | readonly Rule[] = otherwise;
  let last: Action | readonly Rule[] | undefined;
  for (let number = 0; number < names.length; number++) {
    const name = names[number]!;
    const rules = all.get(name);
    if (rules !== known)
      decision = rules === undefined ? otherwise : (constantAnswer(rules, otherwise) ?? rules);
    known = rules;
    const next = name === "" ? unknown : decision;
    if (next !== last) numbers.add(number, next);
    last = next;
  }
  numbers.add(names.length, unknown);
  if (arch === "x64") numbers.add(X32_BIT, profile.x32);
  return numbers;
}

function assemble(profile: Profile, arch: Arch): Uint8Array {
  const assembler = new Assembler();
  const numbers = numbersOf(profile, arch);
  const known: Target[] = [];
  const native = search(assembler, numbers, (leaf) => {
    const decision = numbers.decisions[leaf]!;
    if (typeof decision === "number") return assembler.returning(decision);
    known[leaf] ??= decide(assembler, decision, profile.otherwise);
    return known[leaf];
  });
  const start = assembler.load(NUMBER, native);
  const foreign = assembler.returning(profile.foreign);
  return assembler.finish(
    assembler.load(ARCHITECTURE, assembler.branch(EQUAL, AUDIT_ARCH[arch], start, foreign)),
  );
}

/**
 * The program for `profile` on `arch`.
 * @throws NsboxError where it has more instructions than the kernel takes.
 */
export function compile(profile: Profile, arch: Arch): Program {
  try {
    const bytes = assemble(profile, arch);
    return { bytes, instructions: bytes.length / 8 };
  } catch (error) {
    if (!(error instanceof TooLong)) throw error;
    throw new NsboxError(`Cannot use the seccomp profile "${profile.source}"`, {
      cause: `its rules make more than the ${MAX_INSTRUCTIONS} instructions that the kernel takes`,
      code: "seccomp-profile",
    });
  }
}
