/** Writes a tree in one of the forms that people ship, straight from its nodes. */
import type { Node } from "../layout/node.ts";
import { checkCpio, cpioNotes, cpioOf } from "./cpio.ts";
import { type ArchiveForm, fitted, traitsOf } from "./forms.ts";
import type { ImageConfig } from "./image.ts";
import { compressing, DigestSink, FileSink, pour } from "./sink.ts";
import { tarOf, tarSize } from "./tar.ts";
import { writeFile } from "./target.ts";

/** What to write, and where. */
export interface ArchiveOptions {
  readonly form: ArchiveForm;
  /** A path, or `-` for standard output where the form can go there. */
  readonly target: string;
  /** What an image is called and starts with; has to be there for the forms that are images. */
  readonly image?: ImageConfig;
  /** Told how many bytes of the plain archive are through, whenever there are more. */
  readonly progress?: (bytes: number) => void;
}

/** What was written. */
export interface ArchiveResult {
  readonly bytes: number;
  /** `sha256:…` of the file; of an image its own, which its containers name. */
  readonly digest?: string;
  /** What of the tree could not be kept, without a label. */
  readonly notes: readonly string[];
}

/**
 * Writes `nodes`. The same nodes give the same bytes; times before the archive's own finest unit are cut.
 *
 * @throws NsboxError where a file changes meanwhile or cannot be held, where the tool is absent that makes the
 * form, and where the target cannot be written. Then the target is as it was.
 */
export async function writeArchive(nodes: readonly Node[], options: ArchiveOptions): Promise<ArchiveResult> {
  const { form, progress } = options;
  const { nodes: held, notes } = fitted(nodes, form);
  const watch = (parts: Iterable<Uint8Array>) => (progress === undefined ? parts : watched(parts, progress));
  const { notes: more = [], ...written } = await write(held, options, watch);
  return { ...written, notes: [...notes, ...more] };
}

type Written = Omit<ArchiveResult, "notes"> & Partial<ArchiveResult>;

/** Has `progress` told of what goes through. */
export type Watch = (parts: Iterable<Uint8Array>) => Iterable<Uint8Array>;

async function write(nodes: readonly Node[], options: ArchiveOptions, watch: Watch): Promise<Written> {
  const { form, target } = options;
  switch (form) {
    case "tar":
    case "tar.gz":
    case "tar.zst":
      return writePlain(watch(tarOf(nodes)), options);
    case "cpio":
    case "cpio.gz":
    case "cpio.zst":
      checkCpio(nodes);
      return { ...(await writePlain(watch(cpioOf(nodes)), options)), notes: cpioNotes(nodes) };
    case "oci":
    case "oci-archive":
    case "docker":
      return writeImage(nodes, options, watch);
    case "squashfs":
      return (await import("./filesystem.ts")).writeSquashfs(nodes, target, watch);
    case "erofs":
      return (await import("./filesystem.ts")).writeErofs(nodes, target, watch);
  }
}

/** The tree as the one layer of an image. */
async function writeImage(
  nodes: readonly Node[],
  { form, target, image }: ArchiveOptions,
  watch: Watch,
): Promise<Written> {
  if (image === undefined) throw new Error(`${form} needs an image's configuration`);
  (await import("./image.ts")).checkLayer(nodes);
  const layer = watch(tarOf(nodes));
  if (form === "docker") {
    return (await import("./docker.ts")).writeDocker(layer, tarSize(nodes), image, target);
  }
  const { writeOci, writeOciArchive } = await import("./oci.ts");
  return form === "oci" ? writeOci(layer, image, target) : writeOciArchive(layer, image, target);
}

/** One archive, compressed where the form says so. */
const writePlain = (parts: Iterable<Uint8Array>, { form, target }: ArchiveOptions): Promise<Written> =>
  writeFile(target, async (fd) => {
    const written = new DigestSink(new FileSink(fd));
    await pour(parts, compressing(traitsOf(form).compression, written));
    return { bytes: written.bytes, digest: `sha256:${written.digest()}` };
  });

function* watched(parts: Iterable<Uint8Array>, progress: (bytes: number) => void): Generator<Uint8Array> {
  let bytes = 0;
  for (const part of parts) {
    yield part;
    bytes += part.length;
    progress(bytes);
  }
}
