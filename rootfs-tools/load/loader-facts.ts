/**
 * What was compiled into a loader, read from the loader itself: distributions differ, and a list of ours
 * would be wrong on the next one.
 */

import { NsboxError } from "../../src/util/errors.ts";
import type { Host } from "./host.ts";

/** The facts of one glibc loader. */
export interface LoaderFacts {
  /** The default directories, in order, without a trailing slash. */
  readonly directories: readonly string[];
  /** The path of its ld.so.cache. */
  readonly cache: string;
  /** Whether it looks in `glibc-hwcaps` (2.33 and later). */
  readonly hwcaps: boolean;
  /** Whether it looks in `tls`, `x86_64` and the like (before 2.37). */
  readonly legacy: boolean;
}

/** A loader is some 200 kB long, one with debug information 2 MB. */
const LONGEST_LOADER = 2 ** 23;
const FALLBACK = ["/lib64", "/usr/lib64", "/lib", "/usr/lib"];

/** Reads the loader at `path`. Throws NsboxError. */
export function readLoaderFacts(host: Host, path: string): LoaderFacts {
  const bytes = host.read(path, LONGEST_LOADER);
  if (bytes === undefined) throw new NsboxError(`Cannot read the loader "${path}"`);
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const directories = systemDirectories(file);
  const hwcaps = file.includes("glibc-hwcaps");
  return {
    directories: directories.length > 0 ? directories : FALLBACK,
    cache: cachePath(file) ?? "/etc/ld.so.cache",
    hwcaps,
    legacy: !hwcaps || file.includes("Legacy HWCAP"),
  };
}

const PATHS = /^(?:\/[\x21-\x7e]*\/\0)+/;
/** SYSTEM_DIRS of some hundred directories would be a strange loader. */
const LONGEST_LIST = 4096;

/** SYSTEM_DIRS: one string of paths that each end in a slash and a NUL. */
function systemDirectories(file: Buffer): string[] {
  // Nearly always there are several; where not, the end of the only one is looked for.
  for (const mark of ["/\0/", "/\0"]) {
    for (let at = file.indexOf(mark); at >= 0; at = file.indexOf(mark, at + 1)) {
      const start = file.lastIndexOf(0, at) + 1;
      const list = PATHS.exec(file.toString("latin1", start, start + LONGEST_LIST))?.[0];
      if (list === undefined || !list.includes("lib")) continue;
      return list
        .split("\0")
        .filter((name) => name !== "")
        .map((name) => name.replace(/\/+$/, ""));
    }
  }
  return [];
}

function cachePath(file: Buffer): string | undefined {
  const end = file.indexOf("/ld.so.cache\0");
  if (end < 0) return undefined;
  const path = file.toString("latin1", file.lastIndexOf(0, end) + 1, file.indexOf(0, end));
  return /^\/[\x21-\x7e]*$/.test(path) ? path : undefined;
}

/** The value of $LIB: a multiarch directory keeps two components, any other its last. */
export function libToken({ directories }: LoaderFacts): string {
  const first = directories[0] ?? "/lib";
  return /^\/lib\/[^/]+-linux-[^/]+$/.test(first) ? first.slice(1) : first.slice(first.lastIndexOf("/") + 1);
}
