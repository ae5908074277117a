/**
 * What objects say that they open by dlopen(3): the notes of the ELF dlopen metadata specification
 * (systemd.io/ELF_DLOPEN_METADATA).
 */
import { NsboxError } from "../../src/util/errors.ts";
import { readNotes } from "../elf/notes.ts";
import type { Collector } from "./collector.ts";

/** How much an object misses a library, most first. */
export const PRIORITIES = ["required", "recommended", "suggested"] as const;

/** One of `PRIORITIES`. */
export type Priority = (typeof PRIORITIES)[number];

/** One thing that an object may open. */
export interface DlopenNote {
  /** Names of the same library, the best first: one is enough. */
  readonly names: readonly string[];
  readonly feature: string;
  readonly priority: Priority;
}

const OWNER = "FDO";
const TYPE = 0x407c0c0a;

/**
 * Adds the libraries of that priority and above which any object in the tree names, and what they name in
 * turn. Throws NsboxError where a required one is not there; any other is a note then.
 */
export function addDlopened(collector: Collector, least: Priority): void {
  const wanted = new Set<Priority>(PRIORITIES.slice(0, PRIORITIES.indexOf(least) + 1));
  const done = new Set<string>();
  const missing = new Map<string, string>();
  for (let before = -1; before !== done.size; ) {
    before = done.size;
    for (const { path, kind, source } of [...collector.manifest.items.values()]) {
      const isObject = kind === "program" || kind === "library" || kind === "interpreter";
      if (done.has(path) || source === undefined || !source.stat.isFile()) continue;
      done.add(path);
      if (!isObject && !/\.so(?:\.|$)/.test(path)) continue;
      for (const note of notesOf(collector, path)) {
        if (!wanted.has(note.priority) || addNote(collector, path, note)) continue;
        if (note.priority === "required") throw absent(path, note);
        missing.set(note.names[0] ?? "", `${note.feature === "" ? "for" : `${note.feature} of`} "${path}"`);
      }
    }
  }
  if (missing.size === 0) return;
  const list = [...missing].map(([name, what]) => `"${name}" (${what})`);
  collector.note(`libraries that programs open where they can are not here: ${list.join(", ")}`);
}

/** The notes of the object at `path`; none where it is none, or has none. */
export function notesOf({ host }: Collector, path: string): readonly DlopenNote[] {
  return readNotes(host.onDisk(host.walk(path).path), path)
    .filter(({ owner, type }) => owner === OWNER && type === TYPE)
    .flatMap(({ content }) => parseNote(content, path));
}

/** One object, or a list of them; each with one name or several. */
function parseNote(content: Uint8Array, path: string): DlopenNote[] {
  const text = new TextDecoder().decode(content).replace(/\0+$/, "");
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new NsboxError(`Cannot read the dlopen notes of "${path}"`, { cause: "they are no JSON" });
  }
  return [parsed].flat().flatMap((item: unknown) => {
    if (typeof item !== "object" || item === null || !("soname" in item)) return [];
    const names = [item.soname]
      .flat()
      .filter((name): name is string => typeof name === "string" && name !== "");
    const priority = "priority" in item ? PRIORITIES.find((known) => known === item.priority) : undefined;
    const feature = "feature" in item && typeof item.feature === "string" ? item.feature : "";
    return names.length === 0 ? [] : [{ names, feature, priority: priority ?? "recommended" }];
  });
}

function addNote(collector: Collector, by: string, { names, feature, priority }: DlopenNote): boolean {
  const rule = `dlopen note, ${priority}${feature === "" ? "" : `: ${feature}`}`;
  return names.some((name) => collector.library(name, by, { by, name, rule }));
}

const absent = (path: string, { names, feature }: DlopenNote): NsboxError =>
  new NsboxError(`Cannot find the library "${names.join('" or "')}" that "${path}" opens`, {
    cause: `its dlopen note calls it required${feature === "" ? "" : ` for ${feature}`}`,
    code: "missing-library",
  });
