/** What a comparison is made of: rows, each a thing and its value on either side. */
import type { Details, Mount, Process } from "../model.ts";

/** One of two processes, and what is known of it. */
export interface Side {
  readonly process: Process;
  readonly details: Details | null;
  /** Its mount table. */
  readonly mounts: readonly Mount[] | null;
}

/** null: not known. Missing: that side has no such thing. */
export type Value = string | number | boolean | null | undefined | readonly (string | number)[];

/** One thing compared. */
export interface Row {
  readonly name: string;
  readonly left?: Value;
  readonly right?: Value;
  /** null: one side is not known. */
  readonly same: boolean | null;
}

/** Rows of one subject. */
export interface Section {
  readonly name: string;
  readonly title: string;
  readonly rows: readonly Row[];
}

/** Compares single values. */
export function valueRow(name: string, left: Value, right: Value): Row {
  const same = left === null || right === null ? null : left === right;
  return { name, left, right, same };
}

/** Compares sets: the order does not count. */
export function setRow(
  name: string,
  left: readonly (string | number)[] | null,
  right: readonly (string | number)[] | null,
): Row {
  if (left === null || right === null) return { name, left, right, same: null };
  const same = new Set(left).symmetricDifference(new Set(right)).size === 0;
  return { name, left, right, same };
}
