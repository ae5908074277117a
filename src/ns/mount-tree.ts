/**
 * Mounts as a tree, and which of them a path still leads to. A mount table lists what is hidden by later
 * mounts as well; see mount_namespaces(7) and path_resolution(7).
 */
import type { Mount } from "./model.ts";

/** Why no path leads to a mount. */
export interface Hidden {
  /** `in place`: another mount stands on its root. `above`: one stands on a directory that leads to it. `root`:
   * it stands on the root directory itself, which the processes' roots lie below. */
  readonly how: "in place" | "above" | "root";
  /** The id of the mount that hides it. */
  readonly by: number;
}

/** A mount, and what is mounted in it. */
export interface MountNode {
  readonly mount: Mount;
  readonly hidden: Hidden | null;
  readonly children: readonly MountNode[];
}

/** `path` is `directory` or lies below it. */
export const isWithin = (path: string, directory: string): boolean =>
  directory === "/" || path === directory || path.startsWith(`${directory}/`);

/** PATH_MAX: longer paths are no kernel's. */
const LONGEST_PATH = 4096;

const above = (path: string): string => path.slice(0, Math.max(path.lastIndexOf("/"), 1));

/** Mounts by id, by parent, and the topmost: those whose parent is not in the table. */
function familiesOf(mounts: readonly Mount[]) {
  const byId = new Map(mounts.map((mount) => [mount.id, mount]));
  const children = Map.groupBy(mounts, ({ parent }) => parent);
  const tops = mounts.filter(({ id, parent }) => id === parent || !byId.has(parent));
  return { byId, children, tops };
}

/**
 * Which mounts of one mount table are hidden, and by what, for a process whose root is that of the table. A
 * table is as one process sees it: paths count from its root.
 */
export function hiddenMounts(mounts: readonly Mount[]): Map<number, Hidden> {
  const { byId, children, tops } = familiesOf(mounts);
  const hidden = new Map<number, Hidden>();
  // Each group of siblings, with the last one on each path; computed once a parent.
  const places = new Map<number, Map<string, Mount>>();
  for (const [parent, group] of children) {
    places.set(parent, new Map(group.map((mount) => [mount.path, mount])));
  }
  const isTop = new Set(tops.map(({ id }) => id));
  const queue = [...tops];
  const seen = new Set<number>();
  // The queue grows while it is walked: children come after their parent.
  for (const mount of queue) {
    if (seen.has(mount.id)) continue;
    seen.add(mount.id);
    const own = hide(mount);
    if (own !== undefined) hidden.set(mount.id, own);
    queue.push(...(children.get(mount.id) ?? []));
  }
  return hidden;

  function hide(mount: Mount): Hidden | undefined {
    const parent = mount.id === mount.parent ? undefined : byId.get(mount.parent);
    const isOfRoot = parent !== undefined && isTop.has(parent.id) && parent.path === "/";
    if (isOfRoot && mount.path === "/") return { how: "root", by: parent.id };
    const inherited = parent === undefined ? undefined : hidden.get(parent.id);
    if (inherited !== undefined && inherited.how !== "in place") return { how: "above", by: inherited.by };
    const siblings = places.get(mount.parent);
    const twin = siblings?.get(mount.path);
    if (mount.path !== parent?.path && mount.path.length <= LONGEST_PATH) {
      // Up to the parent's own root: what covers that covers all that is mounted in it.
      const end = parent?.path ?? "/";
      for (let path = mount.path; path !== end && path !== "/"; ) {
        path = above(path);
        const sibling = siblings?.get(path);
        if (sibling === undefined || sibling.id === mount.id || !isWithin(path, end)) continue;
        if (!(isOfRoot && path === "/")) return { how: "above", by: sibling.id };
      }
      if (twin !== undefined && twin.id !== mount.id) return { how: "in place", by: twin.id };
    }
    if (isTop.has(mount.id) && mount.path === "/") return undefined;
    const cover = places.get(mount.id)?.get(mount.path);
    return cover === undefined || cover.id === mount.id ? undefined : { how: "in place", by: cover.id };
  }
}

