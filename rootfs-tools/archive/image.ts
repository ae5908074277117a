/**
 * What container images say of themselves: the configuration that is the same for OCI and Docker, see the
 * image specification's config.md.
 */
import { NsboxError } from "../../src/util/errors.ts";
import { baseOf } from "../files/paths.ts";
import type { Node } from "../layout/node.ts";
import { hostPlatform, type Platform } from "./platform.ts";

/** How a layer of an OCI image is compressed. */
export type LayerCompression = "gzip" | "zstd" | "none";

/** What an image is called and what its containers start with. All lists keep their order. */
export interface ImageConfig {
  /** Names: `debian:12`, or a tag alone. */
  readonly tags?: readonly string[];
  /** Ours where it is absent. */
  readonly platform?: Platform;
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  /** `NAME=VALUE`. */
  readonly env?: readonly string[];
  /** `USER[:GROUP]`, by name or number. */
  readonly user?: string;
  readonly workdir?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** `PORT/tcp`, `PORT/udp`. */
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  /** By name: `SIGINT`. */
  readonly stopSignal?: string;
  /** Seconds since 1970: when the image was made, 0 where that is to be unknown. */
  readonly created?: number;
  /** Of an OCI layer; gzip where absent. The layer of a Docker archive is never compressed. */
  readonly compression?: LayerCompression;
}

const HISTORY = "nsbox build-rootfs";

/** RFC 3339, in whole seconds. */
const dateOf = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");

/** Names to empty objects, as the specification writes sets. */
const setOf = (names: readonly string[]): Record<string, object> =>
  Object.fromEntries(names.toSorted().map((name) => [name, {}]));

const sorted = (record: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

/** The configuration of an image with the one layer `diffId`, the SHA-256 of its tar archive. */
export function configOf(image: ImageConfig, diffId: string): string {
  const {
    platform = hostPlatform(),
    entrypoint,
    cmd,
    env = [],
    user,
    workdir,
    labels = {},
    ports = [],
    volumes = [],
  } = image;
  const { stopSignal, created = 0 } = image;
  const config = {
    ...(user === undefined ? {} : { User: user }),
    ...(ports.length === 0 ? {} : { ExposedPorts: setOf(ports) }),
    ...(env.length === 0 ? {} : { Env: env }),
    ...(entrypoint === undefined ? {} : { Entrypoint: entrypoint }),
    ...(cmd === undefined ? {} : { Cmd: cmd }),
    ...(volumes.length === 0 ? {} : { Volumes: setOf(volumes) }),
    ...(workdir === undefined ? {} : { WorkingDir: workdir }),
    ...(Object.keys(labels).length === 0 ? {} : { Labels: sorted(labels) }),
    ...(stopSignal === undefined ? {} : { StopSignal: stopSignal }),
  };
  const date = dateOf(created);
  return JSON.stringify({
    created: date,
    architecture: platform.architecture,
    ...(platform.variant === undefined ? {} : { variant: platform.variant }),
    os: platform.os,
    config,
    rootfs: { type: "layers", diff_ids: [`sha256:${diffId}`] },
    history: [{ created: date, created_by: HISTORY }],
  });
}

/** How a layer says that a file of the layer below is gone, see the image specification's layer.md. */
const WHITEOUT = ".wh.";

/** @throws NsboxError that names the first node that would mean something else in a layer. */
export function checkLayer(nodes: Iterable<Node>): void {
  for (const { path } of nodes) {
    if (!baseOf(path).startsWith(WHITEOUT)) continue;
    throw new NsboxError(`Cannot put "${path}" into an image`, {
      cause: `a name that begins with "${WHITEOUT}" stands for a removed file there`,
    });
  }
}

/** Content by its SHA-256. */
export interface Blob {
  readonly digest: string;
  readonly size: number;
}

/** The blob that `text` is, in UTF-8. */
export function blobOf(text: string): Blob & { readonly bytes: Uint8Array } {
  const bytes = new TextEncoder().encode(text);
  const digest = new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
  return { digest, size: bytes.length, bytes };
}

const OCI = "application/vnd.oci.image";
const LAYER_TYPES: Readonly<Record<LayerCompression, string>> = {
  gzip: `${OCI}.layer.v1.tar+gzip`,
  zstd: `${OCI}.layer.v1.tar+zstd`,
  none: `${OCI}.layer.v1.tar`,
};

/** The content of the file `oci-layout`. */
export const LAYOUT = JSON.stringify({ imageLayoutVersion: "1.0.0" });

/** The annotation that names an image in a layout. */
export const REF_NAME = "org.opencontainers.image.ref.name";

/** Without a name umoci finds no image. */
const DEFAULT_TAG = "latest";

/** The names of an image in a layout. */
export const refNames = ({ tags = [] }: ImageConfig): readonly string[] =>
  tags.length === 0 ? [DEFAULT_TAG] : tags;

const descriptor = (mediaType: string, { digest, size }: Blob) => ({
  mediaType,
  digest: `sha256:${digest}`,
  size,
});

/** The manifest of an OCI image. */
export const manifestOf = (config: Blob, layer: Blob, compression: LayerCompression): string =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: `${OCI}.manifest.v1+json`,
    config: descriptor(`${OCI}.config.v1+json`, config),
    layers: [descriptor(LAYER_TYPES[compression], layer)],
  });

/** The index of a layout that holds one image, under each of its names. */
export const indexOf = (image: ImageConfig, manifest: Blob): string =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: `${OCI}.index.v1+json`,
    manifests: refNames(image).map((name) => ({
      ...descriptor(`${OCI}.manifest.v1+json`, manifest),
      platform: image.platform ?? hostPlatform(),
      annotations: { [REF_NAME]: name },
    })),
  });
