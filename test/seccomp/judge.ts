/** libseccomp as a judge: compiles the same rules, and answers what it makes of them. See judge.c. */
import { mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Action, RET } from "../../src/seccomp/actions.ts";
import type { Arch } from "../../src/seccomp/arch.ts";
import type { Condition, Profile, Rule } from "../../src/seccomp/profile.ts";
import { SYSCALLS } from "../../src/seccomp/syscalls.ts";
import { decode, type Instruction } from "./bpf.ts";

const ALL = 2n ** 64n - 1n;

/** enum scmp_compare of <seccomp.h>. */
const OPS = { NE: 1, LT: 2, LE: 3, EQ: 4, GE: 5, GT: 6, MASKED_EQ: 7 } as const;

/** What libseccomp answers for tables that a filter does not know: our filters' default too. */
const BAD_ARCH = RET.KILL_PROCESS;

/** Compiles judge.c. The program is left without a name: several files of tests share it, and none is the last. */
function call(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "nsbox-judge-"));
  try {
    const program = join(folder, "judge");
    const compiler = (process.env["CC"] ?? "cc").split(" ");
    const flags = "-std=gnu11 -O1 -Wall -Wextra -Werror".split(" ");
    const source = join(import.meta.dir, "judge.c");
    const { exitCode } = Bun.spawnSync([...compiler, ...flags, "-o", program, source, "-lseccomp"]);
    return exitCode === 0 ? `/proc/${process.pid}/fd/${openSync(program, "r")}` : undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const program = call();

/** Why there is no judge, for the names of tests that are left out; "" where there is one. */
export const NO_JUDGE = program === undefined ? "needs libseccomp-dev" : "";

/** The judge's answers to `lines`, one for each `end` and `name`. */
function ask(lines: readonly string[]): string[] {
  const { exitCode, stdout, stderr } = Bun.spawnSync([program ?? ""], {
    stdin: Buffer.from(`${lines.join("\n")}\n`),
  });
  if (exitCode !== 0) throw new Error(`judge: ${exitCode} ${stderr}`);
  return stdout.toString().split("\n").slice(0, -1);
}

/** The numbers that libseccomp has for names; it knows none of calls newer than itself. */
export function numbersKnown(arch: Arch, names: readonly string[]): readonly (number | undefined)[] {
  const answers = ask(names.map((name) => `name ${arch} ${name}`)).map(Number);
  return answers.map((number) => (number >= 0 ? number : undefined));
}

/** The calls of `arch` that libseccomp knows too, by number: no other can be compared. */
export function comparable(arch: Arch): Map<number, string> {
  const named = [...SYSCALLS[arch].entries()].filter(([, name]) => name !== "");
  const numbers = numbersKnown(
    arch,
    named.map(([, name]) => name),
  );
  return new Map(named.filter(([number], at) => numbers[at] === number));
}

/**
 * libseccomp has no range under a mask, nor two conditions on one argument: such a rule is one rule for each
 * value.
 */
function expand({ action, conditions }: Rule): Rule[] {
  const [low, high] = conditions;
  if (low?.op !== "GE" || high?.op !== "LE" || low.index !== high.index) return [{ action, conditions }];
  const count = Number(high.value - low.value) + 1;
  return Array.from({ length: count }, (_, at) => ({
    action,
    conditions: [{ ...low, op: "EQ" as const, value: low.value + BigInt(at) }],
  }));
}

function word({ index, op, value, mask = ALL }: Condition): string {
  if (mask === ALL) return `${index} ${OPS[op]} ${value} 0`;
  if (op !== "EQ") throw new Error(`libseccomp has no ${op} under a mask`);
  return `${index} ${OPS.MASKED_EQ} ${mask} ${value}`;
}

function* rulesOf({ rules, otherwise }: Profile): Generator<string> {
  for (const [name, list] of rules) {
    for (const { action, conditions } of list.flatMap(expand)) {
      // What the filter answers anyway is an error to libseccomp, and left out by all that use it.
      if (action !== otherwise) yield `rule ${action} ${name} ${conditions.map(word).join(" ")}`;
    }
  }
}

/** How libseccomp looks for a call's number: one after the other, or in a tree. */
export const ORDERS = { list: 1, tree: 2 } as const;

/** libseccomp's program for each profile, or its errno where it refuses the rules. */
export function judge(
  profiles: readonly Profile[],
  arch: Arch,
  order: keyof typeof ORDERS,
): (readonly Instruction[] | number)[] {
  const lines = profiles.flatMap((profile) => [
    `filter ${arch} ${ORDERS[order]} ${profile.otherwise} ${BAD_ARCH}`,
    ...rulesOf(profile),
    "end",
  ]);
  return ask(lines).map((answer) =>
    answer.startsWith("error ") ? Number(answer.slice(6)) : decode(Uint8Array.fromHex(answer)),
  );
}

const HIGH = 1n << 32n;

/** The values that an argument is tried with: what `conditions` mention, and all around it. */
function valuesOf(conditions: readonly Condition[]): bigint[] {
  const mentioned = conditions.flatMap(({ value, mask = ALL }) => [value & mask, mask, ~mask & ALL]);
  const around = [0n, ALL, ...mentioned].flatMap((value) =>
    [0n, 1n, -1n, HIGH, -HIGH].map((step) => (value + step) & ALL),
  );
  const halves = around.flatMap((value) => [
    value,
    value | HIGH,
    value | (ALL - HIGH + 1n),
    value & (HIGH - 1n),
  ]);
  return [...new Set(halves.map((value) => value & ALL))];
}

/** All values of all arguments that rules mention, each with each, up to `most` of them. */
export function argumentsFor(rules: readonly Rule[], most = 4000): bigint[][] {
  const conditions = rules.flatMap(expand).flatMap((rule) => rule.conditions);
  let all: bigint[][] = [[0n, 0n, 0n, 0n, 0n, 0n]];
  for (let index = 0; index < 6; index++) {
    const own = conditions.filter((condition) => condition.index === index);
    if (own.length === 0) continue;
    const values = valuesOf(own);
    all = values.flatMap((value) => all.map((args) => args.with(index, value)));
    // A part of them, spread over all.
    const step = Math.ceil(all.length / most);
    all = all.filter((_, at) => at % step === 0);
  }
  return [...all, Array(6).fill(ALL)];
}

/** The answer of a call's rules as the profile words it, value by value: no tree, no program. */
export function meaning(rules: readonly Rule[], args: readonly bigint[], otherwise: Action): Action {
  const free = rules.find(({ conditions }) => conditions.every(({ mask }) => mask === 0n));
  if (free !== undefined) return free.action;
  const met = rules.filter(({ conditions }) =>
    conditions.every(({ index, op, value, mask = ALL }) => compare(op, args[index]! & mask, value & mask)),
  );
  const strictness = (action: Action) => action >> 16;
  const strictest = met.toSorted((a, b) => strictness(a.action) - strictness(b.action))[0];
  return strictest?.action ?? otherwise;
}

function compare(op: Condition["op"], a: bigint, b: bigint): boolean {
  const order = a < b ? -1 : a > b ? 1 : 0;
  return { NE: order !== 0, LT: order < 0, LE: order <= 0, EQ: order === 0, GE: order >= 0, GT: order > 0 }[
    op
  ];
}
