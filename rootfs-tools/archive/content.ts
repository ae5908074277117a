/** What files hold, as it is read for an archive. */
import { closeSync, fstatSync, readSync } from "node:fs";
import { NsboxError } from "../../src/util/errors.ts";
import { failed } from "../files/failure.ts";
import { openQuietly, openWithoutLinks } from "../files/small-file.ts";
import type { Node } from "../layout/node.ts";

/** A layer that lies in a file without a name; no source of a tree has such a path, which is a link. */
const OWN_DESCRIPTOR = "/proc/self/fd/";

/** Bytes that are read at once. */
const BLOCK = 1 << 18;

/**
 * The content of `node`, a file that is no twin: exactly `node.size` bytes, since that number stands in the
 * archive already. What is yielded holds until the next step.
 *
 * @throws NsboxError that names the file where it cannot be read, is no regular file any more, or has
 * another size than when it was looked at.
 */
export function* contentOf(node: Node): Generator<Uint8Array> {
  const { content = "", size } = node;
  if (typeof content !== "string") {
    yield content;
    return;
  }
  try {
    yield* bytesOf(content, size);
  } catch (error) {
    throw failed(`Cannot read "${content}"`, error);
  }
}

function* bytesOf(path: string, size: number): Generator<Uint8Array> {
  const block = new Uint8Array(Math.min(BLOCK, size + 1));
  const fd = path.startsWith(OWN_DESCRIPTOR) ? openQuietly(path) : openWithoutLinks(path);
  try {
    if (!fstatSync(fd).isFile()) {
      throw new NsboxError(`Cannot read "${path}"`, { cause: "it is no regular file any more" });
    }
    let offset = 0;
    for (let got = -1; got !== 0 && offset < size; offset += got) {
      got = readSync(fd, block, 0, Math.min(block.length, size - offset), offset);
      if (got > 0) yield block.subarray(0, got);
    }
    // One byte more tells a file that grew, whose end would be missing from the archive.
    if (offset < size || readSync(fd, block, 0, 1, offset) > 0) throw changed(path, size);
  } finally {
    closeSync(fd);
  }
}

const changed = (path: string, size: number): NsboxError =>
  new NsboxError(`Cannot read "${path}"`, {
    cause: `it is not ${size} bytes long any more: it changed while it was read`,
    code: "changed",
  });
