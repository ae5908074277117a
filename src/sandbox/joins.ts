/** Namespaces that are joined instead of made, in the order that works. See setns(2). */
import { flagOf, type KindName } from "../ns/kinds.ts";
import { block } from "../plan/block.ts";
import type { Block } from "../plan/plan.ts";
import { UsageError } from "../util/errors.ts";

/** One of them. */
export interface Join {
  readonly kind: KindName;
  /** An absolute path of the host. */
  readonly path: string;
  /** Its number, where another one there is not to be joined. */
  readonly inode?: number;
  /** A mount namespace: copied first, so that nothing mounted reaches it. */
  readonly copy: boolean;
}

/**
 * What the monitor does before the clone. Root has rights over namespaces of any owner until it joins a user
 * namespace, so that comes last; an ordinary user has rights only from there on, so that comes first. The
 * processes of a PID namespace are looked up by paths that mean nothing once the mounts are others.
 */
export function joinBlocks(joins: readonly Join[], uid: number): Block[] {
  const first = uid === 0 ? "mnt" : "user";
  const last = uid === 0 ? "user" : "";
  const rank = ({ kind }: Join): number => (kind === first ? 0 : kind === last ? 2 : 1);
  return joins
    .toSorted((a, b) => rank(a) - rank(b))
    .map(({ kind, path, inode = 0 }) => block({ op: "join", type: flagOf(kind), path, inode }));
}

/**
 * A joined mount namespace brings its own root, and what is mounted in it appears to all that are in it.
 * @throws UsageError where another root, or a mount, is asked for.
 */
export function checkMountJoin({ copy }: Join, root: string, mounts: boolean): void {
  if (root !== "/") {
    throw new UsageError(
      'With a joined mount namespace ROOTFS must be "/"',
      "The root is that namespace's own: give / in its place",
    );
  }
  if (mounts && !copy) {
    throw new UsageError(
      "Nothing is mounted in a joined mount namespace: it would appear in the other container",
      "`--join mnt=…:copy` copies the namespace first",
    );
  }
}

/** What the child does first with a joined mount namespace. `copied`: the clone has copied it. */
export function joinMountBlocks(joins: readonly Join[], copied: boolean): Block[] {
  const join = joins.find(({ kind }) => kind === "mnt");
  if (join === undefined) return [];
  const enter = block({ op: "join_mounts" });
  return join.copy && !copied ? [enter, block({ op: "copy_mounts" })] : [enter];
}
