/** Descriptors that are handed on: Bun set close-on-exec on every inherited one from 4 up. */
import { readlinkSync } from "node:fs";
import { SYS } from "../sys/constants.ts";
import { syscall } from "../sys/ffi.ts";
import { NsboxError } from "../util/errors.ts";

const F_SETFD = 2;

/** What Bun itself opens: never the caller's, and nothing for a command to have. */
const BUN_OWN = ["anon_inode:[eventpoll]", "anon_inode:[timerfd]", "anon_inode:[eventfd]"];

/**
 * Clears close-on-exec on `descriptors`.
 * @throws NsboxError where one is not open.
 */
export function preserve(descriptors: readonly number[]): void {
  for (const fd of descriptors) {
    if (BUN_OWN.includes(target(fd)) || syscall(SYS.fcntl, fd, F_SETFD, 0) < 0) {
      throw new NsboxError(`Cannot hand on descriptor ${fd}`, {
        cause: "it is not open",
        code: "descriptor",
      });
    }
  }
}

function target(fd: number): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return "";
  }
}
