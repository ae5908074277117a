/** OCI image layouts, see the image specification's image-layout.md, as a directory and as an archive of it. */
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { NsboxError } from "../../src/util/errors.ts";
import { parentOf } from "../files/paths.ts";
import { readSmallFile } from "../files/small-file.ts";
import { STDOUT } from "./forms.ts";
import {
  type Blob,
  blobOf,
  configOf,
  type ImageConfig,
  indexOf,
  LAYOUT,
  manifestOf,
  REF_NAME,
  refNames,
} from "./image.ts";
import { memberDirectory, memberFile } from "./member.ts";
import { compressing, DigestSink, FileSink, hashed, pour } from "./sink.ts";
import { tarOf } from "./tar.ts";
import { makeDirectory, writeFile } from "./target.ts";

/** What was written. */
export interface WrittenImage {
  readonly bytes: number;
  /** The image's: `sha256:…`. */
  readonly digest: string;
}

const BLOBS = "blobs/sha256";
/** An index of ours has under a thousand bytes for each name. */
const LONGEST_INDEX = 1 << 20;

/** A layer that lies in a file, and the documents that belong to it. */
function documentsOf(image: ImageConfig, layer: Blob, diffId: string) {
  const config = blobOf(configOf(image, diffId));
  const manifest = blobOf(manifestOf(config, layer, image.compression ?? "gzip"));
  const index = blobOf(indexOf(image, manifest));
  const bytes = [layer, config, manifest, index].reduce((sum, { size }) => sum + size, LAYOUT.length);
  return { config, manifest, index, bytes };
}

/** Writes the layer of `archive`, a tar archive, to the open file `fd`. */
async function writeLayer(
  archive: Iterable<Uint8Array>,
  image: ImageConfig,
  fd: number,
): Promise<{ layer: Blob; diffId: string }> {
  const { compression = "gzip" } = image;
  const plain = new Bun.CryptoHasher("sha256");
  const written = new DigestSink(new FileSink(fd));
  await pour(hashed(archive, plain), compressing(compression === "none" ? undefined : compression, written));
  return { layer: { digest: written.digest(), size: written.bytes }, diffId: plain.digest("hex") };
}

/** Makes the directory `target` a layout of `image`, whose one layer is `archive`. */
export async function writeOci(
  archive: Iterable<Uint8Array>,
  image: ImageConfig,
  target: string,
): Promise<WrittenImage> {
  return makeDirectory(
    target,
    (path) => refuseOthers(path, target, image),
    async (directory) => {
      const blobs = `${directory}/${BLOBS}`;
      mkdirSync(blobs, { recursive: true });
      const spool = `${blobs}/layer`;
      const fd = openSync(spool, "wx");
      const { layer, diffId } = await writeLayer(archive, image, fd).finally(() => closeSync(fd));
      renameSync(spool, `${blobs}/${layer.digest}`);
      const { config, manifest, index, bytes } = documentsOf(image, layer, diffId);
      for (const { digest, bytes } of [config, manifest]) writeFileSync(`${blobs}/${digest}`, bytes);
      writeFileSync(`${directory}/index.json`, index.bytes);
      writeFileSync(`${directory}/oci-layout`, LAYOUT);
      return { bytes, digest: `sha256:${manifest.digest}` };
    },
  );
}

/**
 * Throws where the directory `path` holds anything that goes lost with it: what is no layout, or images of
 * other names.
 */
function refuseOthers(path: string, target: string, image: ImageConfig): void {
  const refuse = (cause: string, hint: string) => new NsboxError(`Cannot write "${target}"`, { cause, hint });
  const names = readdirSync(path);
  if (names.length === 0) return;
  const stranger = names.find((name) => !["blobs", "index.json", "oci-layout"].includes(name));
  if (stranger !== undefined || !names.includes("index.json")) {
    throw refuse("it is a directory that holds something else than an image", "Name a directory that is new");
  }
  const ours = refNames(image);
  const others = namesIn(readSmallFile(`${path}/index.json`, LONGEST_INDEX)).filter(
    (name) => !ours.includes(name),
  );
  if (others.length > 0) {
    const held = others.slice(0, 3).map((name) => `"${name}"`);
    throw refuse(
      `it holds other images: ${held.join(", ")}`,
      "Name a directory that is new; skopeo copy brings images of several layouts together",
    );
  }
}

/** The names of the images in an index; those that are none of ours are told by something that is no name. */
function namesIn(index: Uint8Array): string[] {
  const nameOf = (entry: unknown): string => {
    const { annotations } = (entry ?? {}) as { annotations?: Record<string, unknown> };
    const name = annotations?.[REF_NAME];
    return typeof name === "string" ? name : "<no name>";
  };
  try {
    const { manifests } = JSON.parse(new TextDecoder().decode(index)) as { manifests?: unknown };
    return Array.isArray(manifests) ? manifests.map(nameOf) : [];
  } catch {
    return ["<no index>"];
  }
}

/** Writes an archive of the layout. Its layer goes to a spool first: a header before it holds its digest. */
export async function writeOciArchive(
  archive: Iterable<Uint8Array>,
  image: ImageConfig,
  target: string,
): Promise<WrittenImage> {
  return writeFile(target, async (out) => {
    const fd = openNameless(target === STDOUT ? tmpdir() : parentOf(resolve(target)));
    try {
      const { layer, diffId } = await writeLayer(archive, image, fd);
      const { config, manifest, index } = documentsOf(image, layer, diffId);
      const time = image.created ?? 0;
      const file = (name: string, size: number, content: string | Uint8Array) =>
        memberFile(`/${name}`, size, content, time);
      const members = [
        file("oci-layout", LAYOUT.length, new TextEncoder().encode(LAYOUT)),
        file("index.json", index.size, index.bytes),
        ...["/blobs", `/${BLOBS}`].map((path) => memberDirectory(path, time)),
        ...[config, manifest].map(({ digest, size, bytes }) => file(`${BLOBS}/${digest}`, size, bytes)),
        file(`${BLOBS}/${layer.digest}`, layer.size, `/proc/self/fd/${fd}`),
      ];
      const sink = new FileSink(out);
      await pour(tarOf(members), sink);
      return { bytes: sink.bytes, digest: `sha256:${manifest.digest}` };
    } finally {
      closeSync(fd);
    }
  });
}

/** Opens a new file on the file system of `directory` that has no name there, so that nothing can be left. */
function openNameless(directory: string): number {
  const hidden = mkdtempSync(`${directory}/.nsbox-layer-`);
  try {
    return openSync(`${hidden}/layer`, "wx+", 0o600);
  } finally {
    rmSync(hidden, { recursive: true });
  }
}
