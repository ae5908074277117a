/** The plan: what `run` is about to do, as pure data. */
import type { FieldKind, OPS, OpName } from "./ops.ts";

type Value<K extends FieldKind> = K extends "string" | "path" ? string : number;

/**
 * One operation with its fields: `{ op: "hostname", name: "zion" }`. What is the same in every plan may bring
 * its encoding along.
 */
export type Op = {
  [N in OpName]: { readonly op: N; readonly encoded?: string } & {
    readonly [F in keyof (typeof OPS)[N]["fields"]]: Value<(typeof OPS)[N]["fields"][F] & FieldKind>;
  };
}[OpName];

/** A whole plan. Strings hold text, or one byte a character where `bytes` is set. */
export interface Plan {
  /** Operations in their order: `before`, one `clone`, `outside`, `inside`, `exec` last. */
  readonly ops: readonly Op[];
  /** The command and its arguments. */
  readonly argv: readonly string[];
  /** The command's environment, `NAME=VALUE` each. */
  readonly env: readonly string[];
  /** The one variable that a report of failure is shown under: `NO_COLOR=1`, `TERM=xterm`. */
  readonly display: string;
  /** Every string holds bytes (each character below 256), since an argument was no UTF-8. */
  readonly bytes: boolean;
}
