/** The picture as data, for other programs: docs/graph.md has the schema. */
import type { Snapshot } from "../../ns/model.ts";
import { sanitizeJson } from "../../util/sanitize.ts";
import type { Graph } from "../graph/graph.ts";
import { boxesOf } from "../layout/boxes.ts";
import { layoutOf } from "../layout/layout.ts";
import { itemsOf, linesOf } from "./relations.ts";

/** The format's name and version. */
const GRAPH_FORMAT = { name: "nsbox-graph", version: 1 } as const;

/** `graph` with its places as JSON, indented; `more`: what else there is to say. */
export function toJson({ host, taken }: Snapshot, graph: Graph, more: object = {}): string {
  const layout = layoutOf(graph);
  const boxes = boxesOf(graph, layout);
  const nodes = itemsOf(graph).map(({ key, type, kind, title, lines, marks, alive, above }) => {
    const { x, y, width, height } = boxes.get(key)!;
    return { key, ...subject(key, type), type, kind, title, lines, marks, alive, above, x, y, width, height };
  });
  const value = {
    format: GRAPH_FORMAT.name,
    version: GRAPH_FORMAT.version,
    by: graph.by,
    host: { name: host.name, kernel: host.kernel },
    taken: taken.begin,
    width: layout.width,
    height: layout.height,
    nodes,
    edges: linesOf(graph),
    ...more,
  };
  return `${sanitizeJson(JSON.stringify(value, undefined, 2))}\n`;
}

/** The number that a key holds: `id` of a namespace, `pid`, `tid`, or `container`, an index. */
function subject(key: string, type: string): Record<string, number> {
  const number = Number(/^\w+:(\d+)/.exec(key)?.[1] ?? Number.NaN);
  const names: Readonly<Record<string, string>> = {
    namespace: "id",
    process: "pid",
    thread: "tid",
    container: "container",
  };
  const name = names[type];
  return name === undefined || Number.isNaN(number) ? {} : { [name]: number };
}
