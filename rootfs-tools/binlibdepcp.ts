/**
 * binlibdepcp: copies programs with their loaders and exactly the libraries that these would load into a
 * tree, paths, links, modes, owners and times kept. First everything is found, then anything is written.
 */
import { statSync } from "node:fs";
import { NsboxError } from "../src/util/errors.ts";
import { Collector } from "./collect/collector.ts";
import type { Program } from "./collect/program-info.ts";
import type { Hwcaps } from "./elf/cpu.ts";
import { Root } from "./files/paths.ts";
import type { LaidNode } from "./layout/finish.ts";
import { checkDirectory, refuseSources } from "./layout/target.ts";
import { layOut, nothing, type TreeOptions } from "./layout/tree.ts";
import { packageNotes } from "./packages/hints.ts";
import { type DirectoryOptions, directorySteps, type Losses } from "./write/directory.ts";
import { atOnce, type Steps } from "./write/steps.ts";
import { takeTurn } from "./write/turn.ts";

/** What to copy, where to, and how. */
export interface BinlibdepcpOptions {
  /** Where the tree is made; must not be the host's root, nor hold what is copied. */
  readonly directory: string;
  /** Paths, or names on `searchPath`. */
  readonly programs: readonly string[];
  /** As in PATH. */
  readonly searchPath: string;
  /** What LD_LIBRARY_PATH would hold; the environment is never looked at. */
  readonly libraryPath?: readonly string[];
  /** For which CPUs libraries are taken; `host` where it is left out. */
  readonly hwcaps?: Hwcaps;
  /** Leaves out the small /etc and the empty directories. */
  readonly bare?: boolean;
  readonly dryRun?: boolean;
  /** Keeps whatever is there. */
  readonly noClobber?: boolean;
}

/** What was done, or in a dry run would be. */
export interface BinlibdepcpResult {
  /** Absolute, without links. */
  readonly directory: string;
  readonly programs: readonly Program[];
  /** Everything that has a reason to be there; directories on the way have none. */
  readonly entries: readonly LaidNode[];
  /** What the caller should know, without a label. */
  readonly notes: readonly string[];
}

/** Does it all. Throws NsboxError; then the directory is as it was. */
export function binlibdepcp(options: BinlibdepcpOptions): BinlibdepcpResult {
  const { programs, searchPath, libraryPath = [], hwcaps = "host", dryRun = false, ...rest } = options;
  const directory = checkDirectory(options.directory);
  const collector = new Collector({ searchPath, libraryPath, hwcaps });
  for (const program of programs) collector.program(program);
  collector.complain();
  const { nodes, losses } = makeDirectory(collector, { ...rest, directory, dryRun });
  return {
    directory,
    programs: collector.programs,
    entries: nodes.filter(({ why }) => why.length > 0),
    notes: [...collector.notes, ...lossNotes(losses), ...packageNotes(collector)],
  };
}

/** How a directory is made of what was collected. */
export interface MakeOptions extends Omit<TreeOptions, "inside">, DirectoryOptions {
  /** Absolute and without links. */
  readonly directory: string;
  readonly dryRun?: boolean;
}

/** Other runs into the same directory may be quicker that often. */
const MOST_TRIES = 100;

/** Lays out what was collected and writes it. Throws NsboxError; then the directory is as it was. */
export const makeDirectory = (collector: Collector, options: MakeOptions) =>
  atOnce(makeDirectorySteps(collector, options));

/** The same in steps. */
export function* makeDirectorySteps(
  collector: Collector,
  { directory, dryRun = false, ...options }: MakeOptions,
): Steps<{ readonly nodes: LaidNode[]; readonly losses: Losses | undefined }> {
  refuseSources(directory, collector.manifest);
  for (let tries = 1; ; tries++) {
    const isNew = statSync(directory, { throwIfNoEntry: false }) === undefined;
    const turn = isNew || dryRun ? undefined : yield* takeTurn(directory);
    try {
      const inside = isNew ? nothing(directory) : new Root(directory);
      const nodes = layOut(collector, { ...options, inside });
      return { nodes, losses: dryRun ? undefined : yield* directorySteps(nodes, directory, options) };
    } catch (error) {
      // Another run made the same thing meanwhile: the rest is done beside it.
      const wasQuicker = error instanceof NsboxError && error.details.errno === "EEXIST";
      if (!wasQuicker || tries === MOST_TRIES) throw error;
    } finally {
      turn?.end();
    }
  }
}

/** What of files could not be kept, in words. */
export function* lossNotes(losses: Losses | undefined): Generator<string> {
  if (losses === undefined) return;
  const list = ([first, ...others]: readonly string[]) =>
    `"${first}"${others.length === 0 ? "" : ` and ${others.length} more`}`;
  if (losses.owner.length > 0) yield "owners were not kept: only root can give files away";
  if (losses.setId.length > 0)
    yield `setuid and setgid bits were dropped with the owner: ${list(losses.setId)}`;
  if (losses.attributes.length > 0) yield `extended attributes were not kept: ${list(losses.attributes)}`;
  if (losses.device.length > 0)
    yield `device nodes were left out, which only root can make: ${list(losses.device)}`;
}
