/** The configuration of glibc's conversions between charsets, the format that is told in its own `gconv-modules`. */
import type { Host } from "../load/host.ts";

/** One conversion. Charsets are triples: `ISO-8859-1//`. */
export interface Conversion {
  readonly from: string;
  readonly to: string;
  /** The module's file, absolute. */
  readonly file: string;
  /** The line, the way it is written. */
  readonly line: string;
}

/** All that a directory of modules tells. */
export interface Conversions {
  readonly aliases: ReadonlyMap<string, { readonly to: string; readonly line: string }>;
  readonly conversions: readonly Conversion[];
}

/** The charset that every conversion goes through. */
const INTERNAL = "INTERNAL";

/** Charsets that are part of libc, by their names without punctuation. */
const BUILT_IN = new Set(
  "UTF8 UCS2 UCS4 UCS4LE INTERNAL WCHART ISO10646UTF8 ISO10646UCS4 ASCII USASCII ANSIX341968 646 US C POSIX".split(
    " ",
  ),
);

/** Whether libc converts `charset` by itself. */
export const isBuiltIn = (charset: string): boolean =>
  BUILT_IN.has(charset.toUpperCase().replace(/[^A-Z0-9]/g, ""));

/** Reads `gconv-modules` and `gconv-modules.d` in `directory`. */
export function readConversions(host: Host, directory: string): Conversions {
  const aliases = new Map<string, { to: string; line: string }>();
  const conversions: Conversion[] = [];
  const more = host.list(`${directory}/gconv-modules.d`).filter((name) => name.endsWith(".conf"));
  for (const name of ["gconv-modules", ...more.map((name) => `gconv-modules.d/${name}`)]) {
    for (const line of host.text(`${directory}/${name}`).split("\n")) {
      const [word, from = "", to, file] = line.replace(/#.*/, "").trim().split(/\s+/);
      if (word === "alias" && to !== undefined) aliases.set(from, { to, line });
      if (word !== "module" || to === undefined || file === undefined) continue;
      const path = `${file.startsWith("/") ? "" : `${directory}/`}${file}${file.endsWith(".so") ? "" : ".so"}`;
      conversions.push({ from, to, file: path, line });
    }
  }
  return { aliases, conversions };
}

/** What is needed to convert `charset` to and from any other; none where the directory has no such charset. */
export function conversionsOf(charset: string, { aliases, conversions }: Conversions) {
  const lines = new Set<string>();
  const files = new Set<string>();
  const done = new Set<string>([INTERNAL]);
  const slashes = "/".repeat(Math.max(0, 2 - charset.split("/").length + 1));
  for (const queue = [`${charset.toUpperCase()}${slashes}`]; queue.length > 0; ) {
    const name = queue.pop();
    if (name === undefined || done.has(name)) continue;
    done.add(name);
    const alias = aliases.get(name);
    if (alias !== undefined) {
      lines.add(alias.line);
      queue.push(alias.to);
    }
    // Programs may call it by any of its names.
    for (const { to, line } of aliases.values()) if (to === name) lines.add(line);
    for (const { from, to, file, line } of conversions) {
      if (from !== name && to !== name) continue;
      lines.add(line);
      files.add(file);
      // Some charsets are reached through another one.
      queue.push(from, to);
    }
  }
  return { lines, files };
}
