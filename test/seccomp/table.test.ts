/** The numbers of system calls. Judges: the kernel's headers on this machine, and libseccomp. */
import { describe, expect, test } from "bun:test";
import type { Arch } from "../../src/seccomp/arch.ts";
import { SYSCALLS } from "../../src/seccomp/syscalls.ts";
import { NO_JUDGE, numbersKnown } from "./judge.ts";
import { ARCHES } from "./judged.ts";

const COMPILERS: Readonly<Record<Arch, readonly string[]>> = {
  x64: ["x86_64-linux-gnu-gcc"],
  arm64: ["aarch64-linux-gnu-gcc"],
};

/** Names that the headers define for their own use. */
const NO_CALLS = ["syscalls", "arch_specific_syscall"];

/** What <asm/unistd.h> says where programs for `arch` are compiled; undefined where none are. */
function headers(arch: Arch): [name: string, number: number][] | undefined {
  const own = process.arch === arch ? (process.env["CC"] ?? "cc").split(" ") : COMPILERS[arch];
  if (Bun.which(own[0] ?? "") === null) return undefined;
  const stdin = Buffer.from("#include <asm/unistd.h>\n");
  const names = Bun.spawnSync([...own, "-dM", "-E", "-"], { stdin }).stdout.toString();
  const defined = [...names.matchAll(/^#define __NR_(\w+) /gm)].map(([, name = ""]) => name);
  const wanted = defined.filter((name) => !NO_CALLS.includes(name));
  // Some are defined by others: the preprocessor knows best what they come to.
  const source = wanted.map((name) => `"${name}" __NR_${name}`);
  const text = Buffer.from(`#include <asm/unistd.h>\n${source.join("\n")}\n`);
  const { stdout } = Bun.spawnSync([...own, "-E", "-P", "-"], { stdin: text });
  return [...stdout.toString().matchAll(/^"(\w+)" (\d+)$/gm)].map(([, name = "", number]) => [
    name,
    Number(number),
  ]);
}

describe.each(ARCHES)("on %s", (arch) => {
  const names = SYSCALLS[arch];
  const found = headers(arch);

  test.skipIf(found === undefined)(
    `system calls have the numbers that the kernel's headers give them${found ? "" : " (needs a compiler for it)"}`,
    () => {
      // Headers that are newer than the table have calls that answer ENOSYS.
      const known = (found ?? []).filter(([, number]) => number < names.length);
      expect(known.length).toBeGreaterThan(300);
      expect(known.filter(([name, number]) => names[number] !== name)).toEqual([]);
    },
  );

  test.skipIf(NO_JUDGE !== "")(
    `system calls have the numbers that libseccomp gives them${NO_JUDGE && ` (${NO_JUDGE})`}`,
    () => {
      const all = [...names.entries()].filter(([, name]) => name !== "");
      const numbers = numbersKnown(
        arch,
        all.map(([, name]) => name),
      );
      const other = all.filter(([number], at) => (numbers[at] ?? number) !== number);
      expect(other).toEqual([]);
      expect(numbers.filter((number) => number !== undefined).length).toBeGreaterThan(290);
    },
  );

  test("no name stands twice", () => {
    const used = names.filter((name) => name !== "");
    expect(new Set(used).size).toBe(used.length);
  });
});
