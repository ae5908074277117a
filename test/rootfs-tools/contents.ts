/** Trees with more than libraries, for the tests of what is added to them. */
import { makeDirectory } from "../../rootfs-tools/binlibdepcp.ts";
import { Collector } from "../../rootfs-tools/collect/collector.ts";
import { addContents, type ContentsOptions } from "../../rootfs-tools/collect/contents.ts";

/** What Debian's PATH is. */
export const PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

/** Collects programs and contents, of the system at `root` where it is given. */
export async function collect(programs: readonly string[], contents: ContentsOptions = {}, root = "") {
  const collector = new Collector({ searchPath: PATH, root });
  for (const program of programs) collector.program(program);
  await addContents(collector, contents);
  collector.complain();
  return collector;
}

/** Collects them and makes a tree of them. */
export async function assemble(
  directory: string,
  programs: readonly string[],
  contents: ContentsOptions = {},
  root = "",
) {
  const collector = await collect(programs, contents, root);
  makeDirectory(collector, { directory, bare: true });
  return collector;
}

/** The paths of the tree that a family added files at. */
export const pathsOf = (collector: Collector): string[] => [...collector.manifest.wanted.keys()];
