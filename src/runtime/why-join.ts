/** Why a namespace could not be joined: setns(2) says EPERM and EINVAL for many things. */
import { closeSync, existsSync, fstatSync, openSync } from "node:fs";
import { KINDS } from "../ns/kinds.ts";
import { namespaceType, ownerUid, owningUserNamespace } from "../sys/nsfs.ts";
import type { Finding } from "./why-clone.ts";

const [EPERM, ENOENT, EACCES, EINVAL, ENOTTY, ESTALE, EMEDIUMTYPE] = [1, 2, 13, 22, 25, 116, 124];

/** The reason for `join` of a `type` (CLONE_NEW…) at `path`. */
export function whyJoin(type: number, path: string, errno: number): Finding {
  const pid = /^\/proc\/(\d+)\/ns\//.exec(path)?.[1];
  const name = /^\/run\/netns\/([^/]+)$/.exec(path)?.[1];
  if (errno === ENOENT && pid !== undefined && !existsSync(`/proc/${pid}`)) {
    return { cause: `there is no process ${pid}` };
  }
  if (errno === ENOENT && name !== undefined) return noSuchName(name);
  if (errno === EACCES && pid !== undefined) {
    return {
      cause: `process ${pid} is another user's or may do more than you, so its namespaces may not be opened`,
      hint: "Join as root, or by a path where the namespace is bound",
    };
  }
  if (errno === ESTALE) {
    return {
      cause: `process ${pid} is in another one than when this was planned`,
      hint: "Run it anew: what it is to join is looked for then",
    };
  }
  if (errno === ENOTTY) return { cause: "it is no namespace" };
  return withDescriptor(path, (fd) => {
    if (errno === EMEDIUMTYPE) {
      const found = namespaceType(fd);
      return { cause: `it is a ${KINDS.find(({ flag }) => flag === found)?.title ?? "different"} namespace` };
    }
    if (errno === EPERM) return whyNotPermitted(fd, pid);
    if (errno === EINVAL && KINDS.find(({ flag }) => flag === type)?.name === "user") {
      return { cause: "it is the user namespace that nsbox is in already" };
    }
    return {};
  });
}

function withDescriptor(path: string, look: (fd: number) => Finding): Finding {
  try {
    const fd = openSync(path, "r");
    try {
      return look(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    return {};
  }
}

function noSuchName(name: string): Finding {
  return {
    cause: `no network namespace is named "${name}"`,
    hint: `\`nsbox netns add ${name}\` makes it, and \`nsbox netns ls\` lists those that there are`,
  };
}

/** It wants CAP_SYS_ADMIN in the user namespace that owns it, and in one's own. */
function whyNotPermitted(fd: number, pid: string | undefined): Finding {
  const owner = owningUserNamespace(fd);
  if (owner < 0) {
    return {
      cause: "it is owned by a user namespace outside this one, and only that one's root may join it",
      hint: "Join as root",
    };
  }
  const number = fstatSync(owner).ino;
  const uid = ownerUid(owner);
  closeSync(owner);
  // Who made it has every right in it, and still lacks rights over what nsbox is in itself.
  const own = `user:[${number}]${uid === undefined ? "" : `, made by uid ${uid}`}`;
  return {
    cause: `it is owned by user namespace ${own}, in which you lack CAP_SYS_ADMIN`,
    hint: `Join that as well: --join user=${pid ?? "PID, with a process that is in it"}`,
  };
}
