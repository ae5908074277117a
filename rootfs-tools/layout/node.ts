/**
 * A tree as pure data: each path with all that it is, whatever form it is written in. The directory, the
 * archives and the images are made from the same list, so none can differ.
 */
import type { Kind, Reason } from "../collect/manifest.ts";

/** What stands at a path. Sockets are made by programs, never by a tree. */
export type NodeType = "directory" | "file" | "link" | "character" | "block" | "fifo";

/** An extended attribute, see xattr(7). */
export type Attribute = readonly [name: string, value: Uint8Array];

/** One path of a tree. */
export interface Node {
  /** Inside the tree, absolute, no links on its way; `/` is the tree's own directory. */
  readonly path: string;
  readonly type: NodeType;
  /** Permission bits, setuid, setgid and sticky among them. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Last modification, nanoseconds since 1970. */
  readonly mtimeNs: bigint;
  /** Of a file, in bytes. */
  readonly size: number;
  /** Where a link leads, as it is written in it. */
  readonly target?: string;
  /** A file's content: a path on the host to read from, or the bytes themselves. */
  readonly content?: string | Uint8Array;
  /** The path of an earlier file that this one is another name of; it has no content of its own then. */
  readonly twin?: string;
  /** Of a device. */
  readonly device?: readonly [major: number, minor: number];
  readonly attributes: readonly Attribute[];
  readonly kind: Kind;
  readonly why: readonly Reason[];
}

/** What has to be done that a target has a node: in a dry run, what would have to be. */
export type Action = "created" | "replaced" | "unchanged" | "kept";

/** The order of a tree's paths: parents first, then by their letters. */
export const byPath = (a: { readonly path: string }, b: { readonly path: string }): number =>
  a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
