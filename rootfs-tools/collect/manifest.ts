/** What goes into the tree, and why. */
import type { BigIntStats } from "node:fs";
import type { Walk } from "../files/paths.ts";

/** What a path of the tree is there as. */
export type Kind = "program" | "interpreter" | "library" | "link" | "config" | "directory";

/** Why something is there. */
export interface Reason {
  /** The path of what needs it; empty for what was asked for. */
  readonly by: string;
  /** The name it is needed by: `libc.so.6`. */
  readonly name: string;
  /** The rule by which it was found: `RUNPATH of "/opt/x/bin/x"`. */
  readonly rule: string;
}

/** A regular file of the host that is copied. */
export interface ManifestFile {
  readonly path: string;
  readonly stat: BigIntStats;
  readonly kind: Kind;
  readonly why: readonly Reason[];
}

interface Draft extends ManifestFile {
  kind: Kind;
  readonly why: Reason[];
  /** The names that are recorded in `why`, by who needs them. */
  readonly names: Map<string, Set<string>>;
}

/** Everything that is copied, and every path by which it must be reachable. */
export class Manifest {
  readonly #files = new Map<string, Draft>();
  /** The paths that programs and the loader use, with the links on them. */
  readonly wanted = new Map<string, Walk>();

  /** The files by their paths without links. */
  get files(): ReadonlyMap<string, ManifestFile> {
    return this.#files;
  }

  /** Adds the regular file at the end of `walk`, which is reached as `path`. */
  add(path: string, walk: Walk, kind: Kind, why: Reason): void {
    let file = this.#files.get(walk.path);
    if (file === undefined) {
      if (walk.entry?.stat === undefined) return;
      file = { path: walk.path, stat: walk.entry.stat, kind, why: [], names: new Map() };
      this.#files.set(walk.path, file);
    }
    if (!this.wanted.has(path)) this.wanted.set(path, walk);
    let names = file.names.get(why.by);
    if (names === undefined) {
      names = new Set();
      file.names.set(why.by, names);
    }
    if (names.has(why.name)) return;
    names.add(why.name);
    file.why.push(why);
    if (kind === "program") file.kind = kind;
  }
}
