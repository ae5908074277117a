/** The filter of `build-rootfs --trace`: what it announces, lets through and refuses, on every call table. */
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import type { Arch } from "../../src/seccomp/arch.ts";
import { SYSCALLS } from "../../src/seccomp/syscalls.ts";
import { FILE_CALLS, REFUSED_CALLS } from "../../src/seccomp/trace/calls.ts";
import { nativeCalls, traceFilter } from "../../src/seccomp/trace/filter.ts";
import { AUDIT, decode, isCached, run } from "./bpf.ts";

const [ANNOUNCED, ALLOWED, ENOSYS] = [0x7fc00000, 0x7fff0000, 0x00050026];
const X32 = 0x40000000;
const UNISTD_32 = ["/usr/include/x86_64-linux-gnu/asm/unistd_32.h", "/usr/include/asm/unistd_32.h"].find(
  existsSync,
);

const PROGRAMS = { x64: decode(traceFilter("x64")), arm64: decode(traceFilter("arm64")) };
const answer = (filter: Arch, table: keyof typeof AUDIT, nr: number) =>
  run(PROGRAMS[filter], { nr, arch: AUDIT[table], args: [] }).action;

describe.each(["x64", "arm64"] as const)("on %s", (arch) => {
  test("calls that name no file are let through from the kernel's table, without running it", () => {
    const announced = nativeCalls(arch);
    for (const [nr, name] of SYSCALLS[arch].entries()) {
      if (answer(arch, arch, nr) !== ALLOWED) continue;
      expect([name, announced.has(nr), isCached(PROGRAMS[arch], nr, AUDIT[arch])]).toEqual([
        name,
        false,
        true,
      ]);
    }
  });

  test("each call of its own table is announced, made or refused as the table of calls says", () => {
    const announced = nativeCalls(arch);
    const refused: readonly string[] = REFUSED_CALLS.map(([name]) => name);
    for (const [nr, name] of SYSCALLS[arch].entries()) {
      const expected = announced.has(nr)
        ? ANNOUNCED
        : name !== "" && refused.includes(name)
          ? ENOSYS
          : ALLOWED;
      expect([name, answer(arch, arch, nr)]).toEqual([name, expected]);
    }
  });

  test("calls newer than the table do not exist", () => {
    for (const nr of [SYSCALLS[arch].length, 1000, X32 - 1, 0xffffffff])
      expect(answer(arch, arch, nr)).toBe(ENOSYS);
  });

  test("nothing goes through a table that it does not know", () => {
    expect(answer(arch, "arm", 5)).toBe(ENOSYS);
    expect(answer(arch, arch === "x64" ? "arm64" : "x64", 2)).toBe(ENOSYS);
  });
});

test("x32 does not exist: open, openat, and execve by its own number", () => {
  for (const nr of [2, 257, 520]) expect(answer("x64", "x64", X32 + nr)).toBe(ENOSYS);
});

test.skipIf(UNISTD_32 === undefined)(
  `calls of 32-bit programs have the numbers of the kernel's header${UNISTD_32 === undefined ? " (needs linux-libc-dev)" : ""}`,
  () => {
    const header = readFileSync(UNISTD_32!, "utf8");
    const named = new Map(
      [...header.matchAll(/^#define __NR_(\w+) (\d+)$/gm)].map(([, n, v]) => [n!, Number(v)]),
    );
    const numbered = FILE_CALLS.filter(({ name, i386 }) => i386 !== undefined && named.has(name));
    expect(numbered.length).toBeGreaterThan(60);
    for (const { name, i386 } of numbered) expect([name, i386]).toEqual([name, named.get(name)]);
    for (const { name, i386 } of numbered)
      expect([name, answer("x64", "i386", i386!)]).toEqual([name, ANNOUNCED]);
    for (const [name, nr] of REFUSED_CALLS) {
      expect([name, nr, answer("x64", "i386", nr)]).toEqual([name, named.get(name)!, ENOSYS]);
    }
    expect(answer("x64", "i386", named.get("socketcall")!)).toBe(ANNOUNCED);
    expect(answer("x64", "i386", named.get("read")!)).toBe(ALLOWED);
    expect(answer("x64", "i386", 500)).toBe(ENOSYS);
  },
);
