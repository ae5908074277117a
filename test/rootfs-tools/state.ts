/** What a tree on disk is, to compare it with the nodes that it was made from. */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { getAttribute, listAttributes } from "../../rootfs-tools/files/xattr.ts";
import type { Attribute, Node, NodeType } from "../../rootfs-tools/layout/node.ts";

/** One path: whatever a form may leave out is left out by both sides. */
interface State {
  type: NodeType;
  mode: string;
  owner: string;
  seconds?: bigint;
  target?: string;
  content?: string;
  device?: string;
  attributes?: Record<string, string>;
  /** All names of the same file, where it has several. */
  names?: string[];
}

/** What is not compared. */
export interface Without {
  readonly attributes?: (name: string) => boolean;
  readonly times?: (type: NodeType) => boolean;
  readonly content?: true;
}

const TYPES: Readonly<Record<number, NodeType>> = {
  1: "fifo",
  2: "character",
  4: "directory",
  6: "block",
  8: "file",
  10: "link",
};

const hash = (content: string | Uint8Array): string => Bun.hash(content).toString(16);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

const attributes = (all: readonly Attribute[], { attributes = () => false }: Without) =>
  Object.fromEntries(
    all
      .filter(([name]) => !attributes(name))
      .map(([name, value]) => [name, hex(value)])
      .sort(),
  );

/** Step by step: in one go Bun gives up on long paths. */
function below(root: string, path: string): string[] {
  return readdirSync(root + path, { withFileTypes: true }).flatMap((entry) => {
    const next = `${path}/${entry.name}`;
    return entry.isDirectory() ? [next, ...below(root, next)] : [next];
  });
}

/** The tree below `directory`, by its paths. */
export function stateOf(directory: string, without: Without = {}): Map<string, State> {
  const byInode = new Map<bigint, string[]>();
  const all = new Map<string, State>();
  for (const path of ["/", ...below(directory, "")].sort()) {
    const real = path === "/" ? directory : directory + path;
    const stat = lstatSync(real, { bigint: true });
    const type = TYPES[Number(stat.mode >> 12n)] ?? "file";
    const rights = Number(stat.mode & 0o7777n).toString(8);
    const state: State = { type, mode: rights, owner: `${stat.uid}:${stat.gid}` };
    if (!without.times?.(type)) state.seconds = stat.mtimeNs / 1_000_000_000n;
    if (type === "link") state.target = readlinkSync(real);
    if (type === "file" && !without.content) state.content = hash(readFileSync(real));
    if (type === "character" || type === "block") {
      const { rdev } = stat;
      state.device = `${(rdev >> 8n) & 0xfffn}:${(rdev & 0xffn) | ((rdev >> 12n) & 0xfff00n)}`;
    }
    const found = listAttributes(real).map(
      (name): Attribute => [name, getAttribute(real, name) ?? new Uint8Array()],
    );
    const kept = attributes(found, without);
    if (Object.keys(kept).length > 0) state.attributes = kept;
    if (type === "file") {
      const names = byInode.get(stat.ino) ?? [];
      names.push(path);
      byInode.set(stat.ino, names);
      if (stat.nlink > 1n) state.names = names;
    }
    all.set(path, state);
  }
  return all;
}

/** What `stateOf` should find where all of `nodes` was kept. */
export function expectedOf(nodes: readonly Node[], without: Without = {}): Map<string, State> {
  const all = new Map<string, State>();
  for (const node of nodes) {
    const { path, type, mode, uid, gid, mtimeNs, twin, content, device } = node;
    if (twin !== undefined) {
      const first = all.get(twin)!;
      first.names ??= [twin];
      first.names.push(path);
      first.names.sort();
      all.set(path, first);
      continue;
    }
    const state: State = { type, mode: mode.toString(8), owner: `${uid}:${gid}` };
    const seconds = mtimeNs / 1_000_000_000n;
    if (!without.times?.(type)) state.seconds = mtimeNs % 1_000_000_000n < 0n ? seconds - 1n : seconds;
    if (type === "link") state.target = node.target!;
    if (type === "file" && !without.content)
      state.content = hash(typeof content === "string" ? readFileSync(content) : content!);
    if (device !== undefined) state.device = device.join(":");
    const kept = attributes(node.attributes, without);
    if (Object.keys(kept).length > 0) state.attributes = kept;
    all.set(path, state);
  }
  return new Map([...all].sort(([a], [b]) => (a < b ? -1 : 1)));
}
