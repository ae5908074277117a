/** The nodes of a forest as lines. */
import type { BranchLine } from "../../cli/branches.ts";
import { printable } from "../../cli/charset.ts";
import { painter } from "../../cli/color.ts";
import { countOf } from "../../cli/units.ts";
import { type Node, walk } from "../../ns/forest.ts";
import type { Namespace } from "../../ns/model.ts";
import { titleOf } from "./find.ts";
import { linePainter } from "./paint.ts";
import { accountWords, containerWords, namespaceWords, processWords, quoted } from "./words.ts";
import { holdersOf, type World } from "./world.ts";

/** How much the lines say. */
export interface Lines {
  /** Below each namespace: the processes in it, and all that keeps it. */
  readonly details?: boolean;
  /** Processes with nothing but name and PIDs. */
  readonly brief?: boolean;
}

const UNKNOWN = {
  parent: "? (parent out of reach)",
  owner: "? (owner out of reach)",
  process: "? (no process)",
  namespace: "pid:[?] (not readable)",
} as const;

/** The lines of these trees, parents first. */
export function linesOf(world: World, roots: readonly Node[], { details, brief }: Lines = {}): BranchLine[] {
  const paint = linePainter(1);
  const heading = painter(1);
  /** The nodes that are open, by their depth. */
  const above: Node[] = [];
  return [...walk(roots)].flatMap(({ node, depth }): BranchLine[] => {
    above.length = depth;
    const text = printable(textOf(world, node, above[depth - 1], brief === true));
    above[depth] = node;
    if (node.type === "container") return [{ depth, text: heading("heading", text) }];
    if (node.type !== "namespace") return [{ depth, text: paint(text) }];
    const line = { depth, text: paint(text), side: node.place !== "next" };
    const namespace = world.namespace(node.id);
    if (details !== true || namespace === undefined || node.place === "again") return [line];
    const more = detailsOf(world, namespace).map((words) => paint(printable(words)));
    return [line, ...more.map((words) => ({ depth: depth + 1, text: words, side: true }))];
  });
}

function textOf(world: World, node: Node, above: Node | undefined, brief: boolean): string {
  switch (node.type) {
    case "namespace": {
      const namespace = world.namespace(node.id);
      if (namespace === undefined) return `${node.kind}:[${node.id}]`;
      if (node.place === "again") return `${titleOf(namespace)} (stands elsewhere too)`;
      const inside = node.place === "side" && (above?.type === "process" || above?.type === "thread");
      return inside ? insideWords(world, namespace) : namespaceWords(world, namespace);
    }
    case "process": {
      const process = world.process(node.pid);
      if (process === undefined) return `process (${node.pid})`;
      if (brief) return processWords(process);
      return `process ${processWords(process)} by ${accountWords(world, process.uid)}`;
    }
    case "thread": {
      const stray = world.process(node.pid)?.strays.find(({ tid }) => tid === node.tid);
      return `thread ${quoted(stray?.name ?? "?")} (${node.tid})`;
    }
    case "container": {
      const container = node.container === null ? undefined : world.snapshot.containers[node.container];
      return container === undefined ? "in no container" : containerWords(container);
    }
    case "folder":
      return `${node.kind} (${node.children.length})`;
    case "unknown":
      return UNKNOWN[node.what];
  }
}

/** A namespace below a process that is in it: that goes without saying. */
const insideWords = (world: World, namespace: Namespace): string => {
  const { kind, uid, processes } = namespace;
  const parts = [titleOf(namespace), countOf(processes.length, "process", "processes")];
  if (kind === "user") parts.push(`created by ${accountWords(world, uid)}`);
  return parts.join(" ");
};

/** The processes in a namespace, and what holds it. */
const detailsOf = (world: World, namespace: Namespace): string[] => [
  ...namespace.processes.map((pid) => {
    const process = world.process(pid);
    return process === undefined ? `process (${pid})` : `process ${processWords(process)}`;
  }),
  ...holdersOf(namespace).map((words) => `held by ${words}`),
];
