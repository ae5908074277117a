/** From what was collected to the whole tree: things, a shell's link, a cache, the defaults. */
import type { Collector } from "../collect/collector.ts";
import { encodeCache, parseCache } from "../elf/ld-cache.ts";
import { baseOf, Root } from "../files/paths.ts";
import { addDefaults } from "./defaults.ts";
import type { LaidNode } from "./finish.ts";
import { Layout, type LayoutOptions } from "./layout.ts";

/** How the tree is made of what was collected. */
export interface TreeOptions extends Omit<LayoutOptions, "host"> {
  /** Leaves out the small /etc and the empty directories. */
  readonly bare?: boolean;
}

const SHELLS = new Set(["ash", "bash", "busybox", "dash", "ksh", "ksh93", "mksh", "sh", "zsh"]);

/** A target that has nothing yet. */
export const nothing = (directory = ""): Root => new Root(directory, true);

/** Lays out everything that `collector` has. Throws NsboxError where the target has something in the way. */
export function layOut(collector: Collector, { bare = false, ...options }: TreeOptions): LaidNode[] {
  const layout = new Layout({ ...options, host: collector.host });
  layout.add(collector.manifest);
  addShell(layout, collector);
  addCache(layout, collector);
  if (!bare) addDefaults(layout, collector.host, owners(collector, options.owner));
  return layout.finish();
}

/** Scripts and system(3) want a /bin/sh: the first shell becomes it where there is none. */
function addShell(layout: Layout, { programs }: Collector): void {
  const shell = programs.find(({ real }) => SHELLS.has(baseOf(real)));
  if (shell === undefined) return;
  layout.links("/bin");
  layout.relativeLink("/bin/sh", shell.path, { by: shell.path, name: "/bin/sh", rule: "the first shell" });
}

/**
 * A cache for the tree, if something is found by a cache only. The host's own would name what the tree
 * lacks; what an earlier run wrote stays as far as it holds.
 */
function addCache(layout: Layout, { loaders: { cache } }: Collector): void {
  if (cache === undefined) return;
  const entries = new Map(cache.entries.map((entry) => [`${entry.flags}\0${entry.name}`, entry]));
  const there = layout.read(cache.path);
  for (const entry of there === undefined ? [] : [...parseCache(there, cache.path).values()].flat()) {
    const key = `${entry.flags}\0${entry.name}`;
    if (!entries.has(key) && layout.walk(entry.path).entry?.kind === "file") entries.set(key, entry);
  }
  const why = { by: "", name: "", rule: "libraries outside the default directories" };
  const content = encodeCache([...entries.values()]);
  layout.make(cache.path, { type: "file", mode: 0o644, content, replace: true }, "config", [why]);
}

/** Users and groups whose names the tree should know: the caller, and whoever owns a file. */
function owners({ manifest }: Collector, owner: TreeOptions["owner"]) {
  const users = new Set([owner?.uid ?? process.getuid?.() ?? 0]);
  const groups = new Set([owner?.gid ?? process.getgid?.() ?? 0]);
  if (owner !== undefined) return { users, groups };
  for (const { source } of manifest.items.values()) {
    if (source === undefined) continue;
    users.add(Number(source.stat.uid));
    groups.add(Number(source.stat.gid));
  }
  return { users, groups };
}
