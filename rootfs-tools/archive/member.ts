/** What an image's archive is made of besides the layer: files of our own. */
import type { Node } from "../layout/node.ts";

const member = (path: string, mode: number, seconds: number) => ({
  path,
  mode,
  uid: 0,
  gid: 0,
  mtimeNs: BigInt(seconds) * 1_000_000_000n,
  attributes: [],
  kind: "config" as const,
  why: [],
});

/** A file of `size` bytes: `content` is a path to read them from, or the bytes. */
export const memberFile = (
  path: string,
  size: number,
  content: string | Uint8Array,
  seconds: number,
): Node => ({ ...member(path, 0o644, seconds), type: "file", size, content });

/** A directory. */
export const memberDirectory = (path: string, seconds: number): Node => ({
  ...member(path, 0o755, seconds),
  type: "directory",
  size: 0,
});
