/**
 * Namespaces by what refers to them, and the questions of ioctl_ns(2) as functions.
 *
 * A question that the kernel refuses throws an Error with `code` ("EPERM") and `errno` (1), as errno(3) has
 * them: ENOENT and EACCES for a path, EBADF for a descriptor, ENOTTY for what is no namespace.
 */
import { errnoName, errnoText } from "../sys/errno.ts";
import {
  closeNamespace,
  identityOf,
  isNamespace,
  NS_REQUESTS,
  namespaceOwnerUid,
  namespaceSerial,
  namespaceType,
  openNamespace,
  owningUserNamespace,
  parentNamespace,
} from "../sys/nsfs.ts";
import { KINDS, type KindName } from "./kinds.ts";

/** A path such as "/proc/1/ns/net", an open descriptor, or an object that has one: a FileHandle, a namespace. */
export type Reference = string | number | { readonly fd: number };

/** A failure of the kernel, with the errno's name and number. */
export interface KernelError extends Error {
  readonly code: string;
  readonly errno: number;
}

function refuse(action: string, ref: Reference, errno: number): never {
  const name = typeof ref === "object" ? `descriptor ${ref.fd}` : JSON.stringify(ref);
  const error = new Error(`Cannot ${action} ${name}: ${errnoText(errno)}`);
  throw Object.assign(error, { code: errnoName(errno), errno });
}

/** A namespace that is held open. It owns its descriptor: `using`, or `close()`. */
export class OpenNamespace implements Disposable {
  /** The inode number: the N of "net:[N]". */
  readonly id: number;
  readonly kind: KindName;
  #fd: number;

  /** Takes over `fd`, which is a namespace. */
  constructor(fd: number) {
    this.#fd = fd;
    this.kind = kindOf(fd);
    this.id = idOf(fd);
  }

  /** The descriptor; -1 once it is closed. */
  get fd(): number {
    return this.#fd;
  }

  /** "net:[4026531840]". */
  toString(): string {
    return `${this.kind}:[${this.id}]`;
  }

  /** Lets go of it. */
  close(): void {
    if (this.#fd >= 0) closeNamespace(this.#fd);
    this.#fd = -1;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

const descriptorOf = (ref: Exclude<Reference, string>): number => (typeof ref === "object" ? ref.fd : ref);

/** Calls `ask` with a descriptor of `ref`. Where that answers below 0, it throws. */
function withDescriptor(action: string, ref: Reference, ask: (fd: number) => number): number {
  const isPath = typeof ref === "string";
  const given = isPath || ref === null ? undefined : descriptorOf(ref);
  if (!isPath && !Number.isInteger(given)) {
    throw new TypeError(
      "A reference to a namespace must be a path, a descriptor or an object with the property fd",
    );
  }
  if (isPath && ref.includes("\0")) throw new TypeError("A path must not contain a NUL character");
  const fd = isPath ? openNamespace(ref) : given!;
  try {
    if (isPath && fd < 0) refuse(action, ref, -fd);
    const checked = isPath ? 0 : isNamespace(fd);
    const answer = checked < 0 ? checked : ask(fd);
    return answer < 0 ? refuse(action, ref, -answer) : answer;
  } finally {
    if (isPath && fd >= 0) closeNamespace(fd);
  }
}

/**
 * The kind that a CLONE_NEW… flag stands for.
 * @throws RangeError where it stands for none.
 */
export function kindOfFlag(flag: number): KindName {
  const row = KINDS.find((kind) => kind.flag === flag);
  if (row === undefined) throw new RangeError(`Unknown namespace type ${flag} (0x${flag.toString(16)})`);
  return row.name;
}

/** Its kind: NS_GET_NSTYPE. @throws KernelError, TypeError for what is no reference. */
export const kindOf = (ref: Reference): KindName =>
  kindOfFlag(withDescriptor("ask for the kind of", ref, namespaceType));

/** Its id: the inode number. @throws KernelError, TypeError for what is no reference. */
export const idOf = (ref: Reference): number =>
  withDescriptor("ask for the id of", ref, (fd) => {
    const identity = identityOf(fd);
    return typeof identity === "number" ? identity : identity.inode;
  });

/**
 * Its number in the order in which namespaces were made, never used again: NS_GET_ID.
 * @throws KernelError: ENOTTY before Linux 6.18; TypeError for what is no reference.
 */
export const serialOf = (ref: Reference): number =>
  withDescriptor("ask for the serial number of", ref, (fd) => namespaceSerial(fd) ?? -25);

/** Opens it. @throws KernelError, TypeError for what is no reference. */
export function openReference(ref: Reference): OpenNamespace {
  if (typeof ref !== "string")
    return openReference(`/proc/self/fd/${withDescriptor("open", ref, (fd) => fd)}`);
  withDescriptor("open", ref, () => 0);
  const fd = openNamespace(ref);
  return fd < 0 ? refuse("open", ref, -fd) : new OpenNamespace(fd);
}

/**
 * The user namespace that owns it, of a user namespace its parent: NS_GET_USERNS.
 * @throws KernelError: EPERM where that is neither the caller's own nor below it; TypeError.
 */
export const ownerOf = (ref: Reference): OpenNamespace =>
  new OpenNamespace(withDescriptor("ask for the owner of", ref, owningUserNamespace));

/**
 * Its parent, for user and pid: NS_GET_PARENT.
 * @throws KernelError: EPERM at the top and where it is out of reach, EINVAL for other kinds; TypeError.
 */
export const parentOf = (ref: Reference): OpenNamespace =>
  new OpenNamespace(withDescriptor("ask for the parent of", ref, parentNamespace));

/**
 * The user that made a user namespace, as the caller's own numbers it: NS_GET_OWNER_UID.
 * @throws KernelError: EINVAL for other kinds; TypeError.
 */
export const ownerUidOf = (ref: Reference): number =>
  withDescriptor("ask for the owner's uid of", ref, namespaceOwnerUid);

/**
 * A related namespace: `request` is "owner" or "parent", or the ioctl's own number.
 * @throws KernelError as ownerOf and parentOf do, RangeError for any other request, TypeError.
 */
export function relationOf(ref: Reference, request: "owner" | "parent" | number): OpenNamespace {
  if (request === "owner" || request === NS_REQUESTS.owner) return ownerOf(ref);
  if (request === "parent" || request === NS_REQUESTS.parent) return parentOf(ref);
  throw new RangeError(`Unknown relation ${JSON.stringify(request)}: "owner" or "parent"`);
}
