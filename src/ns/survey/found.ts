/** What a look at the machine brings home, before it is put in relation: see `./assemble.ts`. */
import type { KindName } from "../kinds.ts";
import type { Holder, Process } from "../model.ts";

/** A process as it was read. */
export type FoundProcess = Omit<Process, "container" | "details">;

/** A namespace as its ioctls tell of it. */
export interface FoundNamespace {
  readonly id: number;
  readonly kind: KindName;
  readonly serial: number | null;
  readonly owner: number | null;
  /** Who made it, of user namespaces. */
  readonly uid: number | null;
  readonly parent: number | null;
  /** Its owner or parent was not named: out of reach, or it is at the top. */
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
  /** Mount namespaces in which no namespaces are mounted. */
  readonly bare: ReadonlySet<number>;
  /** Of the inodes of all namespaces. */
  device: number;
  /** Counts for `Gaps`. */
  unreadable: number;
  mounts: number;
  descriptors: number;
  vanished: number;
}
