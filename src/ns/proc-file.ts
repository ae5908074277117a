/** Files and links under /proc, read within bounds: their owners decide what stands in them, and how much. */
import { closeSync, openSync, readlinkSync, readSync } from "node:fs";

const FIRST = 4096;
const MEBIBYTE = 1 << 20;
const decoder = new TextDecoder();

let buffer = new Uint8Array(FIRST);

/**
 * The bytes of a file of /proc, `largest` of them at most; null where it may not be read, or is gone. They
 * are good until the next call.
 */
export function procBytes(path: string, largest = MEBIBYTE): Uint8Array | null {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch {
    return null;
  }
  let length = 0;
  try {
    for (;;) {
      if (length === buffer.length) {
        const larger = new Uint8Array(buffer.length * 2);
        larger.set(buffer);
        buffer = larger;
      }
      const got = readSync(fd, buffer, length, Math.min(buffer.length, largest) - length, null);
      length += got;
      if (got === 0 || length >= largest) return buffer.subarray(0, length);
    }
  } catch {
    // ESRCH: it ended meanwhile; EINVAL: no security module answers.
    return null;
  } finally {
    closeSync(fd);
  }
}

/** The same as text; bytes that are no UTF-8 become U+FFFD. */
export function procText(path: string, largest?: number): string | null {
  const bytes = procBytes(path, largest);
  return bytes === null ? null : decoder.decode(bytes);
}

/** Where a link of /proc leads, as the kernel words it; null where it may not be read, or leads nowhere. */
export function procLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
