/** passwd(5), group(5), subuid(5) and subgid(5), of the host or of a root filesystem. */
import { type Contents, readInRoot } from "../../sys/read-in-root.ts";
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

/** Reads a file as the command will see it; undefined where it is not there. */
export type Reader = (path: string) => Contents | undefined;

/** The files of one directory as a root. */
export const inRoot =
  (root: string): Reader =>
  (path) =>
    readInRoot(root, path, LARGEST_FILE);

/** The host's own. */
export const HOST: Reader = inRoot("/");

/** Why `name` is not found in a file of accounts. */
export function whyUnknown(read: Reader, path: string, name: string): string {
  const file = read(path);
  if (file === undefined) return `there is no ${path} inside`;
  if ("why" in file) return `${path} inside cannot be read: ${file.why}`;
  return file.text.split("\n").some((line) => line.startsWith(`${name}:`))
    ? `the line of ${path} inside that names it has no valid id`
    : `no line of ${path} inside names it`;
}

/** The fields of each line; none where the file is no list of accounts. */
function lines(read: Reader, path: string): string[][] {
  const file = read(path);
  if (file === undefined || "why" in file) return [];
  const text = file.text.split("\n");
  return text.filter((line) => line !== "" && !line.startsWith("#")).map((line) => line.split(":"));
}

/** The users there. */
export const users = (read: Reader): User[] =>
  lines(read, "/etc/passwd").flatMap(([name = "", , uid = "", gid = "", , home = ""]) => {
    const ids = [idNumber(uid), idNumber(gid)];
    return ids[0] === undefined || ids[1] === undefined ? [] : [{ name, uid: ids[0], gid: ids[1], home }];
  });

/** The groups there. */
export const groups = (read: Reader): Group[] =>
  lines(read, "/etc/group").flatMap(([name = "", , number = "", members = ""]) => {
    const gid = idNumber(number);
    return gid === undefined
      ? []
      : [{ name, gid, members: members.split(",").filter((word) => word !== "") }];
  });

/** What `/etc/subuid` or `/etc/subgid` of this host gives to a user, by name or by number. */
export const subordinates = (file: string, uid: number, name: string | undefined): SubordinateRange[] =>
  lines(HOST, file).flatMap(([owner, start = "", count = "", ...more]) => {
    const range = { start: idNumber(start), count: idNumber(count) };
    const own = owner === String(uid) || (name !== undefined && owner === name);
    return own && more.length === 0 && range.start !== undefined && range.count
      ? [{ start: range.start, count: range.count }]
      : [];
  });

/** What the host calls a user, also where a directory service knows it and passwd does not. */
export function nameOfUser(uid: number): string | undefined {
  const known = users(HOST).find((user) => user.uid === uid)?.name;
  if (known !== undefined) return known;
  const getent = Bun.which("getent", { PATH: "/usr/bin:/bin" });
  if (getent === null) return undefined;
  const { stdout } = Bun.spawnSync([getent, "passwd", String(uid)], { stderr: "ignore" });
  return stdout.toString().split(":")[0] || undefined;
}

/** The first id behind all that the file gives away, rounded up: what a new line may begin with. */
export function nextSubordinate(file: string): number {
  const ends = lines(HOST, file).map(([, start = "", count = ""]) => Number(start) + Number(count));
  return Math.max(100000, ...ends.filter((end) => Number.isSafeInteger(end)));
}
