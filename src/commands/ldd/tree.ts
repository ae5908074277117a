/** Who needs whom, drawn as a tree; what has been drawn above is not drawn again. */
import type { Edge, Missing } from "../../../rootfs-tools/load/load.ts";
import type { Loaded } from "../../../rootfs-tools/load/loader.ts";
import type { Resolution } from "../../../rootfs-tools/prove/resolution.ts";

type Loading = Resolution["loadings"][number];

/** What one object needs. */
type Need =
  | (Edge & { readonly missing?: never })
  | { readonly missing: Missing; readonly name: string; readonly object?: never };

/** The lines for one file, the first of them its own. */
export function treeLines(resolution: Resolution): string[] {
  const lines = [resolution.path];
  for (const { path, rule, by, absent } of resolution.interpreters) {
    if (rule === "PT_INTERP" && !absent && by === resolution.path) continue;
    lines.push(
      `${rule === "PT_INTERP" ? `interpreter of ${by}` : rule} => ${absent ? "not found: " : ""}${path}`,
    );
  }
  for (const loading of resolution.loadings) {
    if (loading.program.path !== resolution.path) lines.push(loading.program.path);
    draw(loading, lines);
  }
  return lines;
}

function draw({ program, edges, missing }: Loading, lines: string[]): void {
  const needs = new Map<Loaded, Need[]>();
  const add = (by: Loaded, need: Need): void => {
    const known = needs.get(by);
    if (known === undefined) needs.set(by, [need]);
    else known.push(need);
  };
  for (const edge of edges) add(edge.by, edge);
  for (const one of missing) add(one.by, { missing: one, name: one.name });
  // Chains may be as long as somebody likes to make them: no recursion.
  const pending = branches(needs.get(program), "").reverse();
  for (let branch = pending.pop(); branch !== undefined; branch = pending.pop()) {
    const { need, indent, isLast } = branch;
    lines.push(`${indent}${isLast ? "└── " : "├── "}${words(need)}`);
    // Exactly one edge loads an object; it is drawn below that one.
    if (need.object === undefined || need.rule === LOADED) continue;
    pending.push(...branches(needs.get(need.object), `${indent}${isLast ? "    " : "│   "}`).reverse());
  }
}

const LOADED = "already loaded";

const branches = (needs: readonly Need[] = [], indent: string) =>
  needs.map((need, index) => ({ need, indent, isLast: index === needs.length - 1 }));

function words(need: Need): string {
  if (need.object === undefined) return `${need.name} => not found`;
  return need.rule === LOADED
    ? `${need.name} (already loaded)`
    : `${need.name} => ${need.object.path} [${need.rule}]`;
}
