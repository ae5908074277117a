/**
 * Archives in the format of pax(1), IEEE Std 1003.1: ustar, with an extended header before what that cannot
 * hold. Attributes are written the way GNU tar, libarchive and the container tools read them.
 */
import type { Attribute, Node, NodeType } from "../layout/node.ts";
import { ACL_KEYWORDS, aclText } from "./acl.ts";
import { contentOf } from "./content.ts";
import { BLOCK, concatenate, encodeHeader, isPlain, MOST_ID, MOST_SIZE, NAME, splitName } from "./ustar.ts";

const NANOSECONDS = 1_000_000_000n;

const encoder = new TextEncoder();

const TYPES: Readonly<Record<NodeType, string>> = {
  file: "0",
  link: "2",
  character: "3",
  block: "4",
  directory: "5",
  fifo: "6",
};
const TWIN = "1";
const EXTENDED = "x";
const GNU_LINK = "K";
const EXTRA_NAMES = { [EXTENDED]: "././@PaxHeader", [GNU_LINK]: "././@LongLink" } as const;

/** How an archive is made, where that is unusual. */
export interface TarOptions {
  /** Gives the content of a file that is no twin. */
  readonly read?: (node: Node) => Iterable<Uint8Array>;
  /** Long targets of links stand in GNU tar's own header. */
  readonly gnuLinks?: boolean;
}

/**
 * The archive of `nodes`, up to its end mark. What is yielded holds until the next step, and a node is asked
 * for when all of the one before is written. Times are whole seconds: fractions would cost a header of a
 * kilobyte for every file.
 */
export function* tarOf(nodes: Iterable<Node>, options: TarOptions = {}): Generator<Uint8Array> {
  const { read = contentOf, gnuLinks = false } = options;
  for (const node of nodes) {
    yield headerOf(node, gnuLinks);
    if (!holdsContent(node)) continue;
    yield* read(node);
    yield padding(node.size);
  }
  yield new Uint8Array(2 * BLOCK);
}

/** How long `tarOf(nodes)` will be. */
export function tarSize(nodes: Iterable<Node>): number {
  let size = 2 * BLOCK;
  for (const node of nodes) {
    size += headerOf(node).length;
    if (holdsContent(node)) size += node.size + padding(node.size).length;
  }
  return size;
}

const holdsContent = ({ type, twin }: Node): boolean => type === "file" && twin === undefined;

const padding = (size: number): Uint8Array => new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);

/** The name that a path has in an archive: relative, a directory's with a slash at the end. */
function nameOf(path: string, isDirectory: boolean): Uint8Array {
  return encoder.encode(path === "/" ? "./" : `${path.slice(1)}${isDirectory ? "/" : ""}`);
}

/** All that stands before a node's content. */
function headerOf(node: Node, gnuLinks = false): Uint8Array {
  const records: Uint8Array[] = [];
  const extend = (keyword: string, value: string | Uint8Array) => records.push(record(keyword, value));
  const name = nameOf(node.path, node.type === "directory");
  const split = isPlain(name) ? splitName(name) : undefined;
  if (split === undefined) extend("path", name);

  const target = node.twin === undefined ? encoder.encode(node.target ?? "") : nameOf(node.twin, false);
  const isLong = target.length > NAME || !isPlain(target);
  if (isLong && !gnuLinks) extend("linkpath", target);

  const size = holdsContent(node) ? node.size : 0;
  if (size > MOST_SIZE) extend("size", `${size}`);
  if (node.uid > MOST_ID) extend("uid", `${node.uid}`);
  if (node.gid > MOST_ID) extend("gid", `${node.gid}`);
  const seconds = secondsOf(node.mtimeNs);
  const isOrdinary = seconds >= 0n && seconds <= BigInt(MOST_SIZE);
  if (!isOrdinary) extend("mtime", `${seconds}`);
  // The attributes belong to the file, which its other names only point at.
  if (node.twin === undefined)
    for (const attribute of node.attributes) records.push(...attributeOf(attribute));

  const header = encodeHeader({
    ...(split ?? { name: name.subarray(0, NAME) }),
    type: node.twin === undefined ? TYPES[node.type] : TWIN,
    mode: node.mode,
    uid: node.uid > MOST_ID ? 0 : node.uid,
    gid: node.gid > MOST_ID ? 0 : node.gid,
    size: size > MOST_SIZE ? 0 : size,
    mtime: isOrdinary ? Number(seconds) : 0,
    link: target.subarray(0, NAME),
    ...(node.device === undefined ? {} : { device: node.device }),
  });
  const before = isLong && gnuLinks ? [extraMember(GNU_LINK, concatenate([target, new Uint8Array(1)]))] : [];
  if (records.length > 0) before.push(extraMember(EXTENDED, concatenate(records)));
  return concatenate([...before, header]);
}

/** A member that says something of the next one. */
function extraMember(type: keyof typeof EXTRA_NAMES, content: Uint8Array): Uint8Array {
  const name = encoder.encode(EXTRA_NAMES[type]);
  const header = encodeHeader({ name, type, mode: 0o644, uid: 0, gid: 0, size: content.length, mtime: 0 });
  return concatenate([header, content, padding(content.length)]);
}

/** Whole seconds, downwards also before 1970. */
const secondsOf = (nanoseconds: bigint): bigint =>
  nanoseconds / NANOSECONDS - (nanoseconds % NANOSECONDS < 0n ? 1n : 0n);

/** An ACL twice: GNU tar's `--acls` reads its own keyword alone, podman and umoci the attribute's. */
function attributeOf([name, value]: Attribute): Uint8Array[] {
  // A keyword ends with the first "=": GNU tar writes it so, and reads it back.
  const escaped = /=|%3D|%25/.test(name) ? name.replaceAll("%", "%25").replaceAll("=", "%3D") : name;
  const keyword = `SCHILY.xattr.${escaped}`;
  const acl = ACL_KEYWORDS[name];
  const text = acl === undefined ? undefined : aclText(value);
  return [...(acl === undefined || text === undefined ? [] : [record(acl, text)]), record(keyword, value)];
}

/** `LENGTH KEYWORD=VALUE\n`; the length counts its own digits. */
function record(keyword: string, value: string | Uint8Array): Uint8Array {
  const bytes = typeof value === "string" ? encoder.encode(value) : value;
  const before = encoder.encode(` ${keyword}=`);
  const rest = before.length + bytes.length + 1;
  let length = rest;
  while (length !== rest + `${length}`.length) length = rest + `${length}`.length;
  return concatenate([encoder.encode(`${length}`), before, bytes, encoder.encode("\n")]);
}
