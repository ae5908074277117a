/** What came, went and changed between two snapshots of one machine. */
import type { Namespace, Process, Snapshot } from "./model.ts";

/** Which facts of a namespace are compared. */
const OF_NAMESPACES = ["owner", "parent", "leader", "holders"] as const;
/** Which of a process; whatever else changes does so all the time. */
const OF_PROCESSES = ["ppid", "name", "uid", "namespaces", "strays", "container", "frozen"] as const;

/** One thing before and after, and in what both differ. */
export interface Changed<Thing, Fact> {
  readonly before: Thing;
  readonly after: Thing;
  readonly facts: readonly Fact[];
}

/** What came, in the order of the snapshot; what went, as it was last seen. */
export interface Difference<Thing, Fact> {
  readonly came: readonly Thing[];
  readonly went: readonly Thing[];
  readonly changed: readonly Changed<Thing, Fact>[];
}

/** The difference between two snapshots. */
export interface Changes {
  readonly namespaces: Difference<Namespace, (typeof OF_NAMESPACES)[number]>;
  readonly processes: Difference<Process, (typeof OF_PROCESSES)[number]>;
}

/**
 * Compares two snapshots. A number may be given anew to another thing in between: a process is the same if
 * PID and start are, a namespace if id, kind and, where the kernel has them, serial numbers are.
 */
export function changes(before: Snapshot, after: Snapshot): Changes {
  return {
    namespaces: difference(before.namespaces, after.namespaces, nameOfNamespace, OF_NAMESPACES),
    processes: difference(before.processes, after.processes, nameOfProcess, OF_PROCESSES),
  };
}

/** Whether nothing differs. */
export const isSame = ({ namespaces, processes }: Changes): boolean =>
  [namespaces, processes].every(
    ({ came, went, changed }) => came.length + went.length + changed.length === 0,
  );

/** Pure data, whose members stand in the same order in each snapshot. Browsers compare with this as well. */
const isEqual = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

const nameOfNamespace = ({ id, kind, serial }: Namespace): string => `${kind}:${id}:${serial}`;
const nameOfProcess = ({ pid, start }: Process): string => `${pid}:${start}`;

function difference<Thing extends object, Fact extends keyof Thing>(
  before: readonly Thing[],
  after: readonly Thing[],
  nameOf: (thing: Thing) => string,
  facts: readonly Fact[],
): Difference<Thing, Fact> {
  const left = new Map(before.map((thing) => [nameOf(thing), thing]));
  const came: Thing[] = [];
  const changed: Changed<Thing, Fact>[] = [];
  for (const thing of after) {
    const name = nameOf(thing);
    const old = left.get(name);
    left.delete(name);
    if (old === undefined) {
      came.push(thing);
      continue;
    }
    // The live page hands on what did not change as the same object.
    const differing = old === thing ? [] : facts.filter((fact) => !isEqual(old[fact], thing[fact]));
    if (differing.length > 0) changed.push({ before: old, after: thing, facts: differing });
  }
  return { came, went: [...left.values()], changed };
}
