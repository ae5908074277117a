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

/** A name that something was loaded by; without an object one that was not found, each time it was asked for. */
export interface Listed {
  readonly name: string;
  readonly object?: Loaded;
}

/** Everything that is loaded with a program. */
export interface Loading {
  /** In the loader's order, without the program and its interpreter. */
  readonly libraries: readonly Loaded[];
  readonly edges: readonly Edge[];
  readonly missing: readonly Missing[];
  /** Libraries, interpreter and missing ones in the order in which ldd(1) lists them. */
  readonly listed: readonly Listed[];
}

/**
 * What `loaders`, each the same one for another CPU, best first, load for `program`; they are in memory as
 * `interpreter`. The libraries of the best CPU come first.
 */
export function load(program: Loaded, interpreter: Loaded, loaders: readonly Loader[]): Loading {
  const loadings: Loading[] = [];
  for (const loader of loaders) {
    loadings.push(loadOnce(program, interpreter, loader));
    // Nothing depended on the best CPU: nothing will on the others.
    if (!loader.dependsOnCpu) break;
  }
  const [first, ...others] = loadings;
  if (first !== undefined && others.length === 0) return first;
  return {
    libraries: distinct(
      loadings.flatMap(({ libraries }) => libraries),
      ({ path }) => path,
    ),
    edges: distinct(
      loadings.flatMap(({ edges }) => edges),
      ({ by, name, object }) => `${by.path}\0${name}\0${object.path}`,
    ),
    missing: distinct(
      loadings.flatMap(({ missing }) => missing),
      ({ by, name }) => `${by.path}\0${name}`,
    ),
    listed: distinct(
      loadings.flatMap(({ listed }) => listed),
      ({ name, object }) => object?.path ?? `\0${name}`,
    ),
  };
}

function distinct<T>(all: readonly T[], keyOf: (one: T) => string): T[] {
  const byKey = new Map<string, T>();
  for (const one of all) if (!byKey.has(keyOf(one))) byKey.set(keyOf(one), one);
  return [...byKey.values()];
}

function loadOnce(program: Loaded, interpreter: Loaded, loader: Loader): Loading {
  const main = loadNamespace(program, interpreter, loader);
  const apart = loader.apart(program);
  if (apart === undefined) return main;
  // The loader warns of an audit library that it cannot load, and goes on without it.
  const audit = loadNamespace(apart, interpreter, loader);
  return {
    libraries: [...main.libraries, ...audit.libraries],
    edges: [
      ...main.edges,
      ...audit.edges.map((edge) => (edge.by === apart ? { ...edge, by: program } : edge)),
    ],
    missing: main.missing,
    listed: [...main.listed, ...audit.listed.filter(({ object }) => object !== undefined)],
  };
}

/** What is loaded where it is found, and no error where it is not. */
const OPTIONAL: ReadonlySet<Needed["kind"]> = new Set(["auxiliary", "audit"]);
/** What waits for its turn. */
const LATER: ReadonlySet<Needed["kind"]> = new Set(["needed", "audit"]);

function loadNamespace(program: Loaded, interpreter: Loaded, loader: Loader): Loading {
  const byName = new Map<string, Loaded>();
  const byId = new Map<string, Loaded>();
  const libraries: Loaded[] = [];
  const edges: Edge[] = [];
  const missing: Missing[] = [];
  const listed: Listed[] = [];
  let hasInterpreter = false;

  const remember = (object: Loaded, requested: string): void => {
    byId.set(object.file.id, object);
    for (const name of loader.namesOf(object, requested)) if (!byName.has(name)) byName.set(name, object);
  };
  const need = ({ name: written, kind }: Needed, by: Loaded): Loaded | undefined => {
    const name = loader.nameFor(written, by);
    const known = name === undefined ? undefined : loader.isSelf(name) ? interpreter : byName.get(name);
    if (known !== undefined) {
      edges.push({ by, object: known, name: written, rule: "already loaded" });
      if (known === interpreter && !hasInterpreter) {
        // ld.so puts itself behind what it has found, and so before what it has not.
        const last = listed.findLastIndex(({ object }) => object !== undefined);
        listed.splice(last + 1, 0, { name: written, object: known });
        hasInterpreter = true;
      }
      return undefined;
    }
    const tried: Place[] = [];
    const hit = name === undefined ? undefined : find(name, by, tried);
    if (name === undefined || hit === undefined) {
      if (!OPTIONAL.has(kind)) {
        missing.push({ name: written, by, tried });
        listed.push({ name: written });
      }
      return undefined;
    }
    const same = byId.get(hit.file.id);
    const object = same ?? { path: hit.path, file: hit.file, elf: hit.elf, parent: by };
    const rule = kind === "needed" ? hit.rule : `${hit.rule}, DT_${kind.toUpperCase()}`;
    edges.push({ by, object, name: written, rule });
    remember(object, name);
    if (same !== undefined) return undefined;
    libraries.push(object);
    listed.push({ name, object });
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
      if (added !== undefined) (LATER.has(needed.kind) ? queue : next).push(added);
    }
    queue.unshift(...next);
  }
  return { libraries, edges, missing, listed };
}
