/** An erofs image by a mkfs.erofs that reads directories only, as before version 1.7. */
import { statSync } from "node:fs";
import { NsboxError } from "../../src/util/errors.ts";
import { baseOf } from "../files/paths.ts";
import type { Node } from "../layout/node.ts";
import { writeDirectory } from "../write/directory.ts";
import type { ArchiveResult } from "./archive.ts";
import { runTool, type Tool } from "./tool.ts";

/** Names that the file system could hold, but the old program loses the end of: it finds no such file. */
const LONGEST_NAME = 255;

const HINT = "erofs-utils 1.7 or newer needs none of that";

const cannot = (cause: string): NsboxError =>
  new NsboxError("Cannot make an erofs image", { cause, hint: HINT, code: "missing-tool" });

/**
 * Makes `nodes` a directory in `scratch`, and that the file `image`.
 * @throws NsboxError where not all about the nodes can be kept on the way.
 */
export async function erofsFromDirectory(
  nodes: readonly Node[],
  tool: Tool,
  image: string,
  scratch: string,
): Promise<ArchiveResult> {
  const isRoot = process.geteuid?.() === 0;
  const owners = new Set(nodes.map(({ uid, gid }) => `${uid}:${gid}`));
  // One owner for all can be told by an option, whoever owns the directory.
  const [uid, gid] = owners.size === 1 ? ([...owners][0]?.split(":") ?? []) : [];
  const isTold = uid !== undefined && gid !== undefined;
  if (!isRoot) {
    if (!isTold)
      throw cannot("mkfs.erofs reads directories only, and an ordinary user can give no files away");
    const device = nodes.find(({ type }) => type === "character" || type === "block");
    if (device !== undefined) {
      throw cannot(
        `mkfs.erofs reads directories only, and only root can make the device "${device.path}" in one`,
      );
    }
  }
  const long = nodes.find(({ path }) => Buffer.byteLength(baseOf(path)) >= LONGEST_NAME);
  if (long !== undefined)
    throw cannot(`this mkfs.erofs takes no names of ${LONGEST_NAME} bytes: "${long.path}"`);
  const tree = `${scratch}/tree`;
  const losses = writeDirectory(
    nodes.map((node) => ({ ...node, action: "created" })),
    tree,
  );
  const lost = [...(isTold ? [] : losses.owner), ...losses.setId, ...losses.device, ...losses.attributes];
  if (lost.length > 0)
    throw cannot(`mkfs.erofs reads directories only, which cannot keep all of "${lost[0]}"`);
  const force = isTold ? [`--force-uid=${uid}`, `--force-gid=${gid}`] : [];
  const args = [...force, ...tool.args, tree];
  const said = await runTool({ ...tool, args }, []);
  return {
    bytes: statSync(image).size,
    notes: ["mkfs.erofs reads directories only: a temporary one was made", ...said],
  };
}
