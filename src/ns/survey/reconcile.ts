/**
 * What was read at different moments, made to agree: an id is used again as soon as its namespace is gone,
 * by one of any kind.
 */
import { closeNamespace, identityOf, openNamespace } from "../../sys/nsfs.ts";
import { KINDS, type KindName } from "../kinds.ts";
import type { NamespaceIds } from "../model.ts";
import type { Found, FoundProcess } from "./found.ts";
import { learn } from "./learn.ts";

/** More rounds than this are not needed but where ids are used again faster than they can be asked for. */
const MOST_ROUNDS = 8;

const UNKNOWN = { serial: null, owner: null, uid: null, parent: null, refused: true };

/** Asks again what namespace `id` is, if that at `path` still has it. */
function askAgain(found: Found, path: string, id: number): boolean {
  const fd = openNamespace(path);
  if (fd < 0) return false;
  const identity = identityOf(fd);
  const isSame = typeof identity !== "number" && identity.inode === id;
  if (isSame) {
    found.namespaces.delete(id);
    learn(found, fd);
  }
  closeNamespace(fd);
  return isSame;
}

/** The first of `ids` that is known as one of another kind; what nobody could open any more is made known. */
function disagreeing(found: Found, ids: NamespaceIds): KindName | undefined {
  for (const { name: kind } of KINDS) {
    const id = ids[kind];
    if (id === undefined) continue;
    const known = found.namespaces.get(id);
    if (known === undefined) found.namespaces.set(id, { id, kind, ...UNKNOWN });
    else if (known.kind !== kind) return kind;
  }
  return undefined;
}

/**
 * Leaves in `found` no process, and no thread of one, that is in what is a namespace of another kind by now:
 * those have ended.
 */
export function reconcile(found: Found): void {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const gone = new Set<FoundProcess>();
    let isSettled = true;
    let before: NamespaceIds | undefined;
    const agrees = (ids: NamespaceIds, task: string): boolean => {
      if (ids === before) return true;
      const kind = disagreeing(found, ids);
      if (kind === undefined) before = ids;
      else isSettled = false;
      return kind === undefined || askAgain(found, `/proc/${task}/ns/${kind}`, ids[kind]!);
    };
    for (const one of found.processes) {
      const { pid, strays } = one;
      const stay = strays.filter(({ tid, namespaces }) => agrees(namespaces, `${pid}/task/${tid}`));
      if (!agrees(one.namespaces, String(pid))) gone.add(one);
      else if (stay.length < strays.length)
        found.processes[found.processes.indexOf(one)] = { ...one, strays: stay };
    }
    if (gone.size > 0) {
      found.vanished += gone.size;
      const stay = found.processes.filter((one) => !gone.has(one));
      found.processes.splice(0, found.processes.length, ...stay);
    }
    if (isSettled) return;
  }
}
