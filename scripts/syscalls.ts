/**
 * Writes `src/seccomp/syscalls.ts`, the numbers of all system calls, from the kernel's headers:
 * `bun scripts/syscalls.ts [FOLDER]`.
 *
 * FOLDER is where Debian's newest linux-libc-dev was unpacked (`apt-get download linux-libc-dev`, then
 * `dpkg -x`): that package has the headers of every architecture. Without it, those of this machine are
 * taken, which need gcc-aarch64-linux-gnu and libc6-dev-arm64-cross, and may be old.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Our name of an architecture, that of its folder of headers, and its compiler. */
const ARCHES = [
  ["x64", "x86", "cc"],
  ["arm64", "arm64", "aarch64-linux-gnu-gcc"],
] as const;

/** Numbers that stand in a line of the written table. */
const A_LINE = 10;

/** Definitions that look like calls and are none. */
const NO_CALLS = new Set(["syscalls", "arch_specific_syscall"]);

/** Numbers to names, as the C preprocessor sees them in <asm/unistd.h>. */
function calls(folder: string | undefined, headers: string, compiler: string): Map<number, string> {
  const include =
    folder === undefined
      ? [compiler]
      : [
          "cc",
          "-nostdinc",
          `-I${join(folder, "usr/lib/linux/uapi", headers)}`,
          `-I${join(folder, "usr/include")}`,
        ];
  const source = Buffer.from("#include <asm/unistd.h>\n");
  const { exitCode, stdout, stderr } = Bun.spawnSync([...include, "-dM", "-E", "-"], { stdin: source });
  if (exitCode !== 0) throw new Error(`${include[0]}: ${stderr}`);
  const found = new Map<number, string>();
  for (const [, name = "", value] of stdout.toString().matchAll(/^#define __NR_(\w+) (\w+)$/gm)) {
    // A name may stand for another, as in asm-generic: `#define __NR_lseek __NR3264_lseek`.
    const number = value?.startsWith("__")
      ? stdout.toString().match(new RegExp(`^#define ${value} (\\d+)$`, "m"))?.[1]
      : value;
    if (number === undefined || !/^\d+$/.test(number) || NO_CALLS.has(name)) continue;
    const other = found.get(Number(number));
    if (other !== undefined) throw new Error(`${headers}: ${number} is both ${other} and ${name}`);
    found.set(Number(number), name);
  }
  if (found.size === 0) throw new Error(`${headers}: no system calls found`);
  return found;
}

/** All names by number, `A_LINE` to a line; a number without a name is "". */
function lines(names: Map<number, string>): string[] {
  const last = Math.max(...names.keys());
  const words = Array.from({ length: last + 1 }, (_, number) => `"${names.get(number) ?? ""}"`);
  const starts = words.flatMap((_, number) => (number % A_LINE === 0 ? [number] : []));
  return starts.map((start) => `    ${words.slice(start, start + A_LINE).join(", ")},`);
}

const folder = process.argv[2];
const tables = ARCHES.map(([arch, headers, compiler]) => {
  const names = calls(folder, headers, compiler);
  console.log(`${arch}: ${names.size} system calls, the last is ${Math.max(...names.keys())}`);
  return `  // biome-ignore format: ten numbers a line\n  ${arch}: [\n${lines(names).join("\n")}\n  ],\n`;
});

writeFileSync(
  join(import.meta.dir, "../src/seccomp/syscalls.ts"),
  `/** Written by scripts/syscalls.ts from the kernel's headers. Do not edit. */

/** The names of an architecture's system calls by number, "" where a number has none. See syscalls(2). */
export const SYSCALLS: Readonly<Record<${ARCHES.map(([arch]) => `"${arch}"`).join(" | ")}, readonly string[]>> = {
${tables.join("")}};
`,
);
