/** passwd(5), group(5), subuid(5) and subgid(5), of the host or of a root filesystem. */
import { readFileSync, statSync } from "node:fs";
import { findInRoot } from "../../util/in-root.ts";
import { idNumber } from "./id-map.ts";

/** A larger file is no list of accounts; a root filesystem may be hostile. */
const LARGEST_FILE = 16 * 1024 * 1024;

/** A line of passwd. */
export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** A line of group. */
export interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** Ids that a user may map, from `start` on. */
export interface SubordinateRange {
  readonly start: number;
  readonly count: number;
}

/** The fields of each line; none where the file is absent, no regular file, or not readable. */
function lines(root: string, path: string): string[][] {
  try {
    const file = findInRoot(root, path);
    const stat = file === undefined ? undefined : statSync(file);
    if (file === undefined || !stat?.isFile() || stat.size > LARGEST_FILE) return [];
    const text = readFileSync(file, "utf8").split("\n");
    return text.filter((line) => line !== "" && !line.startsWith("#")).map((line) => line.split(":"));
  } catch {
    return [];
  }
}

/** The users of `root`. */
export const users = (root: string): User[] =>
  lines(root, "/etc/passwd").flatMap(([name = "", , uid = "", gid = "", , home = ""]) => {
    const ids = [idNumber(uid), idNumber(gid)];
    return ids[0] === undefined || ids[1] === undefined ? [] : [{ name, uid: ids[0], gid: ids[1], home }];
  });

/** The groups of `root`. */
export const groups = (root: string): Group[] =>
  lines(root, "/etc/group").flatMap(([name = "", , number = "", members = ""]) => {
    const gid = idNumber(number);
    return gid === undefined
      ? []
      : [{ name, gid, members: members.split(",").filter((word) => word !== "") }];
  });

/** What `/etc/subuid` or `/etc/subgid` of this host gives to a user, by name or by number. */
export const subordinates = (file: string, uid: number, name: string | undefined): SubordinateRange[] =>
  lines("/", file).flatMap(([owner, start = "", count = ""]) => {
    const range = { start: idNumber(start), count: idNumber(count) };
    const own = owner === String(uid) || (name !== undefined && owner === name);
    return own && range.start !== undefined && range.count
      ? [{ start: range.start, count: range.count }]
      : [];
  });

/** The first id behind all that the file gives away, rounded up: what a new line may begin with. */
export function nextSubordinate(file: string): number {
  const ends = lines("/", file).map(([, start = "", count = ""]) => Number(start) + Number(count));
  return Math.max(100000, ...ends.filter((end) => Number.isSafeInteger(end)));
}
