/**
 * The whole of build-rootfs: collects programs and what they need, lays the tree out, writes it in one of the
 * forms, proves it and tells what is in it. Each part that is not asked for is not loaded either.
 */
import { NsboxError } from "../src/util/errors.ts";
import type { Form } from "./archive/forms.ts";
import type { ImageConfig } from "./archive/image.ts";
import { lossNotes, makeDirectory } from "./binlibdepcp.ts";
import { type CollectOptions, Collector } from "./collect/collector.ts";
import type { ContentsOptions } from "./collect/contents.ts";
import type { Program } from "./collect/program-info.ts";
import type { LaidNode } from "./layout/finish.ts";
import { checkDirectory } from "./layout/target.ts";
import { layOut, nothing, type TreeOptions } from "./layout/tree.ts";
import { idOf } from "./load/host.ts";
import { packageNotes } from "./packages/hints.ts";
import type { TraceOptions } from "./trace/collect.ts";
import type { Trace } from "./trace/trace.ts";
import type { DirectoryOptions } from "./write/directory.ts";

/** What a tree is made of, and how. */
export interface BuildOptions
  extends CollectOptions,
    Omit<TreeOptions, "inside">,
    Pick<DirectoryOptions, "progress"> {
  /** Paths, or names on `searchPath`. */
  readonly programs: readonly string[];
  /** Where the tree goes: a directory, a file, or `-` for standard output. */
  readonly target: string;
  readonly form: Form;
  /** What an image says of itself; has to be there for the forms that are images. */
  readonly image?: ImageConfig;
  readonly dryRun?: boolean;
  /** What programs used while they ran, to be taken as well. */
  readonly trace?: TraceOptions & { readonly seen: Trace };
  /** What programs need beyond libraries. */
  readonly contents?: ContentsOptions;
  /** Whether a directory is looked at once more when it is finished. */
  readonly verify?: boolean;
}

/** What was done, or in a dry run would be. */
export interface BuildResult {
  /** Absolute, without links; `-` for standard output. */
  readonly target: string;
  readonly programs: readonly Program[];
  /** Everything in the tree, sorted, parents first. */
  readonly nodes: readonly LaidNode[];
  /** What the person should know, without a label. */
  readonly notes: readonly string[];
}

/** Does it all. Throws NsboxError; then the target is as it was. */
export async function buildRootfs(options: BuildOptions): Promise<BuildResult> {
  const target = options.form === "directory" ? checkDirectory(options.target) : options.target;
  const collector = new Collector(options);
  for (const program of options.programs) collector.program(program);
  if (options.trace !== undefined) {
    const { addTrace } = await import("./trace/collect.ts");
    addTrace(collector, options.trace.seen, options.trace);
  }
  if (options.contents !== undefined) {
    const { addContents } = await import("./collect/contents.ts");
    await addContents(collector, options.contents);
  }
  collector.complain();
  const { nodes, notes } = await write(collector, { ...options, target });
  // What a trace saw was enough for the command: nothing has to be guessed.
  const hints = options.trace === undefined ? packageNotes(collector) : [];
  return { target, programs: collector.programs, nodes, notes: [...collector.notes, ...notes, ...hints] };
}

interface Written {
  readonly nodes: readonly LaidNode[];
  readonly notes: readonly string[];
}

async function write(collector: Collector, options: BuildOptions): Promise<Written> {
  const {
    verify = true,
    trace: _,
    contents: __,
    form,
    image,
    target,
    dryRun = false,
    progress,
    ...tree
  } = options;
  if (form === "directory") {
    const { nodes, losses } = makeDirectory(collector, {
      ...tree,
      ...(progress === undefined ? {} : { progress }),
      directory: target,
      dryRun,
      ...(verify ? { verify: await verifier(collector, options.searchPath) } : {}),
    });
    return { nodes, notes: [...lossNotes(losses)] };
  }
  const nodes = layOut(collector, { ...tree, inside: nothing() });
  if (dryRun) return { nodes, notes: [] };
  const { writeArchive } = await import("./archive/archive.ts");
  const told = progress?.(nodes.reduce((total, { size }) => total + size, 0));
  let through = 0;
  const { notes } = await writeArchive(nodes, {
    form,
    target,
    ...(image === undefined ? {} : { image: await withPlatform(image, collector) }),
    progress: (bytes) => {
      told?.(bytes - through);
      through = bytes;
    },
  });
  return { nodes, notes };
}

/** Looks at the finished tree with the tree as its root: every program that was asked for must hold there. */
async function verifier(
  { programs, host }: Collector,
  searchPath: string,
): Promise<(directory: string) => void> {
  const { verifyTree } = await import("./prove/verify.ts");
  const paths = programs.map(({ path }) => path);
  return (directory) => {
    const [first, ...others] = verifyTree(directory, paths, { like: host, searchPath });
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
