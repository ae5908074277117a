/** A finished tree in words: for each path what it is, its digest, where it came from and why it is there. */

import { contentOf } from "../archive/content.ts";
import type { Reason } from "../collect/manifest.ts";
import type { Node, NodeType } from "../layout/node.ts";
import type { PackageDatabase, PackageInfo, PackageType } from "../packages/database.ts";

/** One path of a tree. */
export interface DescribedEntry {
  readonly path: string;
  readonly type: NodeType;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Nanoseconds since 1970. */
  readonly mtimeNs: bigint;
  readonly size: number;
  readonly target?: string | undefined;
  readonly device?: readonly [major: number, minor: number] | undefined;
  /** The earlier path that this is another name of. */
  readonly twin?: string | undefined;
  readonly attributes: Node["attributes"];
  /** Of a file's content, in hexadecimal digits. */
  readonly digests: Readonly<Partial<Record<Digest, string>>>;
  /** The path on the system that the content was copied from. */
  readonly origin?: string | undefined;
  /** Its package, an id in `packages`. */
  readonly package?: string | undefined;
  readonly kind: Node["kind"];
  readonly why: readonly Reason[];
}

/** A package that something in the tree is from. */
export interface DescribedPackage extends PackageInfo {
  readonly id: string;
  readonly type: PackageType;
  /** The ids of those in the tree that it depends on. */
  readonly dependencies: readonly string[];
}

/** A whole tree. */
export interface TreeDescription {
  /** Sorted by path. */
  readonly entries: readonly DescribedEntry[];
  /** Sorted by id. */
  readonly packages: readonly DescribedPackage[];
}

/** Digests that can be taken. */
export type Digest = "sha1" | "sha256";

/** How a tree is described. */
export interface DescribeOptions {
  /** The root of the system that the tree was made from, without a slash at the end. */
  readonly root?: string;
  /** SHA-256 alone where it is left out. */
  readonly digests?: readonly Digest[];
}

/** Other work gets its turn after so many bytes. */
const TURN = 2 ** 24;

/** Describes `nodes`. Reads every file once. Throws NsboxError where one cannot be read or has changed. */
export async function describeTree(
  nodes: readonly Node[],
  packages: PackageDatabase | undefined,
  { root = "", digests = ["sha256"] }: DescribeOptions = {},
): Promise<TreeDescription> {
  const entries: DescribedEntry[] = [];
  const byPath = new Map<string, DescribedEntry>();
  const owners = new Set<string>();
  let read = 0;
  for (const node of nodes) {
    const first = node.twin === undefined ? undefined : byPath.get(node.twin);
    const origin = originOf(node, root) ?? first?.origin;
    const isOfSystem = origin !== undefined && (node.content === undefined || isBelow(node.content, root));
    const owner = isOfSystem ? packages?.ownerOf(origin) : undefined;
    if (owner !== undefined) owners.add(owner);
    const { path, type, mode, uid, gid, mtimeNs, size, target, device, twin, attributes, kind, why } = node;
    const about = { path, type, mode, uid, gid, mtimeNs, size, target, device, twin, attributes, kind, why };
    const taken = type === "file" ? (first?.digests ?? take(node, digests)) : {};
    const entry: DescribedEntry = { ...about, digests: taken, origin, package: owner };
    entries.push(entry);
    byPath.set(path, entry);
    read += type === "file" ? size : 0;
    if (read > TURN) {
      read = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return { entries, packages: packages === undefined ? [] : describePackages(packages, owners) };
}

function describePackages(database: PackageDatabase, owners: ReadonlySet<string>): DescribedPackage[] {
  return [...owners].sort().flatMap((id) => {
    const info = database.about(id);
    const dependencies = database.dependenciesOf(id).filter((other) => owners.has(other));
    return info === undefined
      ? []
      : [{ id, type: database.type, ...info, dependencies: dependencies.sort() }];
  });
}

function take(node: Node, digests: readonly Digest[]): DescribedEntry["digests"] {
  const hashers = digests.map((name) => [name, new Bun.CryptoHasher(name)] as const);
  for (const bytes of contentOf(node)) for (const [, hasher] of hashers) hasher.update(bytes);
  return Object.fromEntries(hashers.map(([name, hasher]) => [name, hasher.digest("hex")]));
}

/** The path inside the system; of what is from elsewhere the whole path. */
function originOf({ content }: Node, root: string): string | undefined {
  if (typeof content !== "string") return undefined;
  return isBelow(content, root) ? content.slice(root.length) : content;
}

const isBelow = (content: Node["content"], root: string): boolean =>
  typeof content === "string" && (root === "" || content.startsWith(`${root}/`));
