/** The order of loading: breadth first, each library once, see ld.so(8). */
import { NsboxError } from "../../src/util/errors.ts";
import type { Needed } from "../elf/elf.ts";
import type { Hit, Loaded, Loader, Place } from "./loader.ts";

/** That one object needs another. */
export interface Edge {
  readonly by: Loaded;
  readonly object: Loaded;
  /** As it stands in the file: `libc.so.6`. */
  readonly name: string;
  readonly rule: string;
}

/** A library that was not found. */
export interface Missing {
  readonly name: string;
  readonly by: Loaded;
  readonly tried: readonly Place[];
}

/** Everything that is loaded with a program. */
export interface Loading {
  /** In the loader's order, without the program and its interpreter. */
  readonly libraries: readonly Loaded[];
  readonly edges: readonly Edge[];
  readonly missing: readonly Missing[];
}

/** What `loader`, itself in memory as `interpreter`, loads for `program`. */
export function load(program: Loaded, interpreter: Loaded, loader: Loader): Loading {
  const main = loadNamespace(program, interpreter, loader);
  const apart = loader.apart(program);
  if (apart === undefined) return main;
  // The loader warns of an audit library that it cannot load, and goes on without it.
  const audit = loadNamespace(apart, interpreter, loader);
  return {
    libraries: [...main.libraries, ...audit.libraries],
    edges: [...main.edges, ...audit.edges],
    missing: main.missing,
  };
}

function loadNamespace(program: Loaded, interpreter: Loaded, loader: Loader): Loading {
  const byName = new Map<string, Loaded>();
  const byId = new Map<string, Loaded>();
  const libraries: Loaded[] = [];
  const edges: Edge[] = [];
  const missing: Missing[] = [];

  const remember = (object: Loaded, requested: string): void => {
    byId.set(object.file.id, object);
    for (const name of loader.namesOf(object, requested)) if (!byName.has(name)) byName.set(name, object);
  };
  const need = ({ name: written, kind }: Needed, by: Loaded): Loaded | undefined => {
    const name = loader.nameFor(written, by);
    const known = name === undefined ? undefined : loader.isSelf(name) ? interpreter : byName.get(name);
    if (known !== undefined) {
      edges.push({ by, object: known, name: written, rule: "already loaded" });
      return undefined;
    }
    const tried: Place[] = [];
    const hit = name === undefined ? undefined : find(name, by, tried);
    if (name === undefined || hit === undefined) {
      if (kind !== "auxiliary") missing.push({ name: written, by, tried });
      return undefined;
    }
    const same = byId.get(hit.file.id);
    const object = same ?? { path: hit.path, file: hit.file, elf: hit.elf, parent: by };
    const rule =
      kind === "needed" ? hit.rule : `${hit.rule}, ${kind === "filter" ? "DT_FILTER" : "DT_AUXILIARY"}`;
    edges.push({ by, object, name: written, rule });
    remember(object, name);
    if (same !== undefined) return undefined;
    libraries.push(object);
    return object;
  };

  const find = (name: string, by: Loaded, tried: Place[]): Hit | undefined => {
    try {
      return loader.find(name, by, tried);
    } catch (error) {
      if (!(error instanceof NsboxError)) throw error;
      throw new NsboxError(`${error.message}, needed by "${by.path}"`, error.details);
    }
  };

  remember(program, "");
  remember(interpreter, interpreter.path);
  for (const queue = [program]; queue.length > 0; ) {
    const object = queue.shift();
    if (object === undefined) break;
    const next: Loaded[] = [];
    for (const needed of loader.dependencies(object.elf)) {
      const added = need(needed, object);
      // What filters name comes before the filter itself, and so before all that waits.
      if (added !== undefined) (needed.kind === "needed" ? queue : next).push(added);
    }
    queue.unshift(...next);
  }
  return { libraries, edges, missing };
}
