/** Ids of a process in the numbers of its own user namespace, see user_namespaces(7). */
import { procText } from "./process.ts";

/** Turns an id of the caller's user namespace into one of the user namespace of `pid`; undefined where unmapped. */
export function insideOf(pid: number, file: "uid_map" | "gid_map"): (id: number) => number | undefined {
  const ranges = (procText(pid, file) ?? "")
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  return (id) => {
    for (const [inside = 0, outside = 0, length = 0] of ranges) {
      if (id >= outside && id < outside + length) return inside + (id - outside);
    }
    return undefined;
  };
}

/** Tells whether an id inside is mapped at all. */
export function isMappedIn(pid: number, file: "uid_map" | "gid_map"): (id: number) => boolean {
  const ranges = (procText(pid, file) ?? "")
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  return (id) => ranges.some(([inside = 0, , length = 0]) => id >= inside && id < inside + length);
}

/** setgroups(2) is denied in the user namespace of `pid`. */
export const deniesSetgroups = (pid: number): boolean => procText(pid, "setgroups")?.trim() === "deny";
