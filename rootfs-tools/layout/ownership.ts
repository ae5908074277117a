/** Whom the files of a tree belong to. */

/** How owners are chosen. */
export interface OwnerOptions {
  /** Everything is given to these. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/** Owners of copied files, and of those that are made. */
export class Ownership {
  readonly #all: OwnerOptions["owner"];
  /** The user whom made files belong to. */
  readonly made: number;
  readonly madeGroup: number;

  constructor({ owner }: OwnerOptions) {
    this.#all = owner;
    this.made = owner?.uid ?? 0;
    this.madeGroup = owner?.gid ?? 0;
  }

  /** The owner of the copy of a file. */
  of({ uid, gid }: { readonly uid: bigint; readonly gid: bigint }): { uid: number; gid: number } {
    return this.#all ?? { uid: Number(uid), gid: Number(gid) };
  }
}
