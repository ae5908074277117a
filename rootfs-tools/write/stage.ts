/**
 * What a run makes before any of it is seen: a directory beside the target, on the same mount, from which
 * everything is moved to its place at the end. A run that fails leaves the target as it was; so does one
 * that is killed, but for the moment of the moving itself: what that left is moved back by the next run.
 */
import {
  chmodSync,
  closeSync,
  existsSync,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { AT_FDCWD, SYS } from "../../src/sys/constants.ts";
import { cstring, syscall } from "../../src/sys/ffi.ts";
import { errnoOf, failed } from "../files/failure.ts";
import { parentOf } from "../files/paths.ts";
import { DIRECTORY, isOurs, LOCK_EX_NB, TURN_PREFIX } from "./lock.ts";
import { type Change, Moves } from "./moves.ts";

const PREFIX = ".nsbox-stage-";
const JOURNAL = "journal";

/** A directory for what is not yet in its place. */
export class Stage {
  /**
   * By its open descriptor, so that nobody who may rename what stands beside the target puts a link in its
   * place; only for this process.
   */
  readonly path: string;
  /** By its name, for other processes. */
  readonly name: string;
  readonly #base: string;
  readonly #lock: number;
  #moves: Moves | undefined;

  private constructor(base: string, { path, lock }: { readonly path: string; readonly lock: number }) {
    this.#base = base;
    this.path = held(lock, path);
    this.name = path;
    this.#lock = lock;
  }

  /** A stage for changes below `base`, an existing directory. What killed runs left there is undone first. */
  static in(base: string, target: string): Stage {
    const places = placesFor(base, target);
    for (const place of places) sweep(place, base);
    for (const place of places) {
      try {
        return new Stage(base, makeIn(place));
      } catch (error) {
        if (place === base) throw failed(`Cannot create "${target}"`, error);
        if (errnoOf(error) === "") throw error;
      }
    }
    throw new Error("no place for a stage");
  }

  /** Moves everything to its place. Throws NsboxError; then all is where it was. */
  commit(changes: readonly Change[]): void {
    this.#moves?.end();
    const moves = new Moves(this.#base, this.path, changes);
    this.#moves = moves;
    writeFileSync(`${this.path}/${JOURNAL}`, JSON.stringify({ base: this.#base, changes: moves.record() }));
    moves.perform();
  }

  /** Moves everything back. */
  undo(): void {
    this.#moves?.undo();
  }

  /** Removes the stage, with what was replaced. */
  end(): void {
    this.#moves?.end();
    rmSync(`${this.path}/${JOURNAL}`, { force: true });
    clear(this.#lock, this.name);
    closeSync(this.#lock);
  }
}

/** Where a stage for changes below `base` may be, the best first. */
export function placesFor(base: string, target: string): readonly string[] {
  const parent = parentOf(base);
  // Beside a tree that is there, since what runs in it sees what is in it.
  const beside = base === target && parent !== base && isSameMount(parent, base);
  return beside ? [parent, base] : [base];
}

/**
 * A new stage in `place`, with its lock, which is held as long as we live: who gets it knows that we do not.
 * Another run that sweeps may have got it before us.
 */
function makeIn(place: string): { path: string; lock: number } {
  for (;;) {
    const path = mkdtempSync(`${place}/${PREFIX}`);
    try {
      const lock = openSync(path, DIRECTORY);
      if (syscall(SYS.flock, lock, LOCK_EX_NB) >= 0 && existsSync(path)) {
        // Without the setgid bit that it may have got from above.
        fchmodSync(lock, 0o700);
        return { path, lock };
      }
      closeSync(lock);
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") throw error;
    }
  }
}

/** The path by which this process alone reaches the directory opened as `fd`, `name` where there is no /proc. */
function held(fd: number, name: string): string {
  const path = `/proc/self/fd/${fd}`;
  return existsSync(path) ? path : name;
}

/** Removes the stage that is open as `fd`; not what has got its name since. */
function clear(fd: number, name: string): void {
  const path = held(fd, name);
  for (const below of readdirSync(path)) remove(`${path}/${below}`);
  const [there, opened] = [lstatSync(name, { throwIfNoEntry: false }), fstatSync(fd)];
  if (there?.dev === opened.dev && there.ino === opened.ino) rmdirSync(name);
}

/** rm -r, of directories without a w bit too. */
function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    for (const name of readdirSync(path, { recursive: true, withFileTypes: true })) {
      if (name.isDirectory()) chmodSync(`${name.parentPath}/${name.name}`, 0o700);
    }
    rmSync(path, { recursive: true, force: true });
  }
}

/** Undoes and removes what killed runs left in `place` of changes below `base`. */
export function sweep(place: string, base: string): void {
  let names: string[];
  try {
    names = readdirSync(place).filter((name) => name.startsWith(PREFIX) || name.startsWith(TURN_PREFIX));
  } catch (error) {
    if (errnoOf(error) === "") throw error;
    return;
  }
  for (const name of names) sweepOne(`${place}/${name}`, base);
}

function sweepOne(path: string, base: string): void {
  let lock: number | undefined;
  try {
    lock = openSync(path, DIRECTORY);
    if (!isOurs(fstatSync(lock))) return;
    if (syscall(SYS.flock, lock, LOCK_EX_NB) < 0) return;
    const stage = held(lock, path);
    const journal = `${stage}/${JOURNAL}`;
    if (existsSync(journal)) {
      const { base: of, changes } = readJournal(journal);
      if (of !== base && of !== undefined) return;
      if (of !== undefined) Moves.recover(of, stage, changes);
    }
    clear(lock, path);
  } catch (error) {
    // Somebody was quicker, or it is not ours to remove: what cannot be swept stays.
    if (errnoOf(error) === "") throw error;
  } finally {
    if (lock !== undefined) closeSync(lock);
  }
}

/** A journal that is cut off was never acted on. */
function readJournal(path: string): { base?: string; changes: Change[] } {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return { changes: [] };
  }
}

const STATX_MNT_ID = 0x1000;
const STX_MNT_ID_AT = 144;

/** rename(2) moves nothing from one mount to another, be they of one file system. Linux 5.8 tells them apart. */
function isSameMount(a: string, b: string): boolean {
  const [left, right] = [mountOf(a), mountOf(b)];
  return left !== undefined && left === right;
}

function mountOf(path: string): bigint | undefined {
  const buffer = new Uint8Array(256);
  if (syscall(SYS.statx, AT_FDCWD, cstring(path), 0, STATX_MNT_ID, buffer) < 0) return undefined;
  const view = new DataView(buffer.buffer);
  return (view.getUint32(0, true) & STATX_MNT_ID) === 0 ? undefined : view.getBigUint64(STX_MNT_ID_AT, true);
}
