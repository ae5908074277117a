/** Profiles as people write them, read for a machine of ours. */

import { compile } from "../../src/seccomp/compile.ts";
import type { Profile } from "../../src/seccomp/profile.ts";
import { type ReadOptions, readProfile } from "../../src/seccomp/read.ts";
import { SYSCALLS } from "../../src/seccomp/syscalls.ts";
import { AUDIT, decode, run } from "./bpf.ts";

/** What a profile is read for. */
export const HOST: ReadOptions = {
  source: "p.json",
  arch: "x64",
  capabilities: ["CHOWN"],
  kernel: "6.1.0-18-amd64",
};

/** The profile that a file holds: its text, or what its JSON stands for. */
export const read = (json: unknown, host: Partial<ReadOptions> = {}): Profile =>
  readProfile(typeof json === "string" ? json : JSON.stringify(json), { ...HOST, ...host });

/** A profile that refuses all but what `syscalls` say. */
export const refusing = (...syscalls: unknown[]) => ({ defaultAction: "SCMP_ACT_ERRNO", syscalls });

/** What the filter of `profile` answers to a call. */
export function answer(profile: Profile, name: string, ...args: bigint[]): number {
  const program = decode(compile(profile, "x64").bytes);
  return run(program, { nr: SYSCALLS.x64.indexOf(name), arch: AUDIT.x64, args }).action;
}

/** An engine's profile: all that the engines add to the runtimes' form, and comparisons of each sort. */
export const ENGINE = {
  defaultAction: "SCMP_ACT_ERRNO",
  defaultErrnoRet: 38,
  defaultErrno: "ENOSYS",
  archMap: [
    { architecture: "SCMP_ARCH_X86_64", subArchitectures: ["SCMP_ARCH_X86", "SCMP_ARCH_X32"] },
    { architecture: "SCMP_ARCH_AARCH64", subArchitectures: ["SCMP_ARCH_ARM"] },
    { architecture: "SCMP_ARCH_RISCV64", subArchitectures: null },
  ],
  syscalls: [
    { names: ["read", "write", "clone3", "no_such_call", "openat"], action: "SCMP_ACT_ALLOW", args: null },
    { names: ["keyctl"], action: "SCMP_ACT_ERRNO", errnoRet: 1, errno: "EPERM", comment: "", includes: {} },
    ...[0, 8, 0x20000, 0x20008, 0xffffffff].map((value) => ({
      names: ["personality"],
      action: "SCMP_ACT_ALLOW",
      args: [{ index: 0, value, valueTwo: 0, op: "SCMP_CMP_EQ" }],
    })),
    {
      names: ["clone"],
      action: "SCMP_ACT_ALLOW",
      args: [{ index: 0, value: 2114060288, op: "SCMP_CMP_MASKED_EQ" }],
      excludes: { caps: ["CAP_SYS_ADMIN"], arches: ["s390x"] },
    },
    { names: ["mount", "clone"], action: "SCMP_ACT_ALLOW", includes: { caps: ["CAP_SYS_ADMIN"] } },
    { names: ["ptrace"], action: "SCMP_ACT_ALLOW", includes: { minKernel: "4.8" } },
    { names: ["arch_prctl"], action: "SCMP_ACT_ALLOW", includes: { arches: ["amd64", "x32"] } },
    {
      names: ["socket"],
      action: "SCMP_ACT_ERRNO",
      errnoRet: 22,
      args: [
        { index: 0, value: 16, op: "SCMP_CMP_EQ" },
        { index: 2, value: 9, op: "SCMP_CMP_EQ" },
      ],
    },
    { names: ["socket"], action: "SCMP_ACT_ALLOW", args: [{ index: 0, value: 12, op: "SCMP_CMP_LT" }] },
    { names: ["socket"], action: "SCMP_ACT_ALLOW", args: [{ index: 0, value: 13, op: "SCMP_CMP_EQ" }] },
    { name: "ioctl", action: "SCMP_ACT_ALLOW", args: [{ index: 1, value: 0x5412, op: "SCMP_CMP_NE" }] },
    {
      names: ["fcntl"],
      action: "SCMP_ACT_ALLOW",
      args: [{ index: 2, value: 0x8000000000000000, op: "SCMP_CMP_GE" }],
    },
  ],
};
