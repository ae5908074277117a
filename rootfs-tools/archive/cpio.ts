/**
 * Archives that the kernel unpacks as its first root filesystem: "newc", see the kernel's
 * Documentation/driver-api/early-userspace/buffer-format.rst, and cpio(1).
 */
import { NsboxError } from "../../src/util/errors.ts";
import type { Node, NodeType } from "../layout/node.ts";
import { contentOf } from "./content.ts";

const MOST = 0xffffffff;
/** The kernel skips what has a longer name (PATH_MAX), its NUL included. */
const LONGEST_NAME = 4096;
const NANOSECONDS = 1_000_000_000n;
/** The size of cpio's blocks: what is appended begins at such a place. */
const BLOCK = 512;

const TYPES: Readonly<Record<NodeType, number>> = {
  fifo: 0o010000,
  character: 0o020000,
  directory: 0o040000,
  block: 0o060000,
  file: 0o100000,
  link: 0o120000,
};

const encoder = new TextEncoder();

/** @throws NsboxError that names the first node that the format has no room for. */
export function checkCpio(nodes: Iterable<Node>): void {
  for (const { path, size, type, twin } of nodes) {
    const cannot = (cause: string) => new NsboxError(`Cannot put "${path}" into a cpio archive`, { cause });
    if (type === "file" && twin === undefined && size > MOST) {
      throw cannot(`it has ${size} bytes; the format holds files under 4 GiB`);
    }
    if (nameOf(path).length > LONGEST_NAME) throw cannot("its path is longer than the kernel takes");
  }
}

/** What to know of `nodes` as an initramfs. */
export const cpioNotes = (nodes: readonly Node[]): string[] =>
  nodes.some(({ path }) => path === "/init")
    ? []
    : ["there is no /init: a kernel that boots from this archive alone starts nothing"];

/** The archive of `nodes`. What is yielded holds until the next step. */
export function* cpioOf(nodes: readonly Node[]): Generator<Uint8Array> {
  const names = namesOf(nodes);
  let written = 0;
  const count = (bytes: Uint8Array): Uint8Array => {
    written += bytes.length;
    return bytes;
  };
  for (const [index, node] of nodes.entries()) {
    const { first, last, links } = names.get(node.path) ?? { first: index, last: index, links: 1 };
    const source = index === last ? (nodes[first] ?? node) : undefined;
    const target = encoder.encode(node.target ?? "");
    const size = node.type === "file" ? (source?.size ?? 0) : target.length;
    yield count(
      headerOf(nameOf(node.path), {
        ino: first + 1,
        mode: TYPES[node.type] | node.mode,
        uid: node.uid,
        gid: node.gid,
        nlink: node.type === "directory" ? 2 : links,
        mtime: Math.min(Math.max(Number(node.mtimeNs / NANOSECONDS), 0), MOST),
        size,
        device: node.device ?? [0, 0],
      }),
    );
    if (node.type === "file" && source !== undefined) for (const part of contentOf(source)) yield count(part);
    else yield count(target);
    yield count(padding(size, 4));
  }
  yield count(headerOf(encoder.encode("TRAILER!!!\0"), { ...NOTHING, nlink: 1 }));
  yield padding(written, BLOCK);
}

/** The names of one file. */
interface Names {
  /** Index of the first one, whose node has the content. */
  readonly first: number;
  /** Index of the last one: there cpio(1) writes the content, and the kernel has all names by then. */
  last: number;
  links: number;
}

/** Of every file, by each of its paths. */
function namesOf(nodes: readonly Node[]): Map<string, Names> {
  const all = new Map<string, Names>();
  for (const [index, { path, type, twin = "" }] of nodes.entries()) {
    const names = all.get(twin) ?? { first: index, last: index, links: 0 };
    names.last = index;
    names.links++;
    if (type === "file") all.set(path, names);
  }
  return all;
}

interface Fields {
  readonly ino: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
  readonly mtime: number;
  readonly size: number;
  readonly device: readonly [major: number, minor: number];
}
const NOTHING: Fields = { ino: 0, mode: 0, uid: 0, gid: 0, nlink: 0, mtime: 0, size: 0, device: [0, 0] };

const nameOf = (path: string): Uint8Array => encoder.encode(path === "/" ? ".\0" : `${path.slice(1)}\0`);

const padding = (length: number, unit: number): Uint8Array => new Uint8Array((unit - (length % unit)) % unit);

function headerOf(name: Uint8Array, fields: Fields): Uint8Array {
  const { ino, mode, uid, gid, nlink, mtime, size, device } = fields;
  const numbers = [ino, mode, uid, gid, nlink, mtime, size, 0, 0, ...device, name.length, 0];
  const header = encoder.encode(
    `070701${numbers.map((number) => number.toString(16).padStart(8, "0")).join("")}`,
  );
  const bytes = new Uint8Array(header.length + name.length + padding(header.length + name.length, 4).length);
  bytes.set(header);
  bytes.set(name, header.length);
  return bytes;
}