/** The tree of a mount table, siblings in the order of their paths, then of their ids. */
export function mountTree(mounts: readonly Mount[]): MountNode[] {
  const { children, tops } = familiesOf(mounts);
  const hidden = hiddenMounts(mounts);
  const seen = new Set<number>();
  const queue: (MountNode & { readonly children: MountNode[] })[] = [];
  const add = (group: readonly Mount[], siblings: MountNode[]): void => {
    for (const mount of sorted(group)) {
      if (seen.has(mount.id)) continue;
      seen.add(mount.id);
      const node = { mount, hidden: hidden.get(mount.id) ?? null, children: [] };
      siblings.push(node);
      queue.push(node);
    }
  };
  const forest: MountNode[] = [];
  add(tops, forest);
  for (const node of queue) add(children.get(node.mount.id) ?? [], node.children);
  return forest;
}

const sorted = (mounts: readonly Mount[]): Mount[] =>
  mounts.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.id - b.id));

/** The mount that `path` leads to: the deepest visible one that it lies in; undefined in an empty table. */
export function mountAt(mounts: readonly Mount[], path: string): Mount | undefined {
  const hidden = hiddenMounts(mounts);
  let found: Mount | undefined;
  for (const mount of mounts) {
    if (hidden.has(mount.id) || !isWithin(path, mount.path)) continue;
    if (found === undefined || mount.path.length >= found.path.length) found = mount;
  }
  return found;
}

/** A mount in some mount namespace. */
export interface Elsewhere {
  /** The id of the mount namespace. */
  readonly namespace: number;
  readonly mount: Mount;
}

/** Where mounts and unmounts come from and go to, see mount_namespaces(7). */
export interface Propagation {
  /** In the same peer group: each sends to all others. */
  readonly peers: readonly Elsewhere[];
  /** Those it receives from. */
  readonly masters: readonly Elsewhere[];
  /** Those that receive from it. */
  readonly slaves: readonly Elsewhere[];
  /** How many of each, which costs nothing to know. */
  readonly counts: { readonly peers: number; readonly slaves: number };
}

/** Looks up the propagation of any mount of `tables`, mount tables by the ids of their mount namespaces. */
export function propagationIn(
  tables: Readonly<Record<string, readonly Mount[]>>,
): (mount: Mount) => Propagation {
  const senders = new Map<number, Elsewhere[]>();
  const receivers = new Map<number, Elsewhere[]>();
  const add = (map: Map<number, Elsewhere[]>, group: number | null, one: Elsewhere): void => {
    if (group === null) return;
    const known = map.get(group);
    if (known === undefined) map.set(group, [one]);
    else known.push(one);
  };
  for (const [namespace, mounts] of Object.entries(tables)) {
    for (const mount of mounts) {
      const one = { namespace: Number(namespace), mount };
      add(senders, mount.shared, one);
      add(receivers, mount.master, one);
    }
  }
  const at = (map: Map<number, Elsewhere[]>, group: number | null) =>
    group === null ? [] : (map.get(group) ?? []);
  return (mount) => ({
    get peers() {
      return at(senders, mount.shared).filter((other) => other.mount.id !== mount.id);
    },
    masters: at(senders, mount.master),
    slaves: at(receivers, mount.shared),
    counts: {
      peers: Math.max(at(senders, mount.shared).length - 1, 0),
      slaves: at(receivers, mount.shared).length,
    },
  });
}

/** The words for how a mount propagates, as mount(8) takes them. */
export function propagationWord({ shared, master, unbindable }: Mount): string {
  if (unbindable) return "unbindable";
  if (shared !== null) return master === null ? "shared" : "shared slave";
  return master === null ? "private" : "slave";
}
