/** From a profile to the program that the kernel runs before each system call. */
import { NsboxError } from "../util/errors.ts";
import { type Action, lets } from "./actions.ts";
import { AUDIT_ARCH, type Arch, syscallNames, X32_BIT } from "./arch.ts";
import { Assembler, EQUAL, MAX_INSTRUCTIONS, type Target, TooLong } from "./bpf.ts";
import { constantAnswer, decide } from "./decide.ts";
import type { Profile, Rule } from "./profile.ts";
import { search } from "./search.ts";

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

/** The numbers of all calls in ranges; `leaves` count from 0: answers, then calls whose arguments count. */
class Numbers {
  readonly starts: number[] = [];
  readonly leaves: number[] = [];
  readonly weights: number[] = [];
  readonly decisions: (Action | readonly Rule[])[] = [];

  add(start: number, decision: Action | readonly Rule[]): void {
    let leaf = this.decisions.indexOf(decision);
    if (leaf < 0) leaf = this.decisions.push(decision) - 1;
    if (this.leaves.at(-1) === leaf) return;
    this.starts.push(start);
    this.leaves.push(leaf);
    const isLooked = typeof decision !== "number";
    this.weights.push(isLooked ? WEIGHT.looked : lets(decision) ? WEIGHT.let : WEIGHT.refused);
  }
}

function numbersOf(profile: Profile, arch: Arch): Numbers {
  const names = syscallNames(arch);
  const numbers = new Numbers();
  for (let number = 0; number < names.length; number++) {
    const name = names[number]!;
    const rules = name === "" ? undefined : profile.rules.get(name);
    if (rules !== undefined) numbers.add(number, constantAnswer(rules, profile.otherwise) ?? rules);
    else numbers.add(number, name === "" ? profile.unknown : profile.otherwise);
  }
  numbers.add(names.length, profile.unknown);
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
