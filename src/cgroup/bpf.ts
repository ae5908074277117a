/** Instructions of eBPF, as many as a filter of devices needs. See the kernel's Documentation/bpf/standardization. */

/** What the kernel asks such a program about: struct bpf_cgroup_dev_ctx of <linux/bpf.h>. */
export const ACCESS = { mknod: 1, read: 2, write: 4 } as const;
/** Types of devices there. */
export const DEVICE_TYPE = { block: 1, character: 2 } as const;

const LDX_WORD = 0x61;
const MOV64_IMMEDIATE = 0xb7;
const MOV32_REGISTER = 0xbc;
const AND32_IMMEDIATE = 0x54;
const RSH32_IMMEDIATE = 0x74;
const JUMP32_IF_NOT = 0x56;
const JUMP32_IF = 0x16;
const EXIT = 0x95;
const SIZE = 8;

const RESULT = 0;
const CONTEXT = 1;
const [TYPE, WANTED, MAJOR, MINOR] = [2, 3, 4, 5];

/** One instruction; `jump` in instructions. */
const instruction = (code: number, to: number, from = 0, jump = 0, immediate = 0): number[] => [
  code,
  to | (from << 4),
  jump & 0xff,
  (jump >> 8) & 0xff,
  immediate & 0xff,
  (immediate >> 8) & 0xff,
  (immediate >> 16) & 0xff,
  (immediate >>> 24) & 0xff,
];

/** A rule as the program has it: what is undefined fits every device. */
export interface DeviceTest {
  readonly allow: boolean;
  readonly type: number | undefined;
  readonly major: number | undefined;
  readonly minor: number | undefined;
  /** Bits of `ACCESS`. */
  readonly access: number;
}

const ALL = ACCESS.mknod | ACCESS.read | ACCESS.write;

/** What follows where all tests of a rule hold, and the tests before it. */
function ruleCode({ allow, type, major, minor, access }: DeviceTest): number[] {
  const decision = [...instruction(MOV64_IMMEDIATE, RESULT, 0, 0, Number(allow)), ...instruction(EXIT, 0)];
  // Allowed is who wants nothing else; refused who wants any of it.
  const rest = allow ? ALL & ~access : access;
  const tests: ((jump: number) => number[])[] = [];
  for (const [register, value] of [
    [TYPE, type],
    [MAJOR, major],
    [MINOR, minor],
  ] as const) {
    if (value !== undefined) tests.push((jump) => instruction(JUMP32_IF_NOT, register, 0, jump, value));
  }
  if (allow ? rest !== 0 : rest !== ALL) {
    tests.push((jump) => [
      ...instruction(MOV32_REGISTER, CONTEXT, WANTED),
      ...instruction(AND32_IMMEDIATE, CONTEXT, 0, 0, rest),
      ...instruction(allow ? JUMP32_IF_NOT : JUMP32_IF, CONTEXT, 0, jump, 0),
    ]);
  }
  let code = decision;
  for (const test of tests.reverse()) code = [...test(code.length / SIZE), ...code];
  return code;
}

/** Nothing gets past such a rule. */
const isEverything = ({ type, major, minor, access }: DeviceTest): boolean =>
  type === undefined && major === undefined && minor === undefined && access === ALL;

/** The program: of the rules that fit the last one decides, and where none does the answer is no. */
export function deviceProgram(all: readonly DeviceTest[]): Uint8Array {
  // The kernel refuses instructions that are never reached.
  const rules = all.slice(Math.max(0, all.findLastIndex(isEverything)));
  const rest =
    rules[0] !== undefined && isEverything(rules[0])
      ? []
      : [...instruction(MOV64_IMMEDIATE, RESULT, 0, 0, 0), ...instruction(EXIT, 0)];
  return new Uint8Array([
    ...instruction(LDX_WORD, WANTED, CONTEXT, 0),
    ...instruction(LDX_WORD, MAJOR, CONTEXT, 4),
    ...instruction(LDX_WORD, MINOR, CONTEXT, 8),
    ...instruction(MOV32_REGISTER, TYPE, WANTED),
    ...instruction(AND32_IMMEDIATE, TYPE, 0, 0, 0xffff),
    ...instruction(RSH32_IMMEDIATE, WANTED, 0, 0, 16),
    ...rules.toReversed().flatMap(ruleCode),
    ...rest,
  ]);
}
