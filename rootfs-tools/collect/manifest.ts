/** What goes into the tree, and why. */
import type { BigIntStats } from "node:fs";
import type { Entry, Walk } from "../files/paths.ts";

/** What a path of the tree is there as. */
export type Kind =
  | "program"
  | "interpreter"
  | "library"
  | "link"
  | "config"
  | "data"
  | "directory"
  | "device";

/** Why something is there. */
export interface Reason {
  /** The path of what needs it; empty for what was asked for. */
  readonly by: string;
  /** The name it is needed by: `libc.so.6`. */
  readonly name: string;
  /** The rule by which it was found: `RUNPATH of "/opt/x/bin/x"`. */
  readonly rule: string;
}

/** What is known of a thing that is made and not copied. */
export interface Made {
  readonly type: "file" | "directory" | "link" | "character" | "block";
  readonly mode: number;
  readonly content?: Uint8Array;
  readonly target?: string;
  readonly device?: readonly [major: number, minor: number];
  /** Replaces what the target has there already. */
  readonly replace?: boolean;
}

/** One thing of the tree: copied from a system, or made. Links on the way to others are no items. */
export interface Item {
  /** Where it stands, by that system's layout and without links. */
  readonly path: string;
  readonly kind: Kind;
  readonly why: readonly Reason[];
  /** What is copied: where this system has it, and its state. */
  readonly source?: { readonly path: string; readonly stat: BigIntStats };
  readonly made?: Made;
}

interface Draft extends Item {
  kind: Kind;
  readonly why: Reason[];
  /** The names that are recorded in `why`, by who needs them. */
  readonly names: Map<string, Set<string>>;
}

/** Everything that is copied or made, and every path by which it must be reachable. */
export class Manifest {
  readonly #items = new Map<string, Draft>();
  /** The paths that programs and the loader use, with the links on them. */
  readonly wanted = new Map<string, Walk>();

  /** All things by their paths without links, in the order they were added. */
  get items(): ReadonlyMap<string, Item> {
    return this.#items;
  }

  /** Adds what stands at the end of `walk` and is at `source` on disk; it is reached as `path`. */
  add(path: string, walk: Walk, source: string, { kind, why }: { kind: Kind; why: Reason }): void {
    if (!this.wanted.has(path)) this.wanted.set(path, walk);
    const stat = walk.entry?.stat;
    if (stat === undefined) return;
    const draft = this.#draft(walk.path, kind, () => ({ source: { path: source, stat } }));
    explain(draft, why);
    if (kind === "program") draft.kind = kind;
  }

  /** Adds what is copied to another place than its own: somebody wants it there, whatever else would be. */
  put(
    path: string,
    source: { path: string; entry: Entry },
    { kind, why }: { kind: Kind; why: Reason },
  ): void {
    const { stat, target } = source.entry;
    if (stat === undefined) return;
    this.#reach(path);
    this.#items.delete(path);
    const thing =
      target === undefined
        ? { source: { path: source.path, stat } }
        : { made: { type: "link", mode: 0o777, target } as const };
    explain(
      this.#draft(path, kind, () => thing),
      why,
    );
  }

  /** Adds something that is made; the first of two at one path counts. */
  make(path: string, made: Made, { kind, why }: { kind: Kind; why: Reason }): void {
    this.#reach(path);
    explain(
      this.#draft(path, kind, () => ({ made })),
      why,
    );
  }

  #reach(path: string): void {
    if (this.wanted.has(path)) return;
    this.wanted.set(path, { path, links: [], passed: [], entry: undefined, errno: "" });
  }

  #draft(path: string, kind: Kind, thing: () => Pick<Item, "source" | "made">): Draft {
    let draft = this.#items.get(path);
    if (draft === undefined) {
      draft = { path, kind, why: [], names: new Map(), ...thing() };
      this.#items.set(path, draft);
    }
    return draft;
  }
}

function explain({ names, why }: Draft, reason: Reason): void {
  let known = names.get(reason.by);
  if (known === undefined) {
    known = new Set();
    names.set(reason.by, known);
  }
  if (known.has(reason.name)) return;
  known.add(reason.name);
  why.push(reason);
}
