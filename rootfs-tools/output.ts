/** Writes what was collected in the form that is asked for, and has a directory proven before it counts. */
import { NsboxError } from "../src/util/errors.ts";
import type { Form } from "./archive/forms.ts";
import type { ImageConfig } from "./archive/image.ts";
import { lossNotes, makeDirectorySteps } from "./binlibdepcp.ts";
import type { Collector } from "./collect/collector.ts";
import { STANDARD_PATH } from "./collect/program.ts";
import type { LaidNode } from "./layout/finish.ts";
import { layOut, nothing, type TreeOptions } from "./layout/tree.ts";
import { idOf } from "./load/host.ts";
import type { DirectoryOptions } from "./write/directory.ts";
import { withPauses } from "./write/steps.ts";

/** Where a tree goes, and in which form. */
export interface OutputOptions extends Omit<TreeOptions, "inside">, Pick<DirectoryOptions, "progress"> {
  /** A directory, a file, or `-` for standard output. */
  readonly target: string;
  readonly form: Form;
  /** What an image says of itself; has to be there for the forms that are images. */
  readonly image?: ImageConfig;
  readonly dryRun?: boolean;
  /** Whether a directory is looked at once more when it is finished. */
  readonly verify?: boolean;
  /** As in PATH: where scripts' interpreters are looked for. */
  readonly searchPath: string;
  /** Does the writing; when it aborts the signal that it gives, what was begun is cleared up. */
  readonly guard?: Guard;
}

/** See `OutputOptions`. */
export type Guard = <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>;

const unguarded: Guard = (work) => work(new AbortController().signal);

/** What was written. */
export interface Written {
  readonly nodes: readonly LaidNode[];
  readonly notes: readonly string[];
}

/** Lays out and writes what `collector` has. Throws NsboxError; then the target is as it was. */
export async function write(collector: Collector, options: OutputOptions): Promise<Written> {
  const { verify = true, form, image, target, dryRun = false, progress, searchPath, ...rest } = options;
  const { guard = unguarded, ...tree } = rest;
  if (form === "directory") {
    const making = {
      ...tree,
      ...(progress === undefined ? {} : { progress }),
      directory: target,
      dryRun,
      ...(verify ? { verify: await verifier(collector, searchPath) } : {}),
    };
    const { nodes, losses } = await guard((signal) =>
      withPauses(makeDirectorySteps(collector, making), signal),
    );
    return { nodes, notes: [...lossNotes(losses)] };
  }
  const nodes = layOut(collector, { ...tree, inside: nothing() });
  if (dryRun) return { nodes, notes: [] };
  const { writeArchive } = await import("./archive/archive.ts");
  const told = progress?.(nodes.reduce((total, { size }) => total + size, 0));
  let through = 0;
  const withImage = image === undefined ? {} : { image: await withPlatform(image, collector) };
  const { notes } = await guard((signal) =>
    writeArchive(nodes, {
      form,
      target,
      ...withImage,
      progress: (bytes) => {
        signal.throwIfAborted();
        told?.(bytes - through);
        through = bytes;
      },
    }),
  );
  return { nodes, notes };
}

/** Looks at the finished tree with the tree as its root: every program must hold there. */
async function verifier(
  { programs, manifest, host }: Collector,
  searchPath: string,
): Promise<(directory: string) => void> {
  const { verifyTree } = await import("./prove/verify.ts");
  const paths = new Set(programs.map(({ path }) => path));
  // Traced programs were not asked for by name.
  for (const { path, kind } of manifest.items.values()) if (kind === "program") paths.add(path);
  return (directory) => {
    const [first, ...others] = verifyTree(directory, [...paths], {
      like: host,
      searchPath: `${STANDARD_PATH}:${searchPath}`,
    });
    if (first === undefined) return;
    const also = others.length === 0 ? "" : `; and ${others.length} more`;
    throw new NsboxError(`The tree would be broken: "${first.path}" does not hold in it`, {
      cause: `${first.what}: ${first.why}${also}`,
      code: "broken-tree",
      hint: "With --no-verify it is written all the same",
    });
  };
}

/** An image runs where its programs do, unless something else is said. */
async function withPlatform(image: ImageConfig, { manifest, host }: Collector): Promise<ImageConfig> {
  if (image.platform !== undefined) return image;
  const { platformOf } = await import("./archive/platform.ts");
  for (const { path, kind } of manifest.items.values()) {
    if (kind !== "program" && kind !== "interpreter") continue;
    const walk = host.walk(path);
    const { elf } = host.program({ walk, id: idOf(walk) });
    const platform = elf === undefined ? undefined : platformOf(elf);
    if (platform !== undefined) return { ...image, platform };
  }
  return image;
}
