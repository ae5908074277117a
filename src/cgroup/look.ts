/**
 * What stands in the files of cgroups, by system calls alone: node:fs takes longer to load than a run takes to be
 * planned.
 */
import { AT_FDCWD, SYS } from "../sys/constants.ts";
import { cstring, syscall } from "../sys/ffi.ts";
import { statOf } from "../sys/files.ts";
import type { Look } from "./hierarchy.ts";

const [O_NONBLOCK, O_CLOEXEC] = [0x800, 0x80000];
const CHUNK = 65536;
const LONGEST = 16 * 1024 * 1024;
const [W_OK, AT_EACCESS] = [2, 0x200];

/** Made with the first file: to fill it with zeros takes longer than most files take to be read. */
let bytes: Uint8Array | undefined;
let decoder: TextDecoder | undefined;

/** The text of a file of the kernel's, one character a byte; undefined where it cannot be read. */
export function textAt(path: string): string | undefined {
  const file = syscall(SYS.openat, AT_FDCWD, cstring(path), O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return undefined;
  let text = "";
  bytes ??= new Uint8Array(CHUNK);
  decoder ??= new TextDecoder("latin1");
  while (text.length < LONGEST) {
    const length = syscall(SYS.read, file, bytes, CHUNK);
    if (length <= 0) {
      if (length < 0) text = "";
      break;
    }
    text += decoder.decode(bytes.subarray(0, length));
  }
  syscall(SYS.close, file);
  return text;
}

/** This process may write there, as it is in effect: see faccessat2(2). */
export const mayWrite = (path: string): boolean =>
  syscall(SYS.faccessat2, AT_FDCWD, cstring(path), W_OK, AT_EACCESS) === 0;

/** This system. */
export const SYSTEM: Look = { text: textAt, device: (path) => statOf(path)?.filesystem };
