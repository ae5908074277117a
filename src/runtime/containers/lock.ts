/**
 * `lock`: the supervisor holds it exclusively all its life, so who gets it knows that there is none. The
 * kernel lets go of it however its holder ends. See flock(2).
 */
import { closeSync, constants, openSync } from "node:fs";
import { SYS } from "../../sys/constants.ts";
import { syscall } from "../../sys/ffi.ts";

const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;
const EINTR = 4;

const { O_RDONLY, O_NOFOLLOW, O_DIRECTORY } = constants;

/** A lock that is held until `release`. */
export interface Lock {
  release(): void;
}

const open = (path: string, flags: number): number | undefined => {
  try {
    return openSync(path, flags);
  } catch {
    return undefined;
  }
};

const held = (file: number): Lock => ({ release: () => closeSync(file) });

/** Holds nothing: the file is gone, and with it whoever could have held it. */
const NOTHING: Lock = { release: () => {} };

function take(file: number, how: number): boolean {
  for (;;) {
    const error = syscall(SYS.flock, file, how);
    if (error !== -EINTR) return error === 0;
  }
}

/** The container's lock, exclusively and at once; undefined where somebody holds it. */
export function tryLock(directory: string): Lock | undefined {
  const file = open(`${directory}/lock`, O_RDONLY | O_NOFOLLOW);
  if (file === undefined) return NOTHING;
  if (take(file, LOCK_EX | LOCK_NB)) return held(file);
  closeSync(file);
  return undefined;
}

/** The same, tried for `milliseconds`: others hold it for an instant to look or to repair. */
export async function lockSoon(directory: string, milliseconds: number): Promise<Lock | undefined> {
  const deadline = performance.now() + milliseconds;
  for (;;) {
    const lock = tryLock(directory);
    if (lock !== undefined || performance.now() > deadline) return lock;
    await Bun.sleep(5);
  }
}

/** Waits, however long it takes, until no supervisor holds the container's lock. */
export function awaitUnlocked(directory: string): void {
  const file = open(`${directory}/lock`, O_RDONLY | O_NOFOLLOW);
  if (file === undefined) return;
  take(file, LOCK_SH);
  closeSync(file);
}

/** Waits until no other nsbox holds this directory, and holds it: the turn of who starts or removes a container. */
export function takeTurn(directory: string): Lock {
  const file = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (file === undefined) return NOTHING;
  take(file, LOCK_EX);
  return held(file);
}

/** Does `work` while no other nsbox does the same with this directory. */
export function withDirectoryLock<T>(directory: string, work: () => T): T {
  const file = openSync(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    take(file, LOCK_EX);
    return work();
  } finally {
    closeSync(file);
  }
}
