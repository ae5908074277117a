/** Paths inside a root filesystem, as a process that has it for its root would see them. */
import { lstatSync, readlinkSync, type Stats } from "node:fs";

/** The kernel's limit on links in one path, see path_resolution(7). */
const MOST_LINKS = 40;

/**
 * The host's path of what `path` means inside `root`, all links followed; `..` stops at the root.
 * Undefined where it does not exist, loops, or may not be looked at.
 */
export function findInRoot(root: string, path: string): string | undefined {
  let here: string[] = [];
  let links = 0;
  const ahead = path.split("/").reverse();
  for (let part = ahead.pop(); part !== undefined; part = ahead.pop()) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      here.pop();
      continue;
    }
    const host = `${root}/${[...here, part].join("/")}`;
    const stat = lookAt(host);
    if (stat === undefined) return undefined;
    if (!stat.isSymbolicLink()) {
      here.push(part);
      continue;
    }
    if (++links > MOST_LINKS) return undefined;
    const target = readlinkSync(host);
    if (target.startsWith("/")) here = [];
    ahead.push(...target.split("/").reverse());
  }
  return `${root}/${here.join("/")}`;
}

/** What stands at `path`; undefined also where a name is too long or a directory may not be searched. */
export function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}
