/** What the trees of a forest are made of, and how to walk them. */
import type { KindName } from "../kinds.ts";

/**
 * What a tree is made by:
 * `owner`: user namespaces, each with what it owns;
 * `parent`: the user namespaces among themselves, and the PID namespaces;
 * `process`: processes below their parents, where namespaces change;
 * `container`: containers with their processes and namespaces.
 */
export const HIERARCHIES = ["owner", "parent", "process", "container"] as const;

/** One of them. */
export type Hierarchy = (typeof HIERARCHIES)[number];

/** Trees, and what relates their nodes besides. */
export interface Forest {
  readonly by: Hierarchy;
  readonly roots: readonly Node[];
  readonly edges: readonly Edge[];
}

/** What all nodes have. */
interface Common {
  /** Unique in its forest, and the same in the next one while the thing lives. */
  readonly key: string;
  readonly children: readonly Node[];
}

/** One node. */
export type Node = NamespaceNode | ProcessNode | ThreadNode | ContainerNode | FolderNode | UnknownNode;

/** A namespace. */
export interface NamespaceNode extends Common {
  readonly type: "namespace";
  readonly kind: KindName;
  readonly id: number;
  /**
   * `next`: the hierarchy goes on here; `side`: what the node above owns or is in;
   * `again`: the same, of one that stands elsewhere as well.
   */
  readonly place: "next" | "side" | "again";
}

/** A process. */
export interface ProcessNode extends Common {
  readonly type: "process";
  readonly pid: number;
}

/** A thread in other namespaces than its process. */
export interface ThreadNode extends Common {
  readonly type: "thread";
  readonly pid: number;
  readonly tid: number;
}

/** A container, by its index in the snapshot; null holds everything that is in none. */
export interface ContainerNode extends Common {
  readonly type: "container";
  readonly container: number | null;
}

/** Several namespaces of one kind that the node above owns. */
export interface FolderNode extends Common {
  readonly type: "folder";
  readonly kind: KindName;
  readonly owner: number | null;
}

/**
 * Stands above what hangs in the air: `parent`, `owner`: it is out of reach; `process`: there is none;
 * `namespace`: which PID namespace it is in may not be read.
 */
export interface UnknownNode extends Common {
  readonly type: "unknown";
  readonly what: "parent" | "owner" | "process" | "namespace";
}

/** A relation between two nodes of which none is the other's child, by their keys. */
export interface Edge {
  /** `owner`: from a namespace to the user namespace that owns it; `parent`: to its parent. */
  readonly type: "owner" | "parent";
  readonly from: string;
  readonly to: string;
}

/** What is in the trees. */
export interface ForestOptions {
  /** Only these kinds. User namespaces stand in the tree of owners all the same: they are what it is made of. */
  readonly kinds?: readonly KindName[];
  /** `owner`: with what each user namespace owns. Default: true. */
  readonly owned?: boolean;
  /** `owner`: more than one owned namespace of a kind stand in a folder. Default: false. */
  readonly folders?: boolean;
  /** `parent`: one tree of both kinds, each PID namespace below its owner where that is not its parent's. */
  readonly owners?: boolean;
  /** `process`, `container`: all processes, not only those where namespaces change. Default: false. */
  readonly all?: boolean;
}

/** Each node below `roots` with how deep it stands, parents first. Depth is bounded by memory alone. */
export function* walk(roots: readonly Node[]): Generator<{ readonly node: Node; readonly depth: number }> {
  const stack = roots.map((node) => ({ node, depth: 0 })).reverse();
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    yield next;
    const { node, depth } = next;
    for (let at = node.children.length - 1; at >= 0; at--)
      stack.push({ node: node.children[at]!, depth: depth + 1 });
  }
}
