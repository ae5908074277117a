/** Waits for something to happen to a container, by inotify(7) and a pidfd: nothing is asked in turns. */
import { SYS } from "../../sys/constants.ts";
import { cstring, syscall } from "../../sys/ffi.ts";
import { failedErrno } from "./failed-call.ts";
import { openProcess } from "./process.ts";
import type { Status } from "./status.ts";

const IN_NONBLOCK = 0o4000;
const IN_CLOEXEC = 0o2000000;
const IN_MODIFY = 0x2;
const IN_MOVED = 0xc0;
const IN_CREATE = 0x100;
const IN_DELETE_SELF = 0x400;
const POLLIN = 1;
/** Of standard output: POLLERR, POLLHUP. Its reader is gone. */
const GONE = 0x18;
const EINTR = 4;
const SIGNAL_SET = 8;
/** Where there is no process to wait for (yet), in nanoseconds. */
const MOMENT = 50_000_000n;
const EVENTS = 4096;

/** Sees what happens in a container's directory from the moment it is made. */
export class Watch {
  readonly #inotify: number;
  readonly #events = new Uint8Array(EVENTS);

  /** @throws NsboxError where the user has no watches left. */
  constructor(directory: string) {
    this.#inotify = syscall(SYS.inotify_init1, IN_NONBLOCK | IN_CLOEXEC);
    const mask = IN_MODIFY | IN_MOVED | IN_CREATE | IN_DELETE_SELF;
    const error =
      this.#inotify < 0
        ? this.#inotify
        : syscall(SYS.inotify_add_watch, this.#inotify, cstring(directory), mask);
    if (error < 0) throw failedErrno("Cannot follow the log", "inotify_add_watch", -error);
  }

  /**
   * Waits for the next change or the end of the supervisor, no longer than `patience` seconds where that is
   * given; false where nobody reads standard output.
   */
  next(status: Status | undefined, patience?: number): boolean {
    const supervisor = status === undefined ? undefined : openProcess(status.supervisor);
    const polled = new Int32Array([1, 0, this.#inotify, POLLIN, supervisor ?? -1, POLLIN]);
    const limit = patience === undefined ? 0 : new BigInt64Array([BigInt(patience), 0n]);
    const time = supervisor === undefined ? new BigInt64Array([0n, MOMENT]) : limit;
    while (syscall(SYS.ppoll, polled, 3, time, 0, SIGNAL_SET) === -EINTR);
    if (supervisor !== undefined) syscall(SYS.close, supervisor);
    while (syscall(SYS.read, this.#inotify, this.#events, EVENTS) > 0);
    return ((polled[1]! >>> 16) & GONE) === 0;
  }

  /** Lets go of it. */
  close(): void {
    syscall(SYS.close, this.#inotify);
  }
}
