/** The C libraries of what was collected: what was compiled into them says where they look for their data. */
import { baseOf } from "../files/paths.ts";
import type { Collector } from "./collector.ts";

/** A C library that programs of the tree load. */
export interface Libc {
  readonly kind: "glibc" | "musl";
  /** Without links. */
  readonly path: string;
  /** The first thing in it that `pattern` matches. Strings in it end with a NUL. */
  find(pattern: RegExp): RegExpExecArray | undefined;
}

/** One with debug information has some 20 MB. */
const LONGEST_LIBC = 2 ** 25;
const GLIBC = /^libc(?:\.so\.6|-2\.\d+\.so)$/;
const MUSL = /^(?:ld-musl-|libc\.musl-)/;

/** Every C library among the libraries that were collected; none where all programs are static. */
export function libcs({ host, manifest }: Collector): Libc[] {
  const found = new Map<string, Libc>();
  for (const [wanted, { path }] of manifest.wanted) {
    const kind = manifest.items.get(path)?.kind;
    if (kind !== "library" && kind !== "interpreter" && kind !== "program") continue;
    // musl's loader may be a link to its libc.so, and glibc's libc.so.6 one to libc-2.31.so.
    const names = [baseOf(wanted), baseOf(path)];
    const isMusl = names.some((name) => MUSL.test(name));
    if (found.has(path) || !(isMusl || names.some((name) => GLIBC.test(name)))) continue;
    let text: string | undefined;
    const find = (pattern: RegExp) => {
      text ??= new TextDecoder("latin1").decode(host.read(path, LONGEST_LIBC));
      return pattern.exec(text) ?? undefined;
    };
    found.set(path, { kind: isMusl ? "musl" : "glibc", path, find });
  }
  return [...found.values()];
}

/** Whether what `glibc` alone reads is of use: not where every C library of the tree is musl's. */
export const hasGlibc = (libraries: readonly Libc[]): boolean =>
  libraries.length === 0 || libraries.some(({ kind }) => kind === "glibc");
