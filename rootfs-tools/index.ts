/** Tools for root filesystems, usable on their own: nothing here depends on the rest of nsbox but its errors. */
export { type BinlibdepcpOptions, type BinlibdepcpResult, binlibdepcp } from "./binlibdepcp.ts";
export { type CollectOptions, Collector, type FileOptions, resolve } from "./collect/collector.ts";
export { type Item, type Kind, type Made, Manifest, type Reason } from "./collect/manifest.ts";
export type { Program, ProgramLibrary } from "./collect/program-info.ts";
export { HWCAPS, type Hwcaps } from "./elf/cpu.ts";
export { type Elf, type Machine, type Needed, readElf } from "./elf/elf.ts";
export { FileWindow } from "./elf/file-window.ts";
export { type CacheEntry, parseCache } from "./elf/ld-cache.ts";
export { encodeCache } from "./elf/ld-cache-write.ts";
export type { LaidNode } from "./layout/finish.ts";
export type { Action, Attribute, Node, NodeType } from "./layout/node.ts";
export { Host } from "./load/host.ts";
export type { Edge, Listed, Loading, Missing } from "./load/load.ts";
export type { Loaded } from "./load/loader.ts";
export { type LoaderOptions, LoaderSet } from "./load/loader-set.ts";
export { checkSysroot } from "./load/sysroot.ts";
export { type Finding, PROBLEMS, type Problem } from "./prove/finding.ts";
export {
  isWhole,
  missingOf,
  type Resolution,
  type ResolutionSearch,
  resolveOne,
} from "./prove/resolution.ts";
export { verifyTree } from "./prove/verify.ts";
