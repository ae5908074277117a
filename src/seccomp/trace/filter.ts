/**
 * The filter that announces the calls of `./calls.ts` to whoever holds its listener. It sees every call table
 * of the machine: what goes through one that it does not know, and calls that are newer than it, are answered
 * with ENOSYS, so that nothing is done unseen.
 */
import { ENOSYS, RET, refuse } from "../actions.ts";
import { type Arch, AUDIT_ARCH, X32_BIT } from "../arch.ts";
import { Assembler, EQUAL, type Target } from "../bpf.ts";
import { search } from "../search.ts";
import { SYSCALLS } from "../syscalls.ts";
import { FILE_CALLS, type FileCall, I386_LAST, I386_SOCKETCALL, REFUSED_CALLS } from "./calls.ts";

/** SECCOMP_RET_USER_NOTIF of <linux/seccomp.h>. */
const ANNOUNCE = 0x7fc00000;

/** AUDIT_ARCH_I386 of <linux/audit.h>. */
export const AUDIT_I386 = 0x40000003;

/** Offsets in struct seccomp_data. */
const [NUMBER, ARCHITECTURE] = [0, 4];

/** The calls of one table by their numbers. */
export type Numbered = ReadonlyMap<number, FileCall>;

/** The calls of the running machine's own table. */
export function nativeCalls(arch: Arch): Numbered {
  const numbers = new Map(SYSCALLS[arch].map((name, number) => [name, number]));
  return new Map(
    FILE_CALLS.flatMap((call) => {
      const number = numbers.get(call.name);
      return number === undefined ? [] : [[number, call] as const];
    }),
  );
}

/** The calls of i386's table, socketcall(2) apart. */
export const i386Calls = (): Numbered =>
  new Map(FILE_CALLS.flatMap((call) => (call.i386 === undefined ? [] : [[call.i386, call] as const])));

/** Answers by number as ranges, and the code that finds them. */
function table(
  assembler: Assembler,
  announced: Iterable<number>,
  refused: readonly number[],
  last: number,
): Target {
  const answers = new Map<number, number>();
  for (const number of announced) answers.set(number, ANNOUNCE);
  for (const number of refused) answers.set(number, refuse(ENOSYS));
  const ranges = { starts: [] as number[], leaves: [] as number[], weights: [] as number[] };
  const add = (start: number, leaf: number) => {
    if (ranges.leaves.at(-1) === leaf) return;
    ranges.starts.push(start);
    ranges.leaves.push(leaf);
    ranges.weights.push(ranges.starts.length);
  };
  for (let number = 0; number <= last; number++) add(number, answers.get(number) ?? RET.ALLOW);
  add(last + 1, refuse(ENOSYS));
  return search(assembler, ranges, (leaf) => assembler.returning(leaf));
}

/** The program for `arch`, an array of struct sock_filter. x32 lies behind the last number of x86-64. */
export function traceFilter(arch: Arch): Uint8Array {
  const assembler = new Assembler();
  const names: readonly string[] = SYSCALLS[arch];
  const refused = REFUSED_CALLS.map(([name]) => names.indexOf(name)).filter((number) => number >= 0);
  const last = Math.min(names.length, X32_BIT) - 1;
  let other = assembler.returning(refuse(ENOSYS));
  if (arch === "x64") {
    const numbers = [...i386Calls().keys(), I386_SOCKETCALL];
    const i386 = table(
      assembler,
      numbers,
      REFUSED_CALLS.map(([, number]) => number),
      I386_LAST,
    );
    const start = assembler.load(NUMBER, i386);
    // Behind the load of the number the accumulator holds the architecture no more: so this is tested before.
    other = assembler.branch(EQUAL, AUDIT_I386, start, other);
  }
  const native = assembler.load(NUMBER, table(assembler, nativeCalls(arch).keys(), refused, last));
  return assembler.finish(
    assembler.load(ARCHITECTURE, assembler.branch(EQUAL, AUDIT_ARCH[arch], native, other)),
  );
}
