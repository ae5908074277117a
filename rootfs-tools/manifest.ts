/** What goes into the tree, and why. */
import type { BigIntStats } from "node:fs";
import type { Walk } from "./paths.ts";

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

/** Everything that is copied, and every path by which it must be reachable. */
export class Manifest {
  readonly files = new Map<string, { path: string; stat: BigIntStats; kind: Kind; why: Reason[] }>();
  /** The paths that programs and the loader use, with the links on them. */
  readonly wanted = new Map<string, Walk>();
  readonly #reasons = new Set<string>();

  /** Adds the regular file at the end of `walk`, which is reached as `path`. */
  add(path: string, walk: Walk, kind: Kind, why: Reason): void {
    const stat = walk.entry?.stat;
    if (stat === undefined) return;
    this.wanted.set(path, walk);
    const file = this.files.get(walk.path);
    const key = `${walk.path}\0${why.by}\0${why.name}`;
    if (this.#reasons.has(key)) return;
    this.#reasons.add(key);
    if (file === undefined) this.files.set(walk.path, { path: walk.path, stat, kind, why: [why] });
    else {
      file.why.push(why);
      if (kind === "program") file.kind = kind;
    }
  }
}
