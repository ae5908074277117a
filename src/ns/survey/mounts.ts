/**
 * The bind mounts of namespaces, in every mount namespace: their mount tables show them with a root such as
 * "net:[4026531840]", see proc_pid_mountinfo(5).
 */
import { closeSync } from "node:fs";
import { openIn } from "../../sys/open-in.ts";
import { KINDS, type KindName } from "../kinds.ts";
import type { Mount } from "../model.ts";
import { isWithin } from "../mount-tree.ts";
import { parseMountinfo } from "../mountinfo.ts";
import type { Found } from "./found.ts";
import { learn } from "./learn.ts";
import { tasksByMounts, type View, viewOf } from "./mount-view.ts";

/** File systems that a server behind them may hold up for as long as it likes. */
const WAITS = /^(?:fuse|nfs|cifs|smb|9p|autofs|ceph|afs|coda|orangefs|lustre)/;

/** A mount namespace can be mounted a hundred thousand times where another mount hides it: no more are tried. */
const TRIES = 64;

/** Mount tables by the id of their namespace. */
export type Tables = Record<string, readonly Mount[]>;

/** What a search for bind mounts carries along. */
interface Search {
  readonly found: Found;
  /** Mount namespaces that a bind mount led to, held open: no process may be in them. */
  readonly held: Map<number, number>;
  /** How often each mount namespace was looked for by a mount of it. */
  readonly tries: Map<number, number>;
}

/**
 * Looks for bind mounts in all mount namespaces known so far, and in those that they lead to. Returns the
 * mount tables, where they are to be kept.
 */
export function lookAtMounts(found: Found, keep: boolean): Tables {
  const tables: Tables = {};
  const search: Search = { found, held: new Map(), tries: new Map() };
  const tasks = tasksByMounts(found);
  const done = new Set<number>();
  const next = () => [...found.namespaces.values()].filter(({ id, kind }) => kind === "mnt" && !done.has(id));
  try {
    for (let todo = next(); todo.length > 0; todo = next()) {
      for (const { id } of todo) {
        done.add(id);
        if (!keep && found.bare.has(id)) continue;
        const view = viewOf(id, tasks.get(id) ?? [], pathsTo(search, id));
        if (view?.whole !== true) found.mounts++;
        if (view === undefined) continue;
        try {
          if (view.table.includes(" - nsfs ")) record(search, id, view);
          if (keep) tables[id] = parseMountinfo(view.table);
        } finally {
          closeSync(view.root);
        }
      }
    }
  } finally {
    for (const fd of search.held.values()) closeSync(fd);
  }
  return tables;
}

/** Paths that lead to mount namespace `id` itself. */
function pathsTo({ found, held }: Search, id: number): string[] {
  const paths: string[] = [];
  const fd = held.get(id);
  if (fd !== undefined) paths.push(`/proc/self/fd/${fd}`);
  for (const { id: other, holder } of found.holders) {
    if (other === id && holder.by === "descriptor") paths.push(`/proc/${holder.pid}/fd/${holder.fd}`);
  }
  return paths;
}

/** Records the holders in a mount table. */
function record(search: Search, namespace: number, { table, root }: View): void {
  const mounts = parseMountinfo(table);
  for (const { type, root: shown, path } of mounts) {
    const [, name, digits] = /^(\w+):\[(\d+)\]$/.exec(shown) ?? [];
    const kind = KINDS.find((row) => row.name === name)?.name;
    if (type !== "nsfs" || kind === undefined) continue;
    const id = Number(digits);
    const { namespaces, holders } = search.found;
    if (!namespaces.has(id) || (kind === "mnt" && isWanted(search, id))) {
      meet(search, { id, kind, path, root, mounts });
    }
    holders.push({ id, holder: { by: "mount", namespace, path } });
  }
}

/** Whether mount namespace `id` is not held open yet, and still worth a try. */
function isWanted({ held, tries }: Search, id: number): boolean {
  if (held.has(id)) return false;
  const before = tries.get(id) ?? 0;
  tries.set(id, before + 1);
  return before < TRIES;
}

interface Meeting {
  readonly id: number;
  readonly kind: KindName;
  readonly path: string;
  readonly root: number;
  readonly mounts: readonly Mount[];
}

/** Learns of a namespace that only a mount shows; of one that cannot be reached by it just that it is there. */
function meet({ found, held }: Search, { id, kind, path, root, mounts }: Meeting): void {
  const isSafe = () => !mounts.some((mount) => WAITS.test(mount.type) && isWithin(path, mount.path));
  const fd = openIn(root, path, isSafe);
  const is = fd < 0 ? null : learn(found, fd);
  if (is === id && kind === "mnt") held.set(id, fd);
  else if (fd >= 0) closeSync(fd);
  if (found.namespaces.has(id)) return;
  const unknown = { serial: null, owner: null, uid: null, parent: null, refused: true };
  found.namespaces.set(id, { id, kind, ...unknown });
}
