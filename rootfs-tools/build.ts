/**
 * The whole of build-rootfs: collects programs and what they need, lays the tree out, writes it in one of the
 * forms, proves it and tells what is in it. Each part that is not asked for is not loaded either.
 */
import { type CollectOptions, Collector } from "./collect/collector.ts";
import type { ContentsOptions } from "./collect/contents.ts";
import type { Program } from "./collect/program-info.ts";
import type { LaidNode } from "./layout/finish.ts";
import { checkDirectory } from "./layout/target.ts";
import { type OutputOptions, write } from "./output.ts";
import { packageNotes } from "./packages/hints.ts";
import type { DocumentOptions } from "./prove/documents.ts";
import type { TraceOptions } from "./trace/collect.ts";
import type { Trace } from "./trace/trace.ts";

/** What a tree is made of, and how. */
export interface BuildOptions extends CollectOptions, OutputOptions {
  /** Paths, or names on `searchPath`. */
  readonly programs: readonly string[];
  /** What programs used while they ran, to be taken as well. */
  readonly trace?: TraceOptions & { readonly seen: Trace };
  /** What programs need beyond libraries. */
  readonly contents?: ContentsOptions;
  /** Whether notes say what packages have beyond libraries; they do where it is left out. */
  readonly hints?: boolean;
  /** What is written about the tree, and where to. */
  readonly documents?: DocumentOptions;
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
  const documents = options.documents === undefined ? undefined : await import("./prove/documents.ts");
  if (options.documents !== undefined) documents?.checkDocuments(options.documents);
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
  const { trace: _, contents: __, documents: described, programs: ___, ...output } = options;
  const { nodes, notes } = await write(collector, { ...output, target });
  if (described !== undefined && options.dryRun !== true) {
    await documents?.writeDocuments(nodes, collector.host, described);
  }
  // What a trace saw was enough for the command: nothing has to be guessed.
  const isGuessed = options.hints !== false && options.trace === undefined;
  const hints = isGuessed ? packageNotes(collector) : [];
  return { target, programs: collector.programs, nodes, notes: [...collector.notes, ...notes, ...hints] };
}
