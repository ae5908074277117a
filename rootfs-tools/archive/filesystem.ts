/**
 * Images of read-only file systems, made by the host's own programs: sqfstar(1) or mksquashfs(1), and
 * mkfs.erofs(1). They read a tar archive, so no tree is made on the way.
 *
 * All take SOURCE_DATE_EPOCH for the image's own time, and for the times of whatever is later: with the
 * latest time of the tree no time is changed. Their options change every file's, or in some versions not all.
 */
import { statSync } from "node:fs";
import { NsboxError } from "../../src/util/errors.ts";
import type { Node } from "../layout/node.ts";
import type { ArchiveResult, Watch } from "./archive.ts";
import { gathered } from "./sink.ts";
import { tarOf } from "./tar.ts";
import { makeFile } from "./target.ts";
import { absent, find, runTool, says } from "./tool.ts";

const NANOSECONDS = 1_000_000_000n;

/** The latest time of all, in seconds: what an image says that it was made at. */
function latest(nodes: readonly Node[]): bigint {
  let seconds = 0n;
  for (const { mtimeNs } of nodes) if (mtimeNs / NANOSECONDS > seconds) seconds = mtimeNs / NANOSECONDS;
  return seconds;
}

const rootOf = (nodes: readonly Node[]): Node | undefined => nodes.find(({ path }) => path === "/");

/** Squashfs-tools read tar archives since 4.5, and know all about the root since 4.6. */
const READS_TAR = 405;
const KNOWS_ROOT = 406;

/**
 * Makes a squashfs image.
 * @throws NsboxError where the program is absent, too old or fails.
 */
export async function writeSquashfs(
  nodes: readonly Node[],
  target: string,
  watch: Watch,
): Promise<ArchiveResult> {
  const sqfstar = find("sqfstar");
  const path = sqfstar ?? find("mksquashfs");
  if (path === undefined) throw absent("squashfs", "sqfstar", "squashfs-tools");
  const [, major, minor] = /version (\d+)\.(\d+)/.exec(says(path, "-version")) ?? [];
  const version = Number(major ?? 0) * 100 + Number(minor ?? 0);
  if (version < READS_TAR) {
    throw new NsboxError("Cannot make a squashfs image", {
      cause: `${path} is version ${major ?? "unknown"}.${minor ?? ""}, which reads no tar archives`,
      hint: "It takes squashfs-tools 4.5 or newer",
      code: "missing-tool",
    });
  }
  const root = rootOf(nodes);
  const isNew = version >= KNOWS_ROOT;
  const rest = nodes.filter((node) => node !== root);
  const input = gathered(watch(tarOf(rest, { gnuLinks: !isNew })));
  const options = ["-quiet", "-no-progress", ...(root === undefined ? [] : rootOptions(root, isNew))];
  return makeFile(target, async (image) => {
    const args = sqfstar === undefined ? ["-", image, "-tar", ...options] : [...options, image];
    const said = await runTool({ path, args, epoch: latest(nodes) }, input);
    return { bytes: statSync(image).size, notes: [...rootNotes(root, isNew), ...said] };
  });
}

/** The root of an image is no member of the archive. */
function rootOptions({ mode, uid, gid, mtimeNs }: Node, isNew: boolean): string[] {
  const options = ["-root-mode", mode.toString(8)];
  if (!isNew) return options;
  const time = `${mtimeNs / NANOSECONDS}`;
  return [...options, "-root-uid", `${uid}`, "-root-gid", `${gid}`, "-root-time", time];
}

function* rootNotes(root: Node | undefined, isNew: boolean): Generator<string> {
  if (root === undefined) return;
  if (root.attributes.length > 0) yield "squashfs-tools cannot keep the extended attributes of /";
  if (!isNew && (root.uid !== 0 || root.gid !== 0)) {
    yield "squashfs-tools before 4.6 cannot keep the owner of /: it is root";
  }
}

/** Every image has the same: what tells images apart is their content. */
const UUID = "00000000-0000-0000-0000-000000000000";

/**
 * Makes an erofs image. Where mkfs.erofs reads no tar archives (before 1.7), by way of a directory.
 * @throws NsboxError where the program is absent or fails, or where only root could make that directory.
 */
export async function writeErofs(
  nodes: readonly Node[],
  target: string,
  watch: Watch,
): Promise<ArchiveResult> {
  const path = find("mkfs.erofs");
  if (path === undefined) throw absent("erofs", "mkfs.erofs", "erofs-utils");
  const options = ["--quiet", "-U", UUID];
  const epoch = latest(nodes);
  if (!says(path, "--help").includes("--tar=")) {
    const { erofsFromDirectory } = await import("./erofs-directory.ts");
    return makeFile(target, (image, scratch) =>
      erofsFromDirectory(nodes, { path, args: [...options, image], epoch }, image, scratch),
    );
  }
  return makeFile(target, async (image) => {
    const tool = { path, args: [...options, "--tar=f", image], epoch };
    const notes = await runTool(tool, gathered(watch(tarOf(nodes))));
    return { bytes: statSync(image).size, notes };
  });
}
