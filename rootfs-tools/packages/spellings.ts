/**
 * The paths by which packages list a file: /bin/sh, where /bin is a link to /usr/bin now and the file
 * stands at /usr/bin/sh.
 */
import type { Host } from "../load/host.ts";

const NAMES = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

/** From a path without links to all of its spellings, that path first. */
export function spellingsIn(host: Host): (path: string) => readonly string[] {
  const links: { readonly real: string; readonly alias: string }[] = [];
  for (const alias of NAMES.flatMap((name) => [`/${name}`, `/usr/${name}`])) {
    const { path, entry } = host.walk(alias);
    if (entry?.kind === "directory" && path !== alias) links.push({ real: `${path}/`, alias: `${alias}/` });
  }
  return (path) => [
    path,
    ...links
      .filter(({ real }) => path.startsWith(real))
      .map(({ real, alias }) => alias + path.slice(real.length)),
  ];
}
