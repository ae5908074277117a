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
  const text = new TextDecoder("latin1").decode(bytes);
  // SYSTEM_DIRS is one string of paths that each end in a slash and a NUL.
  const lists = text.match(/(?:\/[\x21-\x7e]*\/\0)+/g) ?? [];
  const list = lists.find((paths) => paths.includes("lib"))?.split("\0") ?? [];
  const directories = list.filter((name) => name !== "").map((name) => name.replace(/\/+$/, ""));
  const hwcaps = text.includes("glibc-hwcaps");
  return {
    directories: directories.length > 0 ? directories : FALLBACK,
    cache: /\/[\x21-\x7e]*ld\.so\.cache(?=\0)/.exec(text)?.[0] ?? "/etc/ld.so.cache",
    hwcaps,
    legacy: !hwcaps || text.includes("Legacy HWCAP"),
  };
}

/** The value of $LIB: a multiarch directory keeps two components, any other its last. */
export function libToken({ directories }: LoaderFacts): string {
  const first = directories[0] ?? "/lib";
  return /^\/lib\/[^/]+-linux-[^/]+$/.test(first) ? first.slice(1) : first.slice(first.lastIndexOf("/") + 1);
}
