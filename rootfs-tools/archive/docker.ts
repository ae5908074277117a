/**
 * What `docker load` reads, as `docker save` of before OCI wrote it: a tar archive with manifest.json, the
 * configuration and the layer. podman load and skopeo's `docker-archive:` read the same.
 */
import type { Node } from "../layout/node.ts";
import { contentOf } from "./content.ts";
import { blobOf, configOf, type ImageConfig } from "./image.ts";
import { memberFile } from "./member.ts";
import type { WrittenImage } from "./oci.ts";
import { FileSink, hashed, pour } from "./sink.ts";
import { tarOf } from "./tar.ts";
import { writeFile } from "./target.ts";

const LAYER = "layer.tar";

/** A name without a tag means this one. */
const DEFAULT_TAG = "latest";

/** The tag stands behind the last colon; one before a slash belongs to a port. */
const tagged = (name: string): string => (/:[^/]*$/.test(name) ? name : `${name}:${DEFAULT_TAG}`);

/**
 * Writes it in one go: the layer, whose archive has `layerSize` bytes, stands first, and what says its digest
 * behind it. The image's digest is that of its configuration, as `docker images` shows it.
 */
export async function writeDocker(
  layer: Iterable<Uint8Array>,
  layerSize: number,
  image: ImageConfig,
  target: string,
): Promise<WrittenImage> {
  const { tags = [], created = 0 } = image;
  let digest = "";
  const hash = new Bun.CryptoHasher("sha256");
  function* members(): Generator<Node> {
    yield memberFile(`/${LAYER}`, layerSize, LAYER, created);
    const config = blobOf(configOf(image, hash.digest("hex")));
    digest = `sha256:${config.digest}`;
    yield memberFile(`/${config.digest}.json`, config.size, config.bytes, created);
    const entry = { Config: `${config.digest}.json`, RepoTags: tags.map(tagged), Layers: [LAYER] };
    const manifest = blobOf(JSON.stringify([entry]));
    yield memberFile("/manifest.json", manifest.size, manifest.bytes, created);
  }
  const read = (node: Node) => (node.content === LAYER ? hashed(layer, hash) : contentOf(node));
  return writeFile(target, async (out) => {
    const sink = new FileSink(out);
    await pour(tarOf(members(), { read }), sink);
    return { bytes: sink.bytes, digest };
  });
}
