/**
 * Lists of what is to be taken back (`csrc/undo.c`) whose monitors were killed: carried out by the helper, in the
 * same way in which the monitor would have done it.
 */
import { closeSync, constants, existsSync, lstatSync, openSync, readdirSync } from "node:fs";
import { stateDirectories } from "../sandbox/state.ts";
import { SYS } from "../sys/constants.ts";
import { syscall } from "../sys/ffi.ts";
import { carryOut } from "./carry-out.ts";

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
const LOCK_EX = 2;
const LOCK_NB = 4;

/** What was found. */
export interface Replayed {
  /** The ids of the runs whose lists were carried out. */
  readonly done: readonly string[];
  /** The ids of those that live. */
  readonly held: readonly string[];
  /** The paths of lists of which something could not be taken back. */
  readonly left: readonly string[];
}

/** Takes back what killed monitors of this user left: nothing that a living one has. */
export function replayUndo(): Replayed {
  const done: string[] = [];
  const held: string[] = [];
  const left: string[] = [];
  const { state, otherwise } = stateDirectories({ uid: process.geteuid!(), env: process.env });
  for (const directory of new Set([`${state}/undo`, `${otherwise}/undo`])) {
    for (const id of listsIn(directory)) {
      const path = `${directory}/${id}`;
      if (isHeld(path)) {
        held.push(id);
        continue;
      }
      carryOut([{ op: "undo", path }], "gc");
      if (existsSync(path)) left.push(path);
      else done.push(id);
    }
  }
  return { done, held, left };
}

function listsIn(directory: string): string[] {
  const stat = lstatSync(directory, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isDirectory() || stat.uid !== process.geteuid!()) return [];
  return readdirSync(directory);
}

/** Somebody lives who will take it back; what is no file at all is opened without waiting for anybody. */
function isHeld(path: string): boolean {
  try {
    const file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const error = syscall(SYS.flock, file, LOCK_EX | LOCK_NB);
    closeSync(file);
    return error < 0;
  } catch {
    return true;
  }
}
