/** Processes below their parents, each with the namespaces it is in and the one above is not. */

import { KINDS, type KindName } from "../kinds.ts";
import type { Namespace, NamespaceIds, Process, Snapshot, Stray } from "../model.ts";
import { acyclic, byKindAndId, type Growing, namespaceNode, namespacesById, unknownRoot } from "./build.ts";
import type { ForestOptions, NamespaceNode, Node, ProcessNode, ThreadNode } from "./nodes.ts";

/** Kind to id, while it is filled. */
type Ids = { [kind in KindName]?: number };

/** What is known of a process that was looked at: the node that stands for it, and where it is. */
interface Seen {
  readonly node: Growing<ProcessNode> | undefined;
  readonly inside: NamespaceIds;
}

/** The roots of that tree; below `?` stand the namespaces that no process and no thread is in. */
export function byProcess(snapshot: Snapshot, options: ForestOptions): Node[] {
  const trunk = new Trunk(snapshot, options);
  const roots: Node[] = [];
  for (const { node, above } of trunk.grow(snapshot.processes, {})) (above?.children ?? roots).push(node);
  return [...roots, ...unknownRoot("process", trunk.rest())];
}

/** The parent of each process as the snapshot has it, without cycles. */
export function parentsOf({ processes }: Snapshot): (process: Process) => Process | undefined {
  const byPid = new Map(processes.map((process) => [process.pid, process]));
  return acyclic(processes, ({ ppid, start }) => {
    const parent = byPid.get(ppid);
    // One that is younger than its child has only got the PID of the one that was asked for.
    return parent !== undefined && parent.start <= start ? parent : undefined;
  });
}

/** Makes the nodes of processes, and remembers which namespaces stand somewhere already. */
export class Trunk {
  readonly #namespaces: ReadonlyMap<number, Namespace>;
  readonly #kinds: readonly KindName[];
  readonly #all: boolean;
  readonly #parent: (process: Process) => Process | undefined;
  readonly #shown = new Set<number>();

  readonly #heads: ReadonlySet<number>;

  /** Those with a PID in `heads` are shown whatever they are in. */
  constructor(snapshot: Snapshot, { kinds, all = false }: ForestOptions, heads: readonly number[] = []) {
    this.#heads = new Set(heads);
    this.#namespaces = namespacesById(snapshot);
    this.#kinds = KINDS.map(({ name }) => name).filter((name) => kinds?.includes(name) ?? true);
    this.#all = all;
    this.#parent = parentsOf(snapshot);
  }

  /**
   * A node for each of `processes` that is to be shown, with the node above it: that of its nearest
   * ancestor among them. One that came to where another child of the same already is, is not: else all that
   * follow the first process into a PID namespace would be. At the top the namespaces in `usual` go without saying; kinds that it lacks are
   * added as they are first seen.
   */
  grow(processes: readonly Process[], usual: Ids) {
    const wanted = new Set(processes);
    const seen = new Map<Process, Seen>();
    const taken = new Set<string>();
    const grown: { node: Growing<ProcessNode>; above: Growing<ProcessNode> | undefined }[] = [];
    const parentOf = (process: Process): Process | undefined => {
      const parent = this.#parent(process);
      return parent !== undefined && wanted.has(parent) ? parent : undefined;
    };
    for (const process of processes) {
      // From the top down, so that a namespace stands with the first that came into it.
      const line: Process[] = [];
      for (let at: Process | undefined = process; at !== undefined && !seen.has(at); at = parentOf(at)) {
        line.push(at);
      }
      for (const one of line.reverse()) {
        const parent = parentOf(one);
        const above = parent === undefined ? undefined : seen.get(parent);
        const changed = this.#changed(one.namespaces, above?.inside ?? {}, usual);
        const place = changed.length === 0 ? "" : `${above?.node?.key} ${this.#idsOf(one)}`;
        const node = this.#nodeOf(one, changed, changed.length > 0 && !taken.has(place));
        taken.add(place);
        // What may not be read of a process is taken to be as above it: nothing is said of it then.
        seen.set(one, { node: node ?? above?.node, inside: { ...above?.inside, ...one.namespaces } });
        if (node !== undefined) grown.push({ node, above: above?.node });
      }
    }
    return grown;
  }

  /** The namespaces that stand nowhere yet. */
  rest(): Node[] {
    return [...this.#namespaces.values()]
      .filter(({ id, kind }) => this.#kinds.includes(kind) && !this.#shown.has(id))
      .sort(byKindAndId)
      .map((namespace) => namespaceNode(namespace, "side"));
  }

  #idsOf = ({ namespaces }: Process): string => this.#kinds.map((kind) => namespaces[kind]).join(" ");

  #nodeOf(process: Process, changed: readonly Namespace[], isNew: boolean): Growing<ProcessNode> | undefined {
    const { pid, strays } = process;
    const shown = this.#all || this.#heads.has(pid) || isNew || strays.length > 0;
    if (!shown) return undefined;
    const key = `p:${pid}`;
    const children: Node[] = this.#leaves(changed, key);
    for (const stray of strays) children.push(this.#threadOf(process, stray));
    return { type: "process", key, pid, children };
  }

  #threadOf({ pid, namespaces }: Process, stray: Stray): ThreadNode {
    const key = `t:${stray.tid}`;
    const children = this.#leaves(this.#changed(stray.namespaces, namespaces, {}), key);
    return { type: "thread", key, pid, tid: stray.tid, children };
  }

  #changed(inside: NamespaceIds, above: NamespaceIds, usual: Ids): Namespace[] {
    return this.#kinds.flatMap((kind) => {
      const id = inside[kind];
      if (id === undefined || id === (above[kind] ?? usual[kind])) return [];
      usual[kind] ??= id;
      return this.#namespaces.get(id) ?? [];
    });
  }

  #leaves(namespaces: readonly Namespace[], where: string): NamespaceNode[] {
    return namespaces.map((namespace) => {
      const again = this.#shown.has(namespace.id);
      this.#shown.add(namespace.id);
      return namespaceNode(namespace, again ? "again" : "side", again ? `@${where}` : "");
    });
  }
}
