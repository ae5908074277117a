/** Whether anybody still reads what is printed. */
import { SYS } from "../../../sys/constants.ts";
import { syscall } from "../../../sys/ffi.ts";

const POLLERR = 8;

/** Whether standard output is a pipe or socket whose other end is closed, see poll(2). Does not wait. */
function readerIsGone(): boolean {
  // struct pollfd { int fd; short events, revents; }: nothing is asked for, errors are always told.
  const polled = new Int32Array([1, 0]);
  const ready = syscall(SYS.ppoll, polled, 1, new BigInt64Array(2), 0, 8);
  return ready > 0 && ((polled[1]! >> 16) & POLLERR) !== 0;
}

/** Waits so many seconds; true as soon as the reader has gone. */
export async function waitOrGone(seconds: number): Promise<boolean> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    if (readerIsGone()) return true;
    const left = end - performance.now();
    if (left <= 0) return false;
    await Bun.sleep(Math.min(left, 500));
  }
}
