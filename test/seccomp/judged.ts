/** A profile's program beside libseccomp's: every system call, every argument value that matters. */
import type { Arch } from "../../src/seccomp/arch.ts";
import { compile } from "../../src/seccomp/compile.ts";
import { constantAnswer } from "../../src/seccomp/decide.ts";
import type { Profile } from "../../src/seccomp/profile.ts";
import { AUDIT, decode, run } from "./bpf.ts";
import { argumentsFor, comparable, judge, ORDERS } from "./judge.ts";

/** The architectures. */
export const ARCHES = ["x64", "arm64"] as const;

/** Their calls that libseccomp knows too: newer ones have nobody to judge them. */
const CALLS: Readonly<Record<Arch, () => ReadonlyMap<number, string>>> = {
  x64: once(() => comparable("x64")),
  arm64: once(() => comparable("arm64")),
};

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** What came of a comparison. */
export interface Comparison {
  /** How many calls, each with other arguments, were compared. */
  readonly compared: number;
  /** Those that are answered otherwise. */
  readonly different: readonly string[];
  /** Those whose arguments count, and that take more instructions than libseccomp's program does. */
  readonly slower: readonly string[];
}

/** Compares a profile's program with both ways in which libseccomp looks for a number. */
export function compare(profile: Profile, arch: Arch, program = compile(profile, arch).bytes): Comparison {
  const ours = decode(program);
  const different: string[] = [];
  const slower: string[] = [];
  let compared = 0;
  for (const order of Object.keys(ORDERS) as (keyof typeof ORDERS)[]) {
    const [theirs] = judge([profile], arch, order);
    if (typeof theirs !== "object") throw new Error(`${profile.source}: libseccomp says errno ${theirs}`);
    for (const [nr, name] of CALLS[arch]()) {
      const rules = profile.rules.get(name) ?? [];
      const isLooked = constantAnswer(rules, profile.otherwise) === undefined;
      for (const args of argumentsFor(rules)) {
        const call = { nr, arch: AUDIT[arch], args };
        const [own, other] = [run(ours, call), run(theirs, call)];
        const what = `${name}(${args.map((value) => `0x${value.toString(16)}`).join(", ")})`;
        if (own.action !== other.action)
          different.push(`${what}: ${own.action.toString(16)}, not ${other.action.toString(16)}`);
        if (isLooked && own.steps > other.steps)
          slower.push(`${what}: ${own.steps}, not ${other.steps} as in a ${order}`);
        compared++;
      }
    }
  }
  return { compared, different, slower };
}
