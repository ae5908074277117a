/** Results, on standard output: all of them or an error, unless nobody reads them any more. */
import { writeSync } from "node:fs";
import { NsboxError } from "../util/errors.ts";

/** Writes `text` and a newline. A closed pipe is no error; a full disk is. */
export function print(text: string): void {
  const bytes = new TextEncoder().encode(`${text}\n`);
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(1, bytes, written);
    } catch (error) {
      const { code = "", message } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") return;
      // A pipe that its other end has made non-blocking: wait until it is read.
      if (code === "EAGAIN") Bun.sleepSync(1);
      else
        throw new NsboxError("Cannot write to standard output", {
          cause: `write: ${reason(message)} (${code})`,
          errno: code,
        });
    }
  }
}

/** The middle of `ENOSPC: no space left on device, write`. */
const reason = (message: string): string => message.replace(/^\w+: (.*), \w+$/, "$1");
