/** Copies one regular file with everything that belongs to it: mode, owner, times, attributes, holes. */
import {
  type BigIntStats,
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  ftruncateSync,
  lchownSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import { AT_FDCWD, SYS } from "../../src/sys/constants.ts";
import { cstring, syscall } from "../../src/sys/ffi.ts";
import { errnoOf } from "../files/failure.ts";
import { getAttribute, listAttributes, setAttribute } from "../files/xattr.ts";

/** What of a file could not be kept. */
export type Loss = "owner" | "setId" | "attributes";

const { COPYFILE_EXCL, COPYFILE_FICLONE, COPYFILE_FICLONE_FORCE } = constants;
const BLOCK = 65536;
const BYTES_PER_STAT_BLOCK = 512n;
const PERMISSIONS = 0o7777n;
const WITHOUT_SET_ID = 0o1777;

/** Copies `source`, a regular file whose state is `stat`, to `target`, which must be absent. */
export function copyFile(source: string, stat: BigIntStats, target: string): Loss[] {
  copyBytes(source, stat, target);
  const losses: Loss[] = [];
  const owned = giveAway(target, stat);
  // After the change of owner, which clears the setuid bits. Bits that would now mean another user go.
  const mode = Number(stat.mode & PERMISSIONS);
  const kept = owned ? mode : mode & WITHOUT_SET_ID;
  chmodSync(target, kept);
  if (!owned) losses.push("owner");
  if (kept !== mode) losses.push("setId");
  for (const name of listAttributes(source)) {
    const value = getAttribute(source, name);
    if (value !== undefined && setAttribute(target, name, value)) continue;
    if (!losses.includes("attributes")) losses.push("attributes");
  }
  setTimes(target, stat);
  return losses;
}

/** Gives `path` to the owner in `stat`; false where the caller is not allowed to. */
export function giveAway(
  path: string,
  { uid, gid }: { readonly uid: bigint; readonly gid: bigint },
): boolean {
  try {
    lchownSync(path, Number(uid), Number(gid));
    return true;
  } catch (error) {
    // EINVAL: an id that the user namespace does not map.
    if (errnoOf(error) !== "EPERM" && errnoOf(error) !== "EINVAL") throw error;
    return false;
  }
}

function copyBytes(source: string, stat: BigIntStats, target: string): void {
  const hasHoles = stat.blocks * BYTES_PER_STAT_BLOCK < stat.size;
  if (!hasHoles) {
    copyFileSync(source, target, COPYFILE_FICLONE | COPYFILE_EXCL);
    return;
  }
  try {
    copyFileSync(source, target, COPYFILE_FICLONE_FORCE | COPYFILE_EXCL);
  } catch {
    copyWithHoles(source, target);
  }
}

/** Blocks of zeros are not written: they become holes again. */
function copyWithHoles(source: string, target: string): void {
  const block = new Uint8Array(BLOCK);
  const zeros = new Uint8Array(BLOCK);
  const from = openSync(source, "r");
  try {
    const to = openSync(target, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o600);
    try {
      let offset = 0;
      for (let got = -1; got !== 0; offset += got) {
        got = readSync(from, block, 0, BLOCK, offset);
        const data = block.subarray(0, got);
        if (!Bun.deepEquals(data, zeros.subarray(0, got))) writeSync(to, data, 0, got, offset);
      }
      ftruncateSync(to, offset);
    } finally {
      closeSync(to);
    }
  } finally {
    closeSync(from);
  }
}

const NANOSECONDS = 1_000_000_000n;
const times = new BigInt64Array(4);

/** Nanoseconds and all, which node:fs cannot do: utimensat(2). */
function setTimes(path: string, { atimeNs, mtimeNs }: BigIntStats): void {
  times[0] = atimeNs / NANOSECONDS;
  times[1] = atimeNs % NANOSECONDS;
  times[2] = mtimeNs / NANOSECONDS;
  times[3] = mtimeNs % NANOSECONDS;
  syscall(SYS.utimensat, AT_FDCWD, cstring(path), times, 0);
}
