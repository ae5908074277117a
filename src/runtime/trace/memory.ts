/** What a process that waits in a system call holds in its memory, see process_vm_readv(2). */
import { SYS } from "../../sys/constants.ts";
import { addressOf, syscall } from "../../sys/ffi.ts";

const PATH_MAX = 4096;
const PAGE = 4096;
/** Nearly every path is shorter. */
const FIRST = 256;

const buffer = new Uint8Array(PATH_MAX);
const bufferAddress = addressOf(buffer);
const local = new BigUint64Array(2);
const remote = new BigUint64Array(4);

/** Reads up to `length` bytes at `address` behind `filled` bytes of the buffer; how many there are in all. */
function fill(pid: number, address: number, filled: number, length: number): number {
  local[0] = BigInt(bufferAddress + filled);
  local[1] = BigInt(length - filled);
  // What follows the page may not be there, and one part is read whole or not at all.
  const begin = address + filled;
  const first = Math.min(length - filled, PAGE - (begin % PAGE));
  remote[0] = BigInt(begin);
  remote[1] = BigInt(first);
  remote[2] = BigInt(begin + first);
  remote[3] = BigInt(length - filled - first);
  const count = syscall(SYS.process_vm_readv, pid, local, 1, remote, remote[3] === 0n ? 1 : 2, 0);
  return count < 0 ? filled : filled + count;
}

/** The bytes up to the NUL, to be used before the next call; undefined where no path can be read there. */
export function stringAt(pid: number, address: number): Uint8Array | undefined {
  let filled = fill(pid, address, 0, FIRST);
  let end = buffer.subarray(0, filled).indexOf(0);
  if (end < 0 && filled === FIRST) {
    filled = fill(pid, address, filled, PATH_MAX);
    end = buffer.subarray(0, filled).indexOf(0);
  }
  return end < 0 ? undefined : buffer.subarray(0, end);
}

/** `length` bytes, to be used before the next call; undefined where they cannot be read. */
export function bytesAt(pid: number, address: number, length: number): Uint8Array | undefined {
  return length <= PATH_MAX && fill(pid, address, 0, length) === length
    ? buffer.subarray(0, length)
    : undefined;
}
