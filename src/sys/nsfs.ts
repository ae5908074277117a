/** What the kernel tells of a namespace by ioctl_ns(2). Results below 0 are minus the errno. */
import { SYS } from "./constants.ts";
import { syscall } from "./ffi.ts";

const NS_GET_USERNS = 0xb701;
const NS_GET_PARENT = 0xb702;
const NS_GET_NSTYPE = 0xb703;
const NS_GET_OWNER_UID = 0xb704;
/** _IOR(0xb7, 13, __u64): Linux 6.18. */
const NS_GET_ID = 0x8008b70d;

/** The CLONE_NEW… flag of its kind; ENOTTY for what is no namespace. */
export const namespaceType = (fd: number): number => syscall(SYS.ioctl, fd, NS_GET_NSTYPE);

/** A new descriptor of the user namespace that owns it; EPERM where that is not the caller's or below it. */
export const owningUserNamespace = (fd: number): number => syscall(SYS.ioctl, fd, NS_GET_USERNS);

/** A new descriptor of its parent; EPERM at the top and out of reach, EINVAL for kinds without parents. */
export const parentNamespace = (fd: number): number => syscall(SYS.ioctl, fd, NS_GET_PARENT);

/** The user that made a user namespace, as the caller's user namespace numbers it; undefined where it fails. */
export function ownerUid(fd: number): number | undefined {
  const uid = new Uint32Array(1);
  return syscall(SYS.ioctl, fd, NS_GET_OWNER_UID, uid) < 0 ? undefined : uid[0];
}

/** Its number in the order in which namespaces were made; undefined before Linux 6.18. */
export function namespaceSerial(fd: number): number | undefined {
  const serial = new BigUint64Array(1);
  return syscall(SYS.ioctl, fd, NS_GET_ID, serial) < 0 ? undefined : Number(serial[0]);
}
