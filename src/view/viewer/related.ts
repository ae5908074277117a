/** Lines from what is selected to its owner and parent, where both are in the picture. */
import { drawRelation } from "../draw/lines.ts";
import type { Store } from "./store.ts";

/** Id of the namespace that a key stands for; undefined for a process, thread or container. */
export const idOf = (key: string): number | undefined =>
  key.startsWith("ns:") ? Number.parseInt(key.slice(3), 10) : undefined;

/** The lines as SVG: dashed to the owner, solid to the parent and from the children. */
export function showLines({ selected, model }: Store): string {
  const id = selected === undefined ? undefined : idOf(selected);
  const namespace = id === undefined ? undefined : model.facts.namespaces.get(id);
  const from = selected === undefined ? undefined : model.boxes.get(selected);
  if (namespace === undefined || from === undefined) return "";
  const line = (type: "owner" | "parent", other: number | null, up = true): string => {
    const to = other === null ? undefined : model.boxes.get(`ns:${other}`);
    if (to === undefined) return "";
    return up ? drawRelation(type, from, to) : drawRelation(type, to, from);
  };
  const { owner, parent, children, kind } = namespace;
  return [
    kind === "user" ? "" : line("owner", owner),
    line("parent", parent),
    ...children.map((child) => line("parent", child, false)),
  ].join("");
}
