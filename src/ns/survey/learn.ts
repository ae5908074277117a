/** What a namespace that is open tells of itself, and of those above it. */
import {
  closeNamespace,
  identityOf,
  namespaceSerial,
  namespaceType,
  ownerUid,
  owningUserNamespace,
  parentNamespace,
} from "../../sys/nsfs.ts";
import { KINDS } from "../kinds.ts";
import type { Found } from "./found.ts";

/** Asks the namespace `fd` and follows what it names, upward. Returns its id; null for what is none. */
export function learn(found: Found, fd: number): number | null {
  const identity = identityOf(fd);
  if (typeof identity === "number") return null;
  const id = identity.inode;
  if (found.namespaces.has(id)) return id;
  const flag = namespaceType(fd);
  const kind = KINDS.find((row) => row.flag === flag)?.name;
  if (kind === undefined) return null;
  const follow = (next: number): number | null => {
    if (next < 0) return null;
    try {
      return learn(found, next);
    } finally {
      closeNamespace(next);
    }
  };
  const owner = follow(owningUserNamespace(fd));
  const parent = kind === "pid" ? follow(parentNamespace(fd)) : kind === "user" ? owner : null;
  const uid = kind === "user" ? (ownerUid(fd) ?? null) : null;
  const serial = namespaceSerial(fd) ?? null;
  const refused = owner === null || (kind === "pid" && parent === null);
  found.namespaces.set(id, { id, kind, serial, owner, uid, parent, refused });
  return id;
}
