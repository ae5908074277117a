/** Tools for root filesystems, usable on their own: nothing here depends on the rest of nsbox but its errors. */
export { type BinlibdepcpOptions, type BinlibdepcpResult, binlibdepcp } from "./binlibdepcp.ts";
export { type Elf, type Machine, type Needed, readElf } from "./elf.ts";
export { FileWindow } from "./file-window.ts";
export { type CacheEntry, encodeCache, parseCache } from "./ld-cache.ts";
export { type Kind, Manifest, type ManifestFile, type Reason } from "./manifest.ts";
export {
  type Program,
  type ProgramLibrary,
  type Resolution,
  type ResolveOptions,
  resolve,
} from "./resolve.ts";
export type { Action, TreeEntry } from "./tree.ts";
