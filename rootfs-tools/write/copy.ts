/** Makes one node of a tree on disk, with everything that belongs to it: mode, owner, times, attributes, holes. */
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  lchownSync,
  openSync,
  promises,
  readSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { AT_FDCWD, SYS } from "../../src/sys/constants.ts";
import { cstring, syscall } from "../../src/sys/ffi.ts";
import { NsboxError } from "../../src/util/errors.ts";
import { errnoOf } from "../files/failure.ts";
import { openWithoutLinks } from "../files/small-file.ts";
import { setAttribute } from "../files/xattr.ts";
import type { Node } from "../layout/node.ts";

/** What of a node could not be kept. */
export type Loss = "owner" | "setId" | "attributes" | "device";

const { COPYFILE_EXCL, COPYFILE_FICLONE } = constants;
const BLOCK = 65536;
const BYTES_PER_STAT_BLOCK = 512;
const WITHOUT_SET_ID = 0o1777;
const EPERM = 1;

/** Makes `node`, which is no directory and no second name, at `path`, which must be absent. */
export function makeNode(node: Node, path: string): Loss[] {
  if (node.type === "link") symlinkSync(node.target ?? "", path);
  else if (node.type !== "file") {
    if (!makeSpecial(node, path)) return ["device"];
  } else if (typeof node.content === "string") copyBytes(node.content, node, path);
  else writeFileSync(path, node.content ?? "", { flag: "wx" });
  return furnish(node, path, node.type === "link" ? undefined : node.mode);
}

/** The same of a file that is copied, while other things are done. */
export async function makeFileBeside(node: Node, path: string): Promise<Loss[]> {
  await copyBytesBeside(String(node.content), node, path);
  return furnish(node, path, node.mode);
}

/** Gives what stands at `path` the owner, attributes and time of `node`, and `mode` where one is given. */
export function furnish(node: Node, path: string, mode: number | undefined): Loss[] {
  const losses: Loss[] = [];
  const owned = giveAway(path, node);
  if (!owned) losses.push("owner");
  if (mode !== undefined) {
    // After the change of owner, which clears the setuid bits. Bits that would now mean another user go.
    const kept = owned ? mode : mode & WITHOUT_SET_ID;
    chmodSync(path, kept);
    if (kept !== mode) losses.push("setId");
  }
  for (const [name, value] of node.attributes) {
    if (!setAttribute(path, name, value) && !losses.includes("attributes")) losses.push("attributes");
  }
  setTimes(path, node.mtimeNs);
  return losses;
}

/** Gives `path` to an owner; false where the caller is not allowed to. */
function giveAway(path: string, { uid, gid }: { readonly uid: number; readonly gid: number }): boolean {
  try {
    lchownSync(path, uid, gid);
    return true;
  } catch (error) {
    // EINVAL: an id that the user namespace does not map.
    if (errnoOf(error) !== "EPERM" && errnoOf(error) !== "EINVAL") throw error;
    return false;
  }
}

const FILE_TYPES = { fifo: 0o010000, character: 0o020000, block: 0o060000 } as const;

/** A device or FIFO, see mknod(2); false where only root may make it. */
function makeSpecial({ type, device: [major, minor] = [0, 0] }: Node, path: string): boolean {
  if (type !== "fifo" && type !== "character" && type !== "block") return false;
  const number =
    ((BigInt(major) & 0xfffn) << 8n) |
    ((BigInt(major) >> 12n) << 44n) |
    (BigInt(minor) & 0xffn) |
    ((BigInt(minor) >> 8n) << 20n);
  const error = syscall(SYS.mknodat, AT_FDCWD, cstring(path), FILE_TYPES[type] | 0o600, number);
  if (error === -EPERM) return false;
  if (error < 0) throw new NsboxError(`Cannot create "${path}"`, { cause: `mknod: errno ${-error}` });
  return true;
}

/**
 * The source is opened anew: it may have become a FIFO, a link or another file since it was looked at. What is
 * copied is what was opened, whatever its name means by then.
 */
function openSource(source: string, { size }: Node): { from: number; name: string | undefined } {
  const from = openWithoutLinks(source);
  const stat = fstatSync(from);
  if (!stat.isFile() || stat.size !== size) {
    closeSync(from);
    throw new NsboxError(`Cannot copy "${source}"`, { cause: "it changed while the tree was made" });
  }
  const name = `/proc/self/fd/${from}`;
  const isSparse = stat.blocks * BYTES_PER_STAT_BLOCK < stat.size;
  return { from, name: isSparse || !existsSync(name) ? undefined : name };
}

const COPY_FLAGS = COPYFILE_FICLONE | COPYFILE_EXCL;

function copyBytes(source: string, node: Node, target: string): void {
  const { from, name } = openSource(source, node);
  try {
    if (name === undefined) copyWithHoles(from, target, node.size);
    else copyFileSync(name, target, COPY_FLAGS);
  } finally {
    closeSync(from);
  }
}

async function copyBytesBeside(source: string, node: Node, target: string): Promise<void> {
  const { from, name } = openSource(source, node);
  try {
    if (name === undefined) copyWithHoles(from, target, node.size);
    else await promises.copyFile(name, target, COPY_FLAGS);
  } finally {
    closeSync(from);
  }
}

/** Blocks of zeros are not written: they become holes again. What the file grows meanwhile is left out. */
function copyWithHoles(from: number, target: string, size: number): void {
  const block = new Uint8Array(BLOCK);
  const zeros = new Uint8Array(BLOCK);
  const to = openSync(target, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    let offset = 0;
    for (let got = -1; got !== 0 && offset < size; offset += got) {
      got = readSync(from, block, 0, Math.min(BLOCK, size - offset), offset);
      const data = block.subarray(0, got);
      if (!Bun.deepEquals(data, zeros.subarray(0, got))) writeAll(to, data, offset);
    }
    ftruncateSync(to, offset);
  } finally {
    closeSync(to);
  }
}

/** A file system that is nearly full takes a part, and says so only when it gets the rest. */
function writeAll(to: number, data: Uint8Array, offset: number): void {
  for (let done = 0; done < data.length; ) {
    done += writeSync(to, data, done, data.length - done, offset + done);
  }
}

const AT_SYMLINK_NOFOLLOW = 0x100;
const NANOSECONDS = 1_000_000_000n;
const times = new BigInt64Array(4);

/** Nanoseconds and all, which node:fs cannot do: utimensat(2). */
function setTimes(path: string, mtimeNs: bigint): void {
  times[0] = mtimeNs / NANOSECONDS;
  times[1] = mtimeNs % NANOSECONDS;
  times[2] = times[0];
  times[3] = times[1];
  syscall(SYS.utimensat, AT_FDCWD, cstring(path), times, AT_SYMLINK_NOFOLLOW);
}
