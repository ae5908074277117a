/** What a file is, from its state on disk; and whether what the target has is the same. */
import type { BigIntStats } from "node:fs";
import type { Entry } from "../files/paths.ts";
import { getAttribute, listAttributes } from "../files/xattr.ts";
import type { Attribute, Node, NodeType } from "./node.ts";

/** A thing without its place in the tree. */
export interface Thing extends Pick<Node, "type" | "mode" | "uid" | "gid" | "size" | "mtimeNs"> {
  readonly content?: string;
  readonly target?: string;
  readonly device?: readonly [major: number, minor: number];
  readonly attributes: readonly Attribute[];
  /** What tells it from any other file, where it has several names. */
  readonly id?: string;
}

const PERMISSIONS = 0o7777n;
const SET_UID = 0o4000;
const SET_GID = 0o2000;
const SET_ID_BITS = SET_UID | SET_GID;
const NANOSECONDS = 1_000_000_000n;

/** The type of a file that is neither directory nor link. */
const typeOf = (stat: BigIntStats): NodeType => {
  if (stat.isDirectory()) return "directory";
  if (stat.isFIFO()) return "fifo";
  if (stat.isCharacterDevice()) return "character";
  return stat.isBlockDevice() ? "block" : "file";
};

/** The two numbers in a dev_t, see makedev(3). */
const deviceOf = (rdev: bigint): [number, number] => [
  Number(((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & ~0xfffn)),
  Number((rdev & 0xffn) | ((rdev >> 12n) & ~0xffn)),
];

/** The file at `path`, whose state is `stat`, given to `owner`; not newer than `epoch`. */
export function thingOf(
  path: string,
  stat: BigIntStats,
  owner: { readonly uid: number; readonly gid: number },
  epoch?: number,
): Thing {
  const type = typeOf(stat);
  const latest = epoch === undefined ? undefined : BigInt(epoch) * NANOSECONDS;
  return {
    type,
    mode: modeFor(stat, owner),
    ...owner,
    size: type === "file" ? Number(stat.size) : 0,
    mtimeNs: latest !== undefined && stat.mtimeNs > latest ? latest : stat.mtimeNs,
    attributes: attributesOf(path),
    ...(type === "file" ? { content: path } : {}),
    ...(type === "character" || type === "block" ? { device: deviceOf(stat.rdev) } : {}),
    ...(stat.nlink > 1n && type !== "directory" ? { id: `${stat.dev}:${stat.ino}` } : {}),
  };
}

/** Setuid and setgid bits that would mean another user or group than they do are dropped. */
function modeFor(stat: BigIntStats, { uid, gid }: { readonly uid: number; readonly gid: number }): number {
  const mode = Number(stat.mode & PERMISSIONS);
  if (stat.isDirectory()) return mode;
  const lost = (Number(stat.uid) === uid ? 0 : SET_UID) | (Number(stat.gid) === gid ? 0 : SET_GID);
  return mode & ~lost;
}

function attributesOf(path: string): Attribute[] {
  const attributes: Attribute[] = [];
  for (const name of listAttributes(path)) {
    const value = getAttribute(path, name);
    if (value !== undefined) attributes.push([name, value]);
  }
  return attributes;
}

/** Only root can keep owners, and setuid bits with them. */
const isRoot = (): boolean => process.geteuid?.() === 0;

/** Whether what the target has at `path` is `thing` already. Contents are the same where size and time are. */
export function isSame(path: string, there: Entry, thing: Thing): boolean {
  const { stat } = there;
  if (stat === undefined || there.kind === "link" || typeOf(stat) !== thing.type) return false;
  if (thing.type === "file" && (Number(stat.size) !== thing.size || stat.mtimeNs !== thing.mtimeNs))
    return false;
  if (thing.device !== undefined && !Bun.deepEquals(deviceOf(stat.rdev), [...thing.device])) return false;
  const mode = Number(stat.mode & PERMISSIONS);
  if (!isRoot()) return (mode & ~SET_ID_BITS) === (thing.mode & ~SET_ID_BITS);
  if (mode !== thing.mode || Number(stat.uid) !== thing.uid || Number(stat.gid) !== thing.gid) return false;
  return Bun.deepEquals(attributesOf(path), thing.attributes);
}
