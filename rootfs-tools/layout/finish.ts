/** The last touch on a layout: order, times of what is made, and names of one file. */
import { type Action, byPath, type Node } from "./node.ts";

/** A node, and what has to be done that the target has it. */
export interface LaidNode extends Node {
  readonly action: Action;
}

/** A node whose time and attributes may still be open. */
export type Draft = Omit<LaidNode, "mtimeNs" | "attributes" | "twin" | "why"> & {
  why: Node["why"];
  readonly mtimeNs?: bigint;
  readonly attributes?: Node["attributes"];
  /** What tells it from any other file, where it has several names. */
  readonly id?: string;
};

const NANOSECONDS = 1_000_000_000n;

/**
 * Sorts `drafts`, parents first. What is made, directories and links are as old as the newest file: the same
 * files give the same tree, whenever it is made.
 */
export function finish(drafts: readonly Draft[], epoch?: number): LaidNode[] {
  let newest = 0n;
  for (const { mtimeNs = 0n, type } of drafts) if (type === "file" && mtimeNs > newest) newest = mtimeNs;
  if (newest === 0n && epoch !== undefined) newest = BigInt(epoch) * NANOSECONDS;
  const first = new Map<string, LaidNode>();
  return drafts.toSorted(byPath).map(({ id, ...draft }) => {
    const node = { mtimeNs: newest, attributes: [], ...draft };
    if (id === undefined || draft.action === "kept") return node;
    const twin = first.get(id);
    if (twin !== undefined) return { ...node, twin: twin.path };
    first.set(id, node);
    return node;
  });
}
