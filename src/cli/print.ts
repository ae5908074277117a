/** Results, on standard output: all of them or an error, unless nobody reads them any more. */
import { writeSync } from "node:fs";
import { NsboxError } from "../util/errors.ts";

/** Writes `text` and a newline. A closed pipe is no error; a full disk is. */
export function print(text: string): void {
  writeBytes(1, new TextEncoder().encode(`${text}\n`));
}

/** Writes all of `bytes` to a standard stream; false where its reader is gone. A full disk is an error. */
export function writeBytes(stream: 1 | 2, bytes: Uint8Array): boolean {
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(stream, bytes, written);
    } catch (error) {
      const { code = "", message } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") return false;
      // A pipe that its other end has made non-blocking: wait until it is read.
      if (code === "EAGAIN") Bun.sleepSync(1);
      else
        throw new NsboxError(`Cannot write to standard ${stream === 1 ? "output" : "error"}`, {
          cause: `write: ${reason(message)} (${code})`,
          errno: code,
        });
    }
  }
  return true;
}

/** The middle of `ENOSPC: no space left on device, write`. */
const reason = (message: string): string => message.replace(/^\w+: (.*), \w+$/, "$1");
