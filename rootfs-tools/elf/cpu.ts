/** What the loader asks of this machine's CPU: names of subdirectories, and the value of $PLATFORM. */
import { closeSync, openSync, readSync } from "node:fs";
import type { Machine } from "./elf.ts";

const EM_386 = 3;
const EM_X86_64 = 62;
const EM_AARCH64 = 183;

/** The flags of /proc/cpuinfo behind each level of the x86-64 psABI; a level includes those before. */
const LEVELS = [
  ["x86-64-v2", "cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3"],
  ["x86-64-v3", "avx avx2 bmi1 bmi2 f16c fma abm movbe xsave"],
  ["x86-64-v4", "avx512f avx512bw avx512cd avx512dq avx512vl"],
] as const;

let known: { readonly flags: ReadonlySet<string>; readonly intel: boolean } | undefined;

/** The first CPU of /proc/cpuinfo. The file grows with the number of CPUs: one block is enough. */
function cpu() {
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

const has = (names: string): boolean => names.split(" ").every((name) => cpu().flags.has(name));

/** Whether programs for `machine` run on this CPU itself, so that its features count for them. */
const isOurs = ({ bits, machine }: Machine): boolean =>
  process.arch === "x64" && machine === EM_X86_64 && bits === 64;

/** The directories below `glibc-hwcaps` that the loader searches, best first. */
export function hwcapsLevels(machine: Machine): readonly string[] {
  if (!isOurs(machine)) return [];
  const levels: string[] = [];
  for (const [name, flags] of LEVELS) {
    if (!has(flags)) break;
    levels.unshift(name);
  }
  return levels;
}

const isHaswell = (): boolean => cpu().intel && has("avx2 bmi1 bmi2 abm movbe popcnt");

/** The value of $PLATFORM; glibc refines the kernel's AT_PLATFORM on Intel CPUs. */
export function platform(machine: Machine): string | undefined {
  if (machine.machine === EM_AARCH64) return "aarch64";
  if (machine.machine === EM_386) return "i686";
  if (machine.machine !== EM_X86_64) return undefined;
  return isOurs(machine) && isHaswell() ? "haswell" : "x86_64";
}

/**
 * The names whose combinations glibc before 2.37 searched as subdirectories, most important first, with
 * the bits that ld.so.cache marks them by.
 */
export function legacySubdirectories(machine: Machine): readonly (readonly [name: string, bit: bigint])[] {
  if (!isOurs(machine)) return [["tls", 1n << 63n]];
  return [
    ["tls", 1n << 63n],
    ...(isHaswell() ? ([["haswell", 1n << 50n]] as const) : []),
    ...(cpu().intel && has("avx512cd avx512bw avx512dq avx512vl") ? ([["avx512_1", 1n << 2n]] as const) : []),
    ["x86_64", 1n << 1n],
  ];
}
