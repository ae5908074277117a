/** Error numbers in words. The numbers are those of both architectures, see errno(3). */

const ERRNO: Readonly<Record<number, readonly [name: string, words: string]>> = {
  1: ["EPERM", "operation not permitted"],
  2: ["ENOENT", "no such file or directory"],
  3: ["ESRCH", "no such process"],
  4: ["EINTR", "interrupted"],
  5: ["EIO", "input/output error"],
  7: ["E2BIG", "argument list too long"],
  8: ["ENOEXEC", "exec format error"],
  9: ["EBADF", "bad file descriptor"],
  11: ["EAGAIN", "resource temporarily unavailable"],
  12: ["ENOMEM", "out of memory"],
  13: ["EACCES", "permission denied"],
  16: ["EBUSY", "device or resource busy"],
  17: ["EEXIST", "file exists"],
  18: ["EXDEV", "it leads outside"],
  19: ["ENODEV", "no such device"],
  20: ["ENOTDIR", "not a directory"],
  21: ["EISDIR", "is a directory"],
  22: ["EINVAL", "invalid argument"],
  23: ["ENFILE", "too many open files in the system"],
  24: ["EMFILE", "too many open files"],
  25: ["ENOTTY", "not a terminal, or not the right kind of file"],
  26: ["ETXTBSY", "text file busy"],
  28: ["ENOSPC", "no space left"],
  30: ["EROFS", "read-only file system"],
  32: ["EPIPE", "broken pipe"],
  33: ["EDOM", "argument out of domain"],
  34: ["ERANGE", "result out of range"],
  36: ["ENAMETOOLONG", "name too long"],
  38: ["ENOSYS", "the kernel does not have this call"],
  40: ["ELOOP", "too many levels of symbolic links"],
  71: ["EPROTO", "protocol error"],
  75: ["EOVERFLOW", "value too large"],
  80: ["ELIBBAD", "a corrupted shared library"],
  87: ["EUSERS", "too many users"],
  95: ["EOPNOTSUPP", "operation not supported"],
  97: ["EAFNOSUPPORT", "address family not supported"],
  98: ["EADDRINUSE", "address already in use"],
  99: ["EADDRNOTAVAIL", "address not available"],
  110: ["ETIMEDOUT", "timed out"],
  111: ["ECONNREFUSED", "connection refused"],
  122: ["EDQUOT", "quota exceeded"],
  125: ["ECANCELED", "canceled"],
  124: ["EMEDIUMTYPE", "wrong type"],
};

/** `EPERM`, or the number where it has no name here. */
export const errnoName = (errno: number): string => ERRNO[errno]?.[0] ?? `errno ${errno}`;

/** `operation not permitted (EPERM)`. */
export const errnoText = (errno: number): string => {
  const row = ERRNO[errno];
  return row === undefined ? `errno ${errno}` : `${row[1]} (${row[0]})`;
};
