/** From what was collected to the whole tree: things, a shell's link, a cache, the defaults. */
import type { Collector } from "../collect/collector.ts";
import { baseOf, Root } from "../files/paths.ts";
import { addCache } from "./cache.ts";
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
