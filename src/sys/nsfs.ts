/** What the kernel tells of a namespace by ioctl_ns(2). Results below 0 are minus the errno. */
import { AT_FDCWD, SYS } from "./constants.ts";
import { cstring, syscall } from "./ffi.ts";

/** Requests of ioctl_ns(2). Their numbers are those of x86-64 and aarch64. */
export const NS_REQUESTS = {
  owner: 0xb701,
  parent: 0xb702,
  type: 0xb703,
  uid: 0xb704,
  /** _IOR(0xb7, 13, __u64): Linux 6.18. */
  serial: 0x8008b70d,
} as const;

const O_CLOEXEC = 0o2000000;
const O_PATH = 0o10000000;
const ENOTTY = 25;
const AT_EMPTY_PATH = 0x1000;
const AT_STATX_DONT_SYNC = 0x4000;
const STATX_INO = 0x100;
const [STATX_INODE, STATX_DEVICE_MAJOR, STATX_DEVICE_MINOR] = [32, 136, 140];

/** The CLONE_NEW… flag of its kind; ENOTTY for what is no namespace. */
export const namespaceType = (fd: number): number => syscall(SYS.ioctl, fd, NS_REQUESTS.type);

/** A new descriptor of the user namespace that owns it; EPERM where that is not the caller's or below it. */
export const owningUserNamespace = (fd: number): number => syscall(SYS.ioctl, fd, NS_REQUESTS.owner);

/** A new descriptor of its parent; EPERM at the top and out of reach, EINVAL for kinds without parents. */
export const parentNamespace = (fd: number): number => syscall(SYS.ioctl, fd, NS_REQUESTS.parent);

/** The user that made a user namespace, as the caller's user namespace numbers it; undefined where it fails. */
export function ownerUid(fd: number): number | undefined {
  const uid = namespaceOwnerUid(fd);
  return uid < 0 ? undefined : uid;
}

/** The same; EINVAL for any kind but user. */
export function namespaceOwnerUid(fd: number): number {
  const uid = new Uint32Array(1);
  const error = syscall(SYS.ioctl, fd, NS_REQUESTS.uid, uid);
  return error < 0 ? error : uid[0]!;
}

/** Its number in the order in which namespaces were made; undefined before Linux 6.18. */
export function namespaceSerial(fd: number): number | undefined {
  const serial = new BigUint64Array(1);
  return syscall(SYS.ioctl, fd, NS_REQUESTS.serial, serial) < 0 ? undefined : Number(serial[0]);
}

/** The file system that all namespaces are of. */
let device: number | undefined;

/**
 * 0 where `fd` is a namespace, ENOTTY where it is something else, to which a request by the same number may
 * mean anything. No file server is asked: it may not answer.
 */
export function isNamespace(fd: number): number {
  const identity = identityOf(fd);
  if (typeof identity === "number") return identity;
  device ??= deviceOf("/proc/self/ns/user");
  return identity.device === device ? 0 : -ENOTTY;
}

/**
 * A descriptor of the namespace at `path`, or minus the errno. What is no namespace is not opened: a FIFO
 * would wait, and some devices act when they are.
 */
export function openNamespace(path: string): number {
  const place = syscall(SYS.openat, AT_FDCWD, cstring(path), O_PATH | O_CLOEXEC);
  if (place < 0) return place;
  const fd = reopenNamespace(place);
  syscall(SYS.close, place);
  return fd;
}

/** The namespace that `place` is, a descriptor with O_PATH, as one that can be asked; or minus the errno. */
export function reopenNamespace(place: number): number {
  const error = isNamespace(place);
  return error < 0 ? error : syscall(SYS.openat, AT_FDCWD, cstring(`/proc/self/fd/${place}`), O_CLOEXEC);
}

/** What a file is known by. */
export interface Identity {
  readonly inode: number;
  readonly device: number;
}

/** Inode and device of an open file, or minus the errno of statx(2). */
export const identityOf = (fd: number): Identity | number => look(fd, "", AT_EMPTY_PATH);

/** The device of the file at `path`; undefined where there is none. */
function deviceOf(path: string): number | undefined {
  const identity = look(AT_FDCWD, path, 0);
  return typeof identity === "number" ? undefined : identity.device;
}

function look(fd: number, path: string, flags: number): Identity | number {
  const stat = new DataView(new ArrayBuffer(256));
  const buffer = new Uint8Array(stat.buffer);
  const error = syscall(SYS.statx, fd, cstring(path), flags | AT_STATX_DONT_SYNC, STATX_INO, buffer);
  if (error < 0) return error;
  return {
    inode: Number(stat.getBigUint64(STATX_INODE, true)),
    device: (stat.getUint32(STATX_DEVICE_MAJOR, true) << 8) | stat.getUint32(STATX_DEVICE_MINOR, true),
  };
}

/** Closes a descriptor. */
export const closeNamespace = (fd: number): number => syscall(SYS.close, fd);
