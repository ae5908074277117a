/**
 * Groups in nsbox's own place that nobody is in and no list names any more: a killed run's, whose state
 * directory went before it was asked (a user's goes with the last session).
 */
import { existsSync, readdirSync, rmdirSync } from "node:fs";
import { directoryOf, wordsOf } from "../../cgroup/hierarchy.ts";
import { mayWrite, SYSTEM, textAt } from "../../cgroup/look.ts";
import { findPlace, isNone } from "../../cgroup/place.ts";
import { ownHierarchies } from "../../sandbox/limits/layout.ts";

const RUN_ID = /^[a-f][0-9a-f]{11}$/;
/** A run that begins is in its group sooner. */
const PATIENCE = 1000;

/** None, where the group has gone in this moment. */
function below(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `${directory}/${name}`);
  } catch {
    return [];
  }
}

const isEmpty = (directory: string): boolean =>
  wordsOf(textAt(`${directory}/cgroup.procs`) ?? "?").length === 0 && below(directory).every(isEmpty);

function remove(directory: string): void {
  for (const group of below(directory)) remove(group);
  rmdirSync(directory);
}

/** Removes them, and returns the ids of their runs. `isAlive`: the run still has its list. */
export async function sweepGroups(isAlive: (id: string) => boolean): Promise<string[]> {
  const seeker = { uid: process.geteuid!(), look: SYSTEM, mayWrite };
  const candidates = ownHierarchies().flatMap((hierarchy) => {
    const place = findPlace(hierarchy, [], seeker);
    if (isNone(place)) return [];
    const parent = directoryOf(hierarchy, place.parent);
    if (!existsSync(parent)) return [];
    return below(parent).filter((group) => {
      const id = idOf(group);
      return RUN_ID.test(id) && !isAlive(id) && isEmpty(group);
    });
  });
  if (candidates.length === 0) return [];
  await Bun.sleep(PATIENCE);
  const done = candidates.filter((group) => {
    try {
      if (!isEmpty(group)) return false;
      remove(group);
      return true;
    } catch {
      // Somebody was quicker, or moved in.
      return false;
    }
  });
  for (const parent of new Set(done.map((group) => group.slice(0, group.lastIndexOf("/"))))) {
    try {
      rmdirSync(parent);
    } catch {
      // In use.
    }
  }
  return [...new Set(done.map(idOf))];
}

const idOf = (group: string): string => group.slice(group.lastIndexOf("/") + 1);
