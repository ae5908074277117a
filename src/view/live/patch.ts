/**
 * What differs between two snapshots, as it goes to the page, and how it is put into the first to make the
 * second. Unlike `changes` of src/ns/watch.ts, which is for people, it leaves nothing out.
 */
import type { Namespace, Process, Snapshot } from "../../ns/model.ts";

/** The parts of one list that differ, by number: id or PID. */
export interface ListPatch<Thing> {
  readonly set: readonly Thing[];
  readonly gone: readonly number[];
}

/** The whole difference. Small parts come whole where anything in them differs. */
export interface Patch {
  readonly taken: Snapshot["taken"];
  readonly namespaces?: ListPatch<Namespace>;
  readonly processes?: ListPatch<Process>;
  readonly containers?: Snapshot["containers"];
  readonly host?: Snapshot["host"];
  readonly gaps?: Snapshot["gaps"];
}

const idOf = ({ id }: Namespace): number => id;
const pidOf = ({ pid }: Process): number => pid;

/** Remembers the text of everything in a snapshot, so that each is written out once a look. */
export class Differ {
  #namespaces = new Map<number, string>();
  #processes = new Map<number, string>();
  #rest: Readonly<Record<string, string>> = {};

  /** What differs from the snapshot that it was given before; undefined where nothing does but the time. */
  next(snapshot: Snapshot): Patch | undefined {
    const [namespaces, namespaceTexts] = listPatch(snapshot.namespaces, idOf, this.#namespaces);
    const [processes, processTexts] = listPatch(snapshot.processes, pidOf, this.#processes);
    this.#namespaces = namespaceTexts;
    this.#processes = processTexts;
    const rest = { containers: snapshot.containers, host: snapshot.host, gaps: snapshot.gaps };
    const texts = Object.fromEntries(
      Object.entries(rest).map(([name, part]) => [name, JSON.stringify(part)]),
    );
    const differing = Object.entries(rest).filter(([name]) => texts[name] !== this.#rest[name]);
    this.#rest = texts;
    const parts = {
      ...(namespaces === undefined ? {} : { namespaces }),
      ...(processes === undefined ? {} : { processes }),
      ...Object.fromEntries(differing),
    };
    return Object.keys(parts).length === 0 ? undefined : { taken: snapshot.taken, ...parts };
  }
}

function listPatch<Thing>(
  things: readonly Thing[],
  numberOf: (thing: Thing) => number,
  before: ReadonlyMap<number, string>,
): [ListPatch<Thing> | undefined, Map<number, string>] {
  const texts = new Map<number, string>();
  const set: Thing[] = [];
  for (const thing of things) {
    const number = numberOf(thing);
    const text = JSON.stringify(thing);
    texts.set(number, text);
    if (before.get(number) !== text) set.push(thing);
  }
  const gone = [...before.keys()].filter((number) => !texts.has(number));
  return [set.length + gone.length === 0 ? undefined : { set, gone }, texts];
}

/** `before` with `patch` in it. What does not differ is the same object. */
export function applied(before: Snapshot, patch: Patch): Snapshot {
  const { namespaces, processes, ...rest } = patch;
  return {
    ...before,
    ...rest,
    namespaces: merged(before.namespaces, namespaces, idOf),
    processes: merged(before.processes, processes, pidOf),
  };
}

function merged<Thing>(
  things: readonly Thing[],
  patch: ListPatch<Thing> | undefined,
  numberOf: (thing: Thing) => number,
): readonly Thing[] {
  if (patch === undefined) return things;
  const all = new Map(things.map((thing) => [numberOf(thing), thing]));
  for (const number of patch.gone) all.delete(number);
  for (const thing of patch.set) all.set(numberOf(thing), thing);
  return [...all.values()].sort((a, b) => numberOf(a) - numberOf(b));
}
