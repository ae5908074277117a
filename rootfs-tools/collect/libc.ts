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
  const found: Libc[] = [];
  for (const { path, kind } of manifest.items.values()) {
    if (kind !== "library" && kind !== "interpreter" && kind !== "program") continue;
    const name = baseOf(path);
    const which = GLIBC.test(name) ? "glibc" : MUSL.test(name) ? "musl" : undefined;
    if (which === undefined) continue;
    let text: string | undefined;
    const find = (pattern: RegExp) => {
      text ??= new TextDecoder("latin1").decode(host.read(path, LONGEST_LIBC));
      return pattern.exec(text) ?? undefined;
    };
    found.push({ kind: which, path, find });
  }
  return found;
}

/** Whether what `glibc` alone reads is of use: not where every C library of the tree is musl's. */
export const hasGlibc = (libraries: readonly Libc[]): boolean =>
  libraries.length === 0 || libraries.some(({ kind }) => kind === "glibc");
