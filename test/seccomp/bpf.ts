/** The machine that seccomp(2) programs are written for, instruction by instruction, and what the kernel asks of them. */

/** What a program sees of a system call: struct seccomp_data. */
export interface Call {
  readonly nr: number;
  /** AUDIT_ARCH_… */
  readonly arch: number;
  /** Six arguments of 64 bits; those left out are 0. */
  readonly args: readonly bigint[];
}

/** How a program ends. */
export interface End {
  /** SECCOMP_RET_… and its data. */
  readonly action: number;
  /** Instructions executed, the return among them. */
  readonly steps: number;
}

/** AUDIT_ARCH_… of <linux/audit.h>. */
export const AUDIT = { x64: 0xc000003e, arm64: 0xc00000b7, i386: 0x40000003, arm: 0x40000028 } as const;

const LD_W_ABS = 0x20;
const RET_K = 0x06;
const JA = 0x05;
const JEQ = 0x15;
const JGT = 0x25;
const JGE = 0x35;
const JSET = 0x45;
const AND = 0x54;

/** struct sock_filter, eight bytes each, as the x86-64 and aarch64 kernels lay it out. */
export interface Instruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** The instructions of a program. */
export function decode(program: Uint8Array): readonly Instruction[] {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  return Array.from({ length: program.byteLength / 8 }, (_, index) => ({
    code: view.getUint16(index * 8, true),
    jt: view.getUint8(index * 8 + 2),
    jf: view.getUint8(index * 8 + 3),
    k: view.getUint32(index * 8 + 4, true),
  }));
}

/** The 32 bits at `offset` of struct seccomp_data; arguments begin at 16, the low half first. */
function word(call: Call, offset: number): number {
  if (offset === 0) return call.nr;
  if (offset === 4) return call.arch;
  if (offset < 16 || offset >= 64 || offset % 4 !== 0) throw new Error(`load at ${offset}`);
  const value = call.args[(offset - 16) >> 3] ?? 0n;
  return Number((offset % 8 === 0 ? value : value >> 32n) & 0xffffffffn);
}

function holds({ code, k }: Instruction, value: number): boolean {
  if (code === JEQ) return value === k;
  if (code === JGT) return value > k;
  if (code === JGE) return value >= k;
  if (code === JSET) return (value & k) !== 0;
  throw new Error(`instruction ${code.toString(16)}`);
}

/** Runs a program on a call; `onLoad` is told the offset of each word that is looked at. */
export function run(program: readonly Instruction[], call: Call, onLoad?: (offset: number) => void): End {
  let value = 0;
  for (let at = 0, steps = 1; ; steps++) {
    const instruction = program[at++];
    if (instruction === undefined) throw new Error("ran off the end");
    const { code, jt, jf, k } = instruction;
    if (code === RET_K) return { action: k, steps };
    if (code === LD_W_ABS) {
      onLoad?.(k);
      value = word(call, k);
    } else if (code === AND) value = (value & k) >>> 0;
    else if (code === JA) at += k;
    else at += holds(instruction, value) ? jt : jf;
  }
}

/**
 * Whether the kernel answers `nr` from its table of calls that are always allowed, without a run of the
 * filter: it looks at the program once, with nothing known but number and architecture, and gives up at any
 * load of something else. See seccomp_is_const_allow() in the kernel's kernel/seccomp.c, Linux 5.11.
 */
export function isCached(program: readonly Instruction[], nr: number, arch: number): boolean {
  const loads = new Set<number>();
  const call = { nr, arch, args: [] };
  const { action } = run(program, call, (offset) => loads.add(offset));
  return action === 0x7fff0000 && [...loads].every((offset) => offset === 0 || offset === 4);
}
