/** Plans that nobody would write, the same ones for the same seed: every operation, edge values everywhere. */
import type { FieldKind, Where } from "../../src/plan/operation.ts";
import { OP_NAMES, OPS, type OpName } from "../../src/plan/ops.ts";
import type { Op, Plan } from "../../src/plan/plan.ts";

/** A source of the same numbers for the same seed: `pick(n)` is a whole number from 0 to below n. */
export function dice(seed: number) {
  let state = seed >>> 0;
  return (below: number): number => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

type Dice = ReturnType<typeof dice>;

const NUMBERS = [
  0,
  1,
  -1,
  7,
  1023,
  1024,
  0o1777,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  -(2 ** 31),
  Number.MAX_SAFE_INTEGER,
];
const LONGEST_PATH = 4095;

/** One of `values`. */
const oneOf = <T>(pick: Dice, values: readonly T[]): T => values[pick(values.length)] as T;

function word(pick: Dice, bytes: boolean): string {
  const other = bytes ? "\xff\x80\xc3" : "é漢🦀";
  return oneOf(pick, [
    "/",
    "-1",
    "0",
    "18446744073709551616",
    " \n\t",
    "a=b",
    "/proc/self",
    other,
    "x".repeat(pick(300) + 1),
  ]);
}

function value(pick: Dice, kind: FieldKind, bytes: boolean): string | number {
  if (kind === "string" || kind === "bpf" || kind === "base64") return pick(4) === 0 ? "" : word(pick, bytes);
  if (kind === "path") return pick(8) === 0 ? "p".repeat(LONGEST_PATH) : word(pick, bytes);
  return oneOf(pick, NUMBERS);
}

function operation(pick: Dice, name: OpName, bytes: boolean): Op {
  const fields = Object.entries(OPS[name].fields).map(([field, kind]) => [field, value(pick, kind, bytes)]);
  return { op: name, ...Object.fromEntries(fields) } as Op;
}

function some(pick: Dice, where: Where): OpName[] {
  const names = OP_NAMES.filter(
    (name) => name !== "exec" && (OPS[name].where === where || OPS[name].where === "any"),
  );
  return Array.from({ length: pick(12) }, () => oneOf(pick, names));
}

/** A plan that the helper accepts: the places in their order, one clone, exec last. */
export function randomPlan(pick: Dice, bytes: boolean): Plan {
  const names = [
    ...some(pick, "before"),
    oneOf(pick, ["clone", "enter"] as const),
    ...some(pick, "outside"),
    ...some(pick, "inside"),
    "exec" as const,
  ];
  const words = (count: number) => Array.from({ length: count }, () => word(pick, bytes));
  return {
    ops: names.map((name) => operation(pick, name, bytes)),
    argv: words(pick(20) + 1),
    env: words(pick(20)),
    display: oneOf(pick, ["", "NO_COLOR=1", "TERM=xterm"]),
    bytes,
  };
}
