/** Reads files that others may have put there: never blocks on a FIFO, never takes more than asked for. */
import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { errnoOf } from "./failure.ts";

const O_CLOEXEC = 0o2000000;

/** Opens `path` for reading. Never blocks, should it be a FIFO, nor does a terminal become ours. */
export const openQuietly = (path: string): number =>
  openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | O_CLOEXEC);

/** The whole text of a file of the host's own; "" where there is none that can be read. */
export function readText(path: string, encoding: "utf8" | "latin1"): string {
  try {
    return readFileSync(path, encoding);
  } catch (error) {
    if (errnoOf(error) === "") throw error;
    return "";
  }
}

/** The first `limit` bytes of the regular file `path`; nothing of any other. Throws as node:fs does. */
export function readSmallFile(path: string, limit: number): Uint8Array {
  const fd = openQuietly(path);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return new Uint8Array(0);
    const bytes = new Uint8Array(Math.min(stat.size, limit));
    let filled = 0;
    for (let got = -1; got !== 0 && filled < bytes.length; filled += got) {
      got = readSync(fd, bytes, filled, bytes.length - filled, filled);
    }
    return bytes.subarray(0, filled);
  } finally {
    closeSync(fd);
  }
}
