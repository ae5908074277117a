/**
 * Moves from a stage to the places below a directory, all or none. Each directory is opened from above
 * without following a link, so that nobody who changes the target meanwhile leads a move elsewhere.
 */
import { closeSync, constants, lstatSync, openSync } from "node:fs";
import { AT_FDCWD, SYS } from "../../src/sys/constants.ts";
import { errnoName, errnoText } from "../../src/sys/errno.ts";
import { cstring, syscall } from "../../src/sys/ffi.ts";
import { NsboxError } from "../../src/util/errors.ts";
import { baseOf, parentOf } from "../files/paths.ts";

/** One thing that moves. */
export interface Change {
  /** Its name in the stage. */
  readonly name: string;
  /** Where it goes: below the base, beginning with a slash, no links on its way. */
  readonly path: string;
  /** Something is there, which goes to the stage. */
  readonly replaces: boolean;
  /** The inode that moves, by which a later run knows that it has moved. */
  readonly inode?: string;
}

const RENAME_NOREPLACE = 1;
const RENAME_EXCHANGE = 2;
const O_PATH = 0o10000000;
const RESOLVE_NO_SYMLINKS = 0x04n;
const RESOLVE_BENEATH = 0x08n;
const EINVAL = 22;
const ENOSYS = 38;
const EPERM = 1;
const EXDEV = 18;
const OLD = "old-";
/** Directories that are held open at once; a limit of 1,024 descriptors is common. */
const MOST_OPEN = 256;

/** The moves of one run. */
export class Moves {
  readonly #base: number;
  readonly #basePath: string;
  readonly #stage: number;
  readonly #stagePath: string;
  readonly #changes: readonly Change[];
  readonly #directories = new Map<string, number>();
  #done = 0;

  constructor(base: string, stage: string, changes: readonly Change[]) {
    this.#stagePath = stage;
    this.#changes = changes;
    this.#base = openDirectory(base);
    this.#basePath = base;
    this.#stage = openSync(stage, constants.O_RDONLY | constants.O_DIRECTORY);
  }

  /** The changes with the inodes that move. */
  record(): Change[] {
    return this.#changes.map((change) => ({
      ...change,
      inode: String(lstatSync(`${this.#stagePath}/${change.name}`, { bigint: true }).ino),
    }));
  }

  /** Moves all. Throws NsboxError, with all moved back. */
  perform(): void {
    try {
      for (const change of this.#changes) {
        this.#move(change);
        this.#done++;
      }
    } catch (error) {
      this.undo();
      throw error;
    }
  }

  /** Moves back what was moved, as far as it goes. */
  undo(): void {
    for (const { name, path, replaces } of this.#changes.slice(0, this.#done).toReversed()) {
      this.#back(name, path, replaces);
    }
    this.#done = 0;
  }

  /** Moves back what a killed run moved. */
  static recover(base: string, stage: string, changes: readonly Change[]): void {
    const moves = new Moves(base, stage, changes);
    for (const { name, path, replaces, inode } of changes.toReversed()) {
      const stat = lstatSync(base + path, { bigint: true, throwIfNoEntry: false });
      if (stat === undefined ? replaces : String(stat.ino) === inode) moves.#back(name, path, replaces);
    }
    moves.end();
  }

  #move({ name, path, replaces }: Change): void {
    const parent = this.#directory(parentOf(path), path);
    const from = cstring(name);
    const to = cstring(baseOf(path));
    let error = syscall(
      SYS.renameat2,
      this.#stage,
      from,
      parent,
      to,
      replaces ? RENAME_EXCHANGE : RENAME_NOREPLACE,
    );
    // Some file systems know no flags.
    if (error === -EINVAL || error === -ENOSYS) {
      if (replaces) syscall(SYS.renameat2, parent, to, this.#stage, cstring(OLD + name), 0);
      error = syscall(SYS.renameat2, this.#stage, from, parent, to, 0);
    }
    if (error < 0) throw this.#refused(path, -error);
  }

  #back(name: string, path: string, replaces: boolean): void {
    const parent = this.#directory(parentOf(path), path);
    const from = cstring(name);
    const to = cstring(baseOf(path));
    const old = syscall(SYS.renameat2, this.#stage, cstring(OLD + name), parent, to, 0) >= 0;
    if (!old) syscall(SYS.renameat2, parent, to, this.#stage, from, replaces ? RENAME_EXCHANGE : 0);
  }

  #refused(path: string, errno: number): NsboxError {
    const place = this.#basePath === "/" ? path : this.#basePath + path;
    const cause = errno === EXDEV ? "another file system is mounted there (EXDEV)" : errnoText(errno);
    return new NsboxError(`Cannot write "${place}"`, { cause, errno: errnoName(errno) });
  }

  /** The directory `path` below the base. */
  #directory(path: string, of: string): number {
    if (path === "/") return this.#base;
    const known = this.#directories.get(path);
    if (known !== undefined) return known;
    if (this.#directories.size >= MOST_OPEN) this.#closeDirectories();
    const how = new BigUint64Array([
      BigInt(O_PATH | constants.O_DIRECTORY),
      0n,
      RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
    ]);
    const below = cstring(path.slice(1));
    let file = syscall(SYS.openat2, this.#base, below, how, how.byteLength);
    // Before Linux 5.6, and where a filter refuses the call.
    if (file === -ENOSYS || file === -EPERM)
      file = syscall(SYS.openat, this.#base, below, O_PATH | constants.O_DIRECTORY, 0);
    if (file < 0) throw this.#refused(of, -file);
    this.#directories.set(path, file);
    return file;
  }

  #closeDirectories(): void {
    for (const file of this.#directories.values()) closeSync(file);
    this.#directories.clear();
  }

  /** Lets go of every directory. */
  end(): void {
    this.#closeDirectories();
    closeSync(this.#base);
    closeSync(this.#stage);
  }
}

/** Opens a directory by a path that holds no links: one that has become a link since is refused with ELOOP. */
function openDirectory(path: string): number {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY;
  const how = new BigUint64Array([BigInt(flags), 0n, RESOLVE_NO_SYMLINKS]);
  const file = syscall(SYS.openat2, AT_FDCWD, cstring(path), how, how.byteLength);
  if (file >= 0) return file;
  if (file === -ENOSYS || file === -EPERM) return openSync(path, flags | constants.O_NOFOLLOW);
  throw new NsboxError(`Cannot write "${path}"`, { cause: errnoText(-file), errno: errnoName(-file) });
}
