/** Tools for root filesystems, usable on their own: nothing here depends on the rest of nsbox but its errors. */
export { type BinlibdepcpOptions, type BinlibdepcpResult, binlibdepcp } from "./binlibdepcp.ts";
export { type Kind, Manifest, type ManifestFile, type Reason } from "./collect/manifest.ts";
export {
  type Program,
  type ProgramLibrary,
  type Resolution,
  type ResolveOptions,
  resolve,
} from "./collect/resolve.ts";
export { type Elf, type Machine, type Needed, readElf } from "./elf/elf.ts";
export { FileWindow } from "./elf/file-window.ts";
export { type CacheEntry, encodeCache, parseCache } from "./elf/ld-cache.ts";
export type { Action, TreeEntry } from "./layout/tree.ts";
