/**
 * Path resolution as the kernel does it (path_resolution(7)), below a root of one's own: `..` stops
 * there, and an absolute link starts there again. The same walk reads the host and writes the tree.
 */
import { isUtf8 } from "node:buffer";
import { type BigIntStats, lstatSync, readlinkSync, statSync } from "node:fs";
import { errnoOf } from "./failure.ts";

/** What stands at a path, links not followed. */
export interface Entry {
  readonly kind: "file" | "directory" | "link" | "other";
  /** Where a link leads, as it is written. */
  readonly target?: string;
  /** Absent for what a dry run only imagines. */
  readonly stat?: BigIntStats;
}

/** A symbolic link, at a path that holds no other link. */
export interface Link {
  readonly path: string;
  readonly target: string;
  /** It was a directory on the way, not the end of it. */
  readonly way: boolean;
}

/** Where a path leads. */
export interface Walk {
  /** The path without links; what lies beyond the first absent component is appended as it was given. */
  readonly path: string;
  /** Every link on the way, in the order they were met. */
  readonly links: readonly Link[];
  /** Directories that the path only passed through, to leave them by `..`. */
  readonly passed: readonly string[];
  readonly entry: Entry | undefined;
  /** Why there is no entry: ENOENT, ENOTDIR, ELOOP, EACCES, ENAMETOOLONG. */
  readonly errno: string;
}

/** The kernel gives up with ELOOP after that many links. */
const MOST_LINKS = 40;
const LONGEST_PATH = 4096;

/** The directory part of an absolute path without a trailing slash. */
export const parentOf = (path: string): string => path.slice(0, path.lastIndexOf("/")) || "/";

/** The part of a path after its last slash. */
export const baseOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

const join = (directory: string, name: string): string => `${directory === "/" ? "" : directory}/${name}`;

/** The way from one directory to `path`, both inside and without links. */
export function relative(directory: string, path: string): string {
  const from = directory.split("/").filter((name) => name !== "");
  const to = path.split("/").filter((name) => name !== "");
  let shared = 0;
  while (shared < from.length && shared < to.length - 1 && from[shared] === to[shared]) shared++;
  return [...from.slice(shared).map(() => ".."), ...to.slice(shared)].join("/");
}

/** A directory taken as the root, and what is known of it: each entry is looked at once. */
export class Root {
  /** The directory's path on the host, without a trailing slash: empty for the host's own root. */
  readonly prefix: string;
  readonly #entries = new Map<string, Entry | string>();
  /** Nothing is there yet. */
  readonly absent: boolean;

  /** `absent`: nothing is there yet, so that nothing has to be looked at. */
  constructor(prefix: string, absent = false) {
    this.prefix = prefix === "/" ? "" : prefix;
    this.absent = absent;
  }

  /** What stands at `path`, whose directories hold no links; the errno's name where nothing can be seen. */
  look(path: string): Entry | string {
    let known = this.#entries.get(path);
    if (known === undefined) {
      known = this.absent ? "ENOENT" : lookAt(this.prefix + path);
      this.#entries.set(path, known);
    }
    return known;
  }

  /** Takes note that `entry` was put at `path`. */
  put(path: string, entry: Entry): void {
    this.#entries.set(path, entry);
  }

  /** Follows `path`, which counts from the root, to its end. */
  walk(path: string): Walk {
    const links: Link[] = [];
    const passed: string[] = [];
    const pending = path.split("/").reverse();
    let here = "/";
    let entry: Entry | undefined = { kind: "directory" };
    let errno = path.length > LONGEST_PATH ? "ENAMETOOLONG" : "";
    while (pending.length > 0 && errno === "") {
      const name = pending.pop();
      if (name === undefined || name === "" || name === ".") continue;
      if (entry.kind !== "directory") {
        errno = "ENOTDIR";
        pending.push(name);
        break;
      }
      if (name === "..") {
        passed.push(here);
        here = parentOf(here);
        continue;
      }
      const next = join(here, name);
      const found = this.look(next);
      if (typeof found === "string") {
        errno = found;
        pending.push(name);
      } else if (found.target === undefined) {
        here = next;
        entry = found;
      } else if (links.length === MOST_LINKS || found.target.length > LONGEST_PATH) {
        errno = "ELOOP";
        pending.push(name);
      } else {
        links.push({ path: next, target: found.target, way: pending.some((rest) => rest !== "") });
        if (found.target.startsWith("/")) here = "/";
        pending.push(...found.target.split("/").reverse());
      }
    }
    if (errno === "") return { path: here, links, passed, entry, errno };
    const rest = pending.reverse().filter((name) => name !== "" && name !== ".");
    return { path: rest.reduce(join, here), links, passed, entry: undefined, errno };
  }
}

const FILE_TYPE = 0o170000n;
const SOCKET = 0o140000n;

/** Whether it is a socket in the file system: unix(7). */
export const isSocket = ({ stat }: Entry): boolean => ((stat?.mode ?? 0n) & FILE_TYPE) === SOCKET;

/** What bytes become that are no UTF-8; a link may also hold the character itself. */
export const GARBLED = "\uFFFD";

/** The links of /proc do not lead to what their text says here, where that is of another mount namespace. */
export function isSamePlace(link: string, target: string): boolean {
  const [there, here] = [link, target].map((path) => statSync(path, { throwIfNoEntry: false }));
  return there === undefined || (there.dev === here?.dev && there.ino === here.ino);
}

const isGarbled = (path: string, target: string): boolean =>
  target.includes(GARBLED) && !isUtf8(readlinkSync(path, { encoding: "buffer" }));

function lookAt(path: string): Entry | string {
  try {
    const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return "ENOENT";
    if (stat.isFile()) return { kind: "file", stat };
    if (stat.isDirectory()) return { kind: "directory", stat };
    if (stat.isSymbolicLink()) {
      const target = readlinkSync(path);
      if (path.startsWith("/proc/") && target.startsWith("/") && !isSamePlace(path, target)) return "EXDEV";
      return isGarbled(path, target) ? "EILSEQ" : { kind: "link", stat, target };
    }
    return { kind: "other", stat };
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "") throw error;
    return errno;
  }
}
