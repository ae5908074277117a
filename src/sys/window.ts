/** The size of the caller's terminal, see ioctl_tty(2). */
import { SYS } from "./constants.ts";
import { syscall } from "./ffi.ts";

const TIOCGWINSZ = 0x5413;

/** Rows and columns of a terminal. */
export interface Window {
  readonly rows: number;
  readonly columns: number;
}

/** No terminal, and so no size. */
export const NO_WINDOW: Window = { rows: 0, columns: 0 };

/** That of the first standard descriptor that is a terminal. */
export function windowSize(): Window {
  const size = new Uint16Array(4);
  for (let fd = 0; fd <= 2; fd++) {
    if (syscall(SYS.ioctl, fd, TIOCGWINSZ, size) === 0) return { rows: size[0]!, columns: size[1]! };
  }
  return NO_WINDOW;
}
