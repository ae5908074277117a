/** The plan: what `run` is about to do, as pure data. */
import type { FieldKind, TEXTS } from "./operation.ts";
import type { OPS, OpName } from "./ops.ts";

type Value<K extends FieldKind> = K extends (typeof TEXTS)[number] ? string : number;

/** One operation with its fields: `{ op: "hostname", name: "zion" }`. */
export type Op = {
  [N in OpName]: { readonly op: N } & {
    readonly [F in keyof (typeof OPS)[N]["fields"]]: Value<(typeof OPS)[N]["fields"][F] & FieldKind>;
  };
}[OpName];

/** What a plan holds beside its operations. Strings hold text, or one byte a character where `bytes` is set. */
export interface Frame {
  /** The command and its arguments. */
  readonly argv: readonly string[];
  /** The command's environment, `NAME=VALUE` each. */
  readonly env: readonly string[];
  /** The one variable that a report of failure is shown under: `NO_COLOR=1`, `TERM=xterm`. */
  readonly display: string;
  /** Every string holds bytes (each character below 256), since an argument was no UTF-8. */
  readonly bytes: boolean;
}

/** A whole plan, to be read. */
export interface Plan extends Frame {
  /** Operations in their order: `before`, one `clone`, `outside`, `inside`, `exec` last. */
  readonly ops: readonly Op[];
}

/** Some operations, encoded. */
export interface Block {
  readonly text: string;
  readonly count: number;
}

/** A whole plan, to be carried out: its operations are encoded already. */
export interface EncodedPlan extends Frame {
  readonly blocks: readonly Block[];
}
