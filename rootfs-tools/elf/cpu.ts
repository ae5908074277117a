/**
 * What the loader asks of a CPU: names of subdirectories, and the value of $PLATFORM. A tree may be for this
 * machine's CPU, for the plainest of its kind, or for each that there is.
 */
import { closeSync, openSync, readSync } from "node:fs";
import type { Machine } from "./elf.ts";
import { abiOf } from "./machine.ts";

/** Whose libraries are taken: the plainest CPU's, those that this machine's loader picks, or all there are. */
export type Hwcaps = (typeof HWCAPS)[number];

/** Every word for that. */
export const HWCAPS = ["base", "host", "all"] as const;

/** A CPU as the loader sees it. */
export interface Cpu {
  /** The directories below `glibc-hwcaps` that are searched, best first. */
  readonly levels: readonly string[];
  /** The value of $PLATFORM; `undefined` where none is known. */
  readonly platform: string | undefined;
  /**
   * The names whose combinations glibc before 2.37 searched as subdirectories, most important first, with
   * the bits that ld.so.cache marks them by.
   */
  readonly legacy: readonly (readonly [name: string, bit: bigint])[];
}

const EM_386 = 3;
const EM_X86_64 = 62;

const TLS = ["tls", 1n << 63n] as const;
const HASWELL = ["haswell", 1n << 50n] as const;
const I686 = ["i686", 1n << 49n] as const;
const AVX512 = ["avx512_1", 1n << 2n] as const;
const X86_64 = ["x86_64", 1n << 1n] as const;
const SSE2 = ["sse2", 1n << 0n] as const;

/** The flags of /proc/cpuinfo behind each level of the x86-64 psABI; a level includes those before. */
const LEVELS = [
  ["x86-64-v2", "cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3"],
  ["x86-64-v3", "avx avx2 bmi1 bmi2 f16c fma abm movbe xsave"],
  ["x86-64-v4", "avx512f avx512bw avx512cd avx512dq avx512vl"],
] as const;

let known: { readonly flags: ReadonlySet<string>; readonly intel: boolean } | undefined;

/** The first CPU of /proc/cpuinfo. The file grows with the number of CPUs: one block is enough. */
function firstCpu() {
  if (known !== undefined) return known;
  let text = "";
  try {
    const fd = openSync("/proc/cpuinfo", "r");
    const block = new Uint8Array(8192);
    text = new TextDecoder().decode(block.subarray(0, readSync(fd, block, 0, block.length, 0)));
    closeSync(fd);
  } catch {
    // Without /proc the plainest CPU of the kind is assumed.
  }
  const flags = /^flags\s*:(.*)$/m.exec(text)?.[1] ?? "";
  known = { flags: new Set(flags.trim().split(" ")), intel: text.includes("GenuineIntel") };
  return known;
}

const has = (names: string): boolean => names.split(" ").every((name) => firstCpu().flags.has(name));

/** This machine's CPU, for programs of x86-64. */
function hostCpu(): Cpu {
  const levels: string[] = [];
  for (const [name, flags] of LEVELS) {
    if (!has(flags)) break;
    levels.unshift(name);
  }
  const { intel } = firstCpu();
  const haswell = intel && has("avx2 bmi1 bmi2 abm movbe popcnt");
  const avx512 = intel && has("avx512cd avx512bw avx512dq avx512vl");
  return {
    levels,
    // glibc refines the kernel's AT_PLATFORM on Intel CPUs.
    platform: haswell ? "haswell" : "x86_64",
    legacy: [TLS, ...(haswell ? [HASWELL] : []), ...(avx512 ? [AVX512] : []), X86_64],
  };
}

/** The plainest CPU that runs programs for `machine`. */
function plainCpu(machine: Machine): Cpu {
  const platform = PLATFORMS[abiOf(machine)?.name ?? ""];
  if (machine.machine === EM_386) return { levels: [], platform, legacy: [TLS, I686, SSE2] };
  if (machine.machine === EM_X86_64) return { levels: [], platform, legacy: [TLS, X86_64] };
  return { levels: [], platform, legacy: platform === undefined ? [TLS] : [TLS, [platform, 0n]] };
}

/** AT_PLATFORM of kernels that give one whatever the CPU is. */
const PLATFORMS: Readonly<Record<string, string>> = {
  "x86-64": "x86_64",
  x32: "x86_64",
  i386: "i686",
  aarch64: "aarch64",
};

/** The CPUs that `hwcaps` asks for, best first; this machine's counts only for what it runs itself. */
export function cpusFor(machine: Machine, hwcaps: Hwcaps): readonly Cpu[] {
  const base = plainCpu(machine);
  const isX86 = machine.machine === EM_X86_64 && machine.bits === 64;
  if (hwcaps === "base") return [base];
  if (hwcaps === "host") return [isX86 && process.arch === "x64" ? hostCpu() : base];
  const levels = abiOf(machine)?.levels ?? [];
  const plain = levels.map((_, index) => ({ ...base, levels: levels.slice(index) }));
  if (!isX86) return [...plain, base];
  const intel = (cpu: Cpu, ...names: (readonly [string, bigint])[]): Cpu => ({
    ...cpu,
    platform: "haswell",
    legacy: [TLS, HASWELL, ...names, X86_64],
  });
  const [v4 = base, v3 = base, ...older] = plain;
  return [intel(v4, AVX512), v4, intel(v3), v3, ...older, base];
}
