/**
 * Mount points that killed monitors left in root filesystems: each record of them (`csrc/record.c`) begins with
 * the path of its tree. The helper removes them, as at the end of a run: under the tree's lock, only where that
 * tree is the one of the record, and only if no run uses it.
 */
import { existsSync, lstatSync, readdirSync } from "node:fs";
import { stateDirectories } from "../../sandbox/state.ts";
import { readOwnFile } from "../../util/own-file.ts";
import { carryOut } from "../carry-out.ts";
import type { Collected } from "./collect.ts";

const RECORD = /^mount-points-/;
/** RECORD_SIZE of `csrc/record.h`. */
const LARGEST = 524_288;
const LONGEST_PATH = 4096;

/** Removes them wherever that can be done now; returns the trees. */
export function collectMountPoints(): Collected[] {
  const done: Collected[] = [];
  const { state, otherwise } = stateDirectories({ uid: process.geteuid!(), env: process.env });
  for (const directory of new Set([state, otherwise])) {
    for (const record of recordsIn(directory)) {
      const tree = treeOf(record);
      if (tree === undefined || !existsSync(tree)) continue;
      removeIn(tree, { state, otherwise });
      if (!existsSync(record)) done.push({ what: "mount points in", name: tree });
    }
  }
  return done;
}

/** The records in a directory of this user's own. */
function recordsIn(directory: string): string[] {
  const stat = lstatSync(directory, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isDirectory() || stat.uid !== process.geteuid!()) return [];
  return readdirSync(directory)
    .filter((name) => RECORD.test(name))
    .map((name) => `${directory}/${name}`);
}

/** A line that says: a bound mount namespace needs these mount points. The end of the next run removes them. */
const NEEDED = "!";

/** The root filesystem that a record is of; undefined where it does not say, or is to be left alone. */
function treeOf(record: string): string | undefined {
  const lines = (readOwnFile(record, LARGEST) ?? "").split("\0");
  const [line = ""] = lines;
  if (lines.includes(NEEDED)) return undefined;
  return line.startsWith("=/") && line.length < LONGEST_PATH ? line.slice(1) : undefined;
}

/** What was recorded is removed where a run would have ended. */
function removeIn(path: string, states: { state: string; otherwise: string }): void {
  carryOut(
    [
      { op: "open_root", path },
      { op: "lock_root", ...states },
    ],
    "gc",
  );
}
