/**
 * Tools for root filesystems, usable on their own: of the rest of nsbox nothing is needed but its errors and
 * its door to the kernel. `buildRootfs` is the whole; each step of it stands by itself below.
 */
export { type ArchiveOptions, type ArchiveResult, writeArchive } from "./archive/archive.ts";
export { type ArchiveForm, type Form, formFor } from "./archive/forms.ts";
export type { ImageConfig } from "./archive/image.ts";
export {
  type BinlibdepcpOptions,
  type BinlibdepcpResult,
  binlibdepcp,
  type MakeOptions,
  makeDirectory,
} from "./binlibdepcp.ts";
export { type BuildOptions, type BuildResult, buildRootfs } from "./build.ts";
export { type CollectOptions, Collector, type FileOptions, resolve } from "./collect/collector.ts";
export { addContents, type ContentsOptions } from "./collect/contents.ts";
export { type Item, type Kind, type Made, Manifest, type Reason } from "./collect/manifest.ts";
export type { Program, ProgramLibrary } from "./collect/program-info.ts";
export { HWCAPS, type Hwcaps } from "./elf/cpu.ts";
export { type Elf, type Machine, type Needed, readElf } from "./elf/elf.ts";
export { FileWindow } from "./elf/file-window.ts";
export { type CacheEntry, parseCache } from "./elf/ld-cache.ts";
export { encodeCache } from "./elf/ld-cache-write.ts";
export type { LaidNode } from "./layout/finish.ts";
export type { Action, Attribute, Node, NodeType } from "./layout/node.ts";
export { layOut, nothing, type TreeOptions } from "./layout/tree.ts";
export { Host } from "./load/host.ts";
export type { Edge, Listed, Loading, Missing } from "./load/load.ts";
export type { Loaded } from "./load/loader.ts";
export { type LoaderOptions, LoaderSet } from "./load/loader-set.ts";
export { checkSysroot } from "./load/sysroot.ts";
export { openDatabase, type PackageDatabase } from "./packages/database.ts";
export { type Finding, PROBLEMS, type Problem } from "./prove/finding.ts";
export {
  isWhole,
  missingOf,
  type Resolution,
  type ResolutionSearch,
  resolveOne,
} from "./prove/resolution.ts";
export { type VerifyOptions, verifyTree } from "./prove/verify.ts";
export { addTrace, type TraceOptions } from "./trace/collect.ts";
export { readTraceFile, Trace, writeTraceFile } from "./trace/trace.ts";
