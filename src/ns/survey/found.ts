/** What a look at the machine brings home, before it is put in relation: see `./assemble.ts`. */
import type { KindName } from "../kinds.ts";
import type { Holder, NamespaceIds, Process } from "../model.ts";

/** A process as it was read. */
export type FoundProcess = Omit<Process, "container" | "frozen" | "details">;

/** A namespace as its ioctls tell of it. */
export interface FoundNamespace {
  readonly id: number;
  readonly kind: KindName;
  readonly device: number;
  readonly serial: number | null;
  readonly owner: number | null;
  readonly uid: number | null;
  readonly parent: number | null;
  /** The kernel refused to name its owner or parent: out of reach, or at the top. */
  readonly refused: boolean;
}

/** Something that keeps a namespace alive, and which one. */
export interface FoundHolder {
  readonly id: number;
  readonly holder: Holder;
}

/** All of it. */
export interface Found {
  readonly processes: FoundProcess[];
  readonly namespaces: Map<number, FoundNamespace>;
  readonly holders: FoundHolder[];
  /** Counts for `Gaps`. */
  unreadable: number;
  mounts: number;
  descriptors: number;
  vanished: number;
}

/** Its own namespaces, of the process that looks. */
export type Own = NamespaceIds;
