/**
 * Runs that change the same directory do so one after the other. What a run lays out counts on what is there,
 * and what is there may be half of what another one moves, or moves back where it fails: a program without
 * its library. So nothing is looked at before the run has its turn, and the turn lasts until all is proven.
 */
import { closeSync, fstatSync, lstatSync, mkdirSync, openSync, rmdirSync, statSync } from "node:fs";
import { SYS } from "../../src/sys/constants.ts";
import { syscall } from "../../src/sys/ffi.ts";
import { errnoOf } from "../files/failure.ts";
import { DIRECTORY, isOurs, LOCK_EX_NB, TURN_PREFIX } from "./lock.ts";
import { placesFor, sweep } from "./stage.ts";
import type { Steps } from "./steps.ts";

/** The lock on a directory; without effect where none can be made. */
export interface Turn {
  /** Lets the next one begin. */
  end(): void;
}

const NONE: Turn = { end() {} };
const EAGAIN = 11;

/**
 * Waits until no other run of this user changes `directory`, which is there, and undoes what killed ones left.
 * The lock is a directory where stages are. The kernel lets go of it when its run ends in whatever way; one on
 * `directory` itself could be had by anybody who may read that, a flock(1) around this very run among them.
 */
export function* takeTurn(directory: string): Steps<Turn> {
  const places = placesFor(directory, directory);
  const there = statSync(directory, { throwIfNoEntry: false });
  if (there === undefined) return NONE;
  for (const place of places) {
    const turn = yield* takeIn(`${place}/${TURN_PREFIX}${there.ino}`);
    if (turn === undefined) continue;
    for (const swept of places) sweep(swept, directory);
    return turn;
  }
  return NONE;
}

/** The turn of that name; undefined where it cannot be made. */
function* takeIn(name: string): Steps<Turn | undefined> {
  for (;;) {
    const lock = open(name);
    if (lock === undefined) return undefined;
    const error = syscall(SYS.flock, lock, LOCK_EX_NB);
    if (error >= 0 && isStill(name, lock)) return held(name, lock);
    closeSync(lock);
    if (error < 0 && error !== -EAGAIN) return NONE;
    if (error < 0) yield "waits";
  }
}

/** Opens the directory, made where it is not there; undefined where it cannot be, or is not ours. */
function open(name: string): number | undefined {
  for (;;) {
    try {
      mkdirSync(name, 0o700);
    } catch (error) {
      if (errnoOf(error) === "") throw error;
      if (errnoOf(error) !== "EEXIST") return undefined;
    }
    try {
      const lock = openSync(name, DIRECTORY);
      if (isOurs(fstatSync(lock))) return lock;
      closeSync(lock);
      return undefined;
    } catch (error) {
      if (errnoOf(error) === "") throw error;
      // Whoever had it has ended.
      if (errnoOf(error) !== "ENOENT") return undefined;
    }
  }
}

/** Whether the name still is that of what was opened: whoever had it has removed it at its end. */
function isStill(name: string, lock: number): boolean {
  const [there, opened] = [lstatSync(name, { throwIfNoEntry: false }), fstatSync(lock)];
  return there?.dev === opened.dev && there.ino === opened.ino;
}

function held(name: string, lock: number): Turn {
  return {
    end() {
      try {
        // Before it is let go of: who waits for it sees that it is gone, and makes another.
        if (isStill(name, lock)) rmdirSync(name);
      } catch (error) {
        // Something else has got its name or stands in it: it stays.
        if (errnoOf(error) === "") throw error;
      } finally {
        closeSync(lock);
      }
    },
  };
}
