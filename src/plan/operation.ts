/** What a row of the operation table (`./ops.ts`) is made of. */

/** What the fields are that hold text; `bpf` is a program in base64, `base64` any other bytes. */
export const TEXTS = ["string", "path", "bpf", "base64"] as const;

/** What a field holds, and so how it is checked, encoded and worded. All but the texts are numbers. */
export type FieldKind =
  | (typeof TEXTS)[number]
  | "number"
  | "octal"
  | "clone_flags"
  | "mount_attributes"
  | "propagation"
  // What another operation opened, by its number there.
  | "slot"
  | "capabilities"
  | "resource";

/** When, and by whom, an operation is done. */
export type Where = "before" | "clone" | "outside" | "inside" | "any";

/** One row of the table. */
export interface Operation {
  readonly where: Where;
  /** What undoes it. */
  readonly undo: string;
  /** One sentence without a full stop; `{field}` stands for a field's value. */
  readonly says: string;
  /** The system call that does the work. */
  readonly call: string;
  /** Where to read on. */
  readonly man: string;
  /** The namespace kind it makes no sense without. */
  readonly kind?: string;
  /** Its fields in the order of the encoding. */
  readonly fields: Readonly<Record<string, FieldKind>>;
}
