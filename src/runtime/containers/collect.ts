/** Everything in STATE that no process stands behind any more. */
import { lstatSync, readdirSync, unlinkSync } from "node:fs";
import { dropStaleNames, isId, namesById } from "./names.ts";
import type { Place } from "./place.ts";
import { settle } from "./settle.ts";
import { readStatus } from "./status.ts";

/** One thing that was put right. */
export interface Collected {
  readonly what:
    | "half-made container"
    | "half-made namespaces"
    | "lost container"
    | "name"
    | "file"
    | "what a killed run made"
    | "empty cgroups of"
    | "address"
    | "device"
    | "half-made network"
    | "network"
    | "mount points in";
  readonly name: string;
}

/** What was put right, and why something could not be. */
export interface Collection {
  readonly done: readonly Collected[];
  readonly refused: readonly unknown[];
}

/** How long a file of an unfinished write may be there, in milliseconds. */
const UNFINISHED = 10_000;

/** Looks at all of it. */
export function collect(place: Place): Collection {
  const done: Collected[] = [];
  const refused: unknown[] = [];
  const names = namesById(place);
  for (const id of readdirSync(place.containers)) {
    if (!isId(id)) continue;
    const directory = `${place.containers}/${id}`;
    try {
      const before = lstatSync(directory).isDirectory() ? readStatus(directory) : undefined;
      const after = settle(place, id, names.get(id));
      const label = names.get(id) ?? id;
      if (after === undefined) done.push({ what: "half-made container", name: label });
      else {
        const lived = before !== "none" && before?.state !== "exited";
        if (lived && after.status?.lost) done.push({ what: "lost container", name: label });
        for (const name of dropUnfinished(directory)) done.push({ what: "file", name });
      }
    } catch (error) {
      refused.push(error);
    }
  }
  for (const name of dropStaleNames(place)) done.push({ what: "name", name });
  return { done, refused };
}

/** Statuses that were being written. */
function dropUnfinished(directory: string): string[] {
  const old = (path: string) => Math.abs(Date.now() - lstatSync(path).mtimeMs) > UNFINISHED;
  const paths = readdirSync(directory)
    .filter((name) => name.startsWith(".status-") || name === "status.new")
    .map((name) => `${directory}/${name}`)
    .filter(old);
  for (const path of paths) unlinkSync(path);
  return paths;
}
