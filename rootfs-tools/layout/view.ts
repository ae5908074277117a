/** A tree as it will be: what the target has, and what is laid out above it. */
import { NsboxError } from "../../src/util/errors.ts";
import type { Elf } from "../elf/elf.ts";
import { baseOf, parentOf, type Walk } from "../files/paths.ts";
import { Host, type HostFile, idOf } from "../load/host.ts";
import type { TreeView } from "../load/ldconfig.ts";
import type { Draft } from "./finish.ts";
import type { Layout } from "./layout.ts";

const decoder = new TextDecoder();
const LONGEST_TEXT = 2 ** 20;

/** What `layout` has by now; files that come from `host` are read there. */
export function viewOf(layout: Layout, host: Host): TreeView {
  const target = new Host(layout.inside.prefix);
  const drafts = new Map<string, Draft>();
  const names = new Map<string, Set<string>>();
  for (const draft of layout.drafts) {
    if (draft.action !== "kept" || draft.type !== "file") drafts.set(draft.path, draft);
    const siblings = names.get(parentOf(draft.path)) ?? new Set();
    names.set(parentOf(draft.path), siblings.add(baseOf(draft.path)));
  }
  /** Where the content of a file is read: in the other system, or in the target. */
  const source = ({ path }: Walk): [Host, string] => {
    const content = drafts.get(path)?.content;
    return typeof content === "string" ? [host, content.slice(host.prefix.length)] : [target, path];
  };
  return {
    walk: (path) => layout.walk(path),
    list: (directory) =>
      [
        ...new Set([
          ...(layout.inside.absent ? [] : target.list(directory)),
          ...(names.get(directory) ?? []),
        ]),
      ].sort(),
    elf: (walk) => {
      const [system, path] = source(walk);
      return objectAt(system, path);
    },
    text: (path) => {
      const walk = layout.walk(path);
      const content = drafts.get(walk.path)?.content;
      if (content instanceof Uint8Array) return decoder.decode(content);
      const [system, at] = source(walk);
      return walk.entry?.kind === "file" ? system.text(at, LONGEST_TEXT) : "";
    },
  };
}

/** A tree on disk. */
export const viewOfDisk = (host: Host): TreeView => ({
  walk: (path) => host.walk(path),
  list: (directory) => host.list(directory),
  elf: ({ path }) => objectAt(host, path),
  text: (path) => host.text(path, LONGEST_TEXT),
});

function objectAt(host: Host, path: string): Elf | undefined {
  const walk = host.walk(path);
  if (walk.entry?.kind !== "file" || walk.entry.stat?.size === 0n) return undefined;
  const file: HostFile = { walk, id: idOf(walk) };
  try {
    return host.program(file).elf;
  } catch (error) {
    if (!(error instanceof NsboxError)) throw error;
    return undefined;
  }
}
