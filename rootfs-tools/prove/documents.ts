/** The documents of a tree: its manifest and bills of materials, each in a file of its own. */
import { lstatSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { NsboxError } from "../../src/util/errors.ts";
import { makeFile } from "../archive/target.ts";
import { osRelease } from "../collect/package-hint.ts";
import type { Node } from "../layout/node.ts";
import type { Host } from "../load/host.ts";
import { openDatabase } from "../packages/database.ts";
import { type Digest, describeTree } from "./describe.ts";
import { manifestText } from "./manifest.ts";
import { type SbomFormat, type SbomOptions, sbomText } from "./sbom.ts";

/** Which documents are written, and where to. */
export interface DocumentOptions {
  readonly manifest?: string | undefined;
  readonly sboms?: readonly { readonly format: SbomFormat; readonly file: string }[] | undefined;
  /** The name of the tree in bills of materials: what its target is called. */
  readonly target: string;
  readonly tool: SbomOptions["tool"];
  /** SOURCE_DATE_EPOCH in seconds. */
  readonly epoch?: number | undefined;
}

/** Refuses files that cannot be written, before anything is made. Throws NsboxError. */
export function checkDocuments({ manifest, sboms = [], target }: DocumentOptions): void {
  const files = [...(manifest === undefined ? [] : [manifest]), ...sboms.map(({ file }) => file)];
  const seen = new Set<string>();
  for (const file of files) {
    const refuse = (cause: string, code?: string) =>
      new NsboxError(`Cannot write "${file}"`, { cause, ...(code === undefined ? {} : { code }) });
    if (seen.has(resolve(file))) throw refuse("it is asked for twice");
    seen.add(resolve(file));
    if (file === "-") throw refuse("a document goes to a file, and standard output has the summary");
    if (resolve(file) === resolve(target)) throw refuse("it is TARGET");
    const parent = statSync(dirname(resolve(file)), { throwIfNoEntry: false });
    if (parent?.isDirectory() !== true) throw refuse(`"${dirname(file)}": no such directory`, "not-found");
    const there = lstatSync(file, { throwIfNoEntry: false });
    if (there !== undefined && !there.isFile()) throw refuse("what is there is no regular file");
  }
}

/**
 * Describes `nodes`, made from the system `host`, and writes what is asked for, each file at once. Throws
 * NsboxError where a file of the tree cannot be read, or a document cannot be written.
 */
export async function writeDocuments(
  nodes: readonly Node[],
  host: Host,
  options: DocumentOptions,
): Promise<void> {
  const { manifest, sboms = [], target, tool, epoch } = options;
  if (manifest === undefined && sboms.length === 0) return;
  const digests: Digest[] = sboms.length === 0 ? ["sha256"] : ["sha1", "sha256"];
  const tree = await describeTree(nodes, await openDatabase(host), { root: host.prefix, digests });
  const release = osRelease(host);
  const distribution = { id: release.get("ID") ?? "", version: release.get("VERSION_ID") ?? "" };
  const name = basename(target.replace(/\/+$/, "")) || "tree";
  if (manifest !== undefined) await write(manifest, manifestText(tree));
  for (const { format, file } of sboms)
    await write(file, await sbomText(format, tree, { name, tool, distribution, epoch }));
}

const write = (file: string, text: string): Promise<void> =>
  makeFile(file, async (path) => writeFileSync(path, text, { flag: "wx" }));
