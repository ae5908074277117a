/** What could not be seen, as one note. */
import { countOf } from "../../cli/units.ts";
import type { Gaps } from "../../ns/model.ts";

type Counted = "processes" | "relations" | "mounts" | "descriptors";

const WORDS: { readonly [gap in Counted]: (count: number) => string } = {
  processes: (count) => `the namespaces of ${countOf(count, "process", "processes")}`,
  relations: (count) => `owner or parent of ${countOf(count, "namespace")}`,
  mounts: (count) => `the mounts of ${countOf(count, "mount namespace")}`,
  descriptors: (count) => `the descriptors of ${countOf(count, "process", "processes")}`,
};

/** What could not be read, how much of it, and what right was missing; undefined where nothing is missing. */
export function gapsNote(gaps: Gaps): string | undefined {
  const found = (Object.keys(WORDS) as Counted[])
    .filter((gap) => gaps[gap] > 0)
    .map((gap) => WORDS[gap](gaps[gap]));
  if (found.length === 0) return undefined;
  const help = gaps.missing.length > 0 ? `; missing: ${gaps.missing.join(", ")}` : "";
  return `Could not be read: ${found.join(", ")}${help}`;
}
