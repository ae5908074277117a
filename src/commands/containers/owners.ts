/** Owners of files on both sides of a user namespace, see user_namespaces(7). */
import { readFileSync, type Stats } from "node:fs";
import type { IdRanges } from "../../runtime/containers/root.ts";

/** Which way files go. */
export type Direction = "in" | "out";

function rangesIn(path: string): IdRanges {
  try {
    const lines = readFileSync(path, "utf8").trim().split("\n");
    return lines.map((line) => {
      const [inside = 0, outside = 0, count = 0] = line.trim().split(/\s+/).map(Number);
      return [inside, outside, count] as const;
    });
  } catch {
    return [];
  }
}

/** The id that stands for `id` where files go; its root's, or the same, where there is none. */
export function translate(ranges: IdRanges, direction: Direction, id: number): number {
  const [from, to] = direction === "in" ? ([0, 1] as const) : ([1, 0] as const);
  const range = ranges.find((row) => id >= row[from] && id < row[from] + row[2]);
  if (range !== undefined) return range[to] + id - range[from];
  const first = ranges.find(([inside]) => inside === 0);
  return direction === "in" && first !== undefined ? first[1] : id;
}

/** A file keeps the user it has inside: what is root's here is root's there. `pid` is the container's, if it runs. */
export function ownersOf(pid: number | undefined, direction: Direction) {
  const [users, groups] =
    pid === undefined ? [[], []] : [rangesIn(`/proc/${pid}/uid_map`), rangesIn(`/proc/${pid}/gid_map`)];
  return (stat: Stats) => ({
    uid: translate(users, direction, stat.uid),
    gid: translate(groups, direction, stat.gid),
  });
}
