/** The architectures that filters are made for, and their system calls. */
import type { SYSCALLS } from "./syscalls.ts";

/** An architecture as Bun names it. */
export type Arch = keyof typeof SYSCALLS;

/** AUDIT_ARCH_… of <linux/audit.h>: what seccomp_data tells of the table that a call came through. */
export const AUDIT_ARCH: Readonly<Record<Arch, number>> = { x64: 0xc000003e, arm64: 0xc00000b7 };

/** Where x32 begins: calls of that table come as AUDIT_ARCH_X86_64 with this bit in their number. */
export const X32_BIT = 0x40000000;
