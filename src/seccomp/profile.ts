/** What a filter is compiled from, whether it came from our own table or from a file. */
import type { Action } from "./actions.ts";

/** How an argument is compared. */
export const COMPARISONS = ["NE", "LT", "LE", "EQ", "GE", "GT"] as const;

/** One of them. */
export type Comparison = (typeof COMPARISONS)[number];

/** One argument compared with a value: `(argument & mask) op (value & mask)`, unsigned, 64 bits wide. */
export interface Condition {
  /** The argument's place, 0 to 5. */
  readonly index: number;
  readonly op: Comparison;
  readonly value: bigint;
  /** All bits where it is absent. */
  readonly mask?: bigint;
}

/** An answer for one system call, where all conditions hold. */
export interface Rule {
  readonly action: Action;
  readonly conditions: readonly Condition[];
}

/**
 * A filter in words. Of a call's rules the first without conditions counts, as in libseccomp; there being
 * none, the strictest of those whose conditions hold (libseccomp's answer depends on the order of the values
 * there); there being none either, `otherwise`.
 */
export interface Profile {
  /** For error messages: a file's name, or "default". */
  readonly source: string;
  /** Names of system calls to their rules. */
  readonly rules: ReadonlyMap<string, readonly Rule[]>;
  /** For calls of the table where no rule says anything. */
  readonly otherwise: Action;
  /** For numbers that no call of the table has: calls of a newer kernel. */
  readonly unknown: Action;
  /** For calls of x32, which share x86-64's AUDIT_ARCH. */
  readonly x32: Action;
  /** For calls through the table of another architecture, as 32-bit programs make them. */
  readonly foreign: Action;
  /** SECCOMP_FILTER_FLAG_… for seccomp(2). */
  readonly flags: number;
}

/** SECCOMP_FILTER_FLAG_… of <linux/seccomp.h> that a profile may ask for. */
export const FLAG = { LOG: 2, SPEC_ALLOW: 4 } as const;
