/** From processes to the containers that they are in. */
import type { Container, NamespaceIds, Process } from "../model.ts";
import { ENGINES, type Engine, type Sign, type Started } from "./engine.ts";
import { ownContainers } from "./own-containers.ts";
import { knownOf } from "./state-files.ts";

/** A process, before it is known what container it is in. */
type Candidate = Omit<Process, "container">;

/** What is recognised. */
export interface Recognised {
  /** Sorted by engine, then name, then PID. */
  readonly containers: readonly Container[];
  /** PID to index in `containers`. */
  readonly members: ReadonlyMap<number, number>;
}

/** A container while its processes are gathered. */
interface Found {
  readonly engine: Engine;
  /** A cgroup names it: no process that was brought in later looks like this. */
  readonly named: boolean;
  sign: Sign;
  first: Candidate;
}

/** What one process says of its container. */
interface Claim {
  readonly engine: Engine;
  readonly sign: Sign;
}

/** Everything that differs between two processes' namespaces makes a sandbox; what is not known does not. */
function livesElsewhere(child: NamespaceIds, parent: NamespaceIds): boolean {
  if (child === parent) return false;
  for (const kind in child) {
    const other = parent[kind as keyof NamespaceIds];
    if (other !== undefined && other !== child[kind as keyof NamespaceIds]) return true;
  }
  return false;
}

/** The engine and the sign in the path of a cgroup; the innermost where there are several. */
function fromCgroup(path: string): Claim | undefined {
  let best: (Claim & { readonly end: number }) | undefined;
  for (const engine of ENGINES) {
    if (engine.cgroup === undefined) continue;
    for (const match of path.matchAll(new RegExp(engine.cgroup, "g"))) {
      const end = match.index + match[0].length;
      if (best === undefined || end > best.end) best = { engine, sign: signOf(match.groups), end };
    }
  }
  return best;
}

/** What systemd cannot have in a unit's name stands there as `\\x2d`, see systemd.unit(5). */
const signOf = (groups: Readonly<Record<string, string | undefined>> = {}): Sign => ({
  ...groups,
  name: groups["name"]?.replace(/\\x([0-9a-f]{2})/g, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  ),
});

/** The engine and the sign of a process that was started by another one, to live in other namespaces. */
function fromStarter(starter: Started, started: Started): Claim | undefined {
  for (const engine of ENGINES) {
    const sign = engine.starts?.(starter, started);
    if (sign !== undefined) return { engine, sign };
  }
  return undefined;
}

const defined = (sign: Sign): Sign =>
  Object.fromEntries(Object.entries(sign).filter(([, value]) => value !== undefined));

/** Gathers the claims of processes, one after the other, ancestors first. */
class Gathering {
  readonly found = new Map<string, Found>();
  readonly claims = new Map<number, Found | undefined>();
  readonly #starters = new Map<string, Claim | undefined>();
  readonly #cgroups = new Map<string, Claim | undefined>();

  /** The container that `process` is in, as far as it and its parent show. */
  add(process: Candidate, parent: Candidate | undefined): void {
    const above = this.claims.get(process.ppid);
    const named = this.#inCgroup(process.cgroup);
    const begun = this.#fromParent(process, parent);
    const own = named ?? begun;
    // A sandbox that is made in two steps is one.
    const again =
      own === begun && above !== undefined && above.engine === own?.engine && above.first === parent;
    if (own === undefined || again) {
      this.claims.set(process.pid, above);
      return;
    }
    const { engine, sign } = own;
    const key = `${engine.name} ${sign.id ?? (named === undefined ? process.pid : sign.name)}`;
    const container = this.#gather(key, own, named !== undefined, process);
    if (begun?.engine === engine && begun.sign.id === sign.id) {
      container.sign = { ...container.sign, ...defined(begun.sign) };
    }
    this.claims.set(process.pid, container);
  }

  #fromParent(process: Candidate, parent: Candidate | undefined): Claim | undefined {
    if (parent === undefined || process.command === null || parent.command === null) return undefined;
    if (!livesElsewhere(process.namespaces, parent.namespaces)) return undefined;
    const starter = { name: parent.name, command: parent.command };
    const started = { name: process.name, command: process.command };
    // Many are started by the same words.
    const key = [starter.name, ...starter.command, "", started.name, ...started.command].join("\0");
    if (!this.#starters.has(key)) this.#starters.set(key, fromStarter(starter, started));
    return this.#starters.get(key);
  }

  #inCgroup(path: string | null): Claim | undefined {
    if (path === null || path === "/") return undefined;
    if (!this.#cgroups.has(path)) this.#cgroups.set(path, fromCgroup(path));
    return this.#cgroups.get(path);
  }

  /** The container with that key, begun by the oldest process that claims it. */
  #gather(key: string, { engine, sign }: Claim, named: boolean, process: Candidate): Found {
    const known = this.found.get(key);
    if (known === undefined) {
      const fresh = { engine, named, sign, first: process };
      this.found.set(key, fresh);
      return fresh;
    }
    const { first } = known;
    if (process.start < first.start || (process.start === first.start && process.pid < first.pid)) {
      known.first = process;
    }
    return known;
  }
}

/**
 * Recognises the containers among `processes`. A process belongs to the container that its cgroup names, or
 * that it begins; else to that of its parent; else, orphaned or brought in from outside, to the one whose
 * PID namespace it is in.
 */
export function recognise(processes: readonly Candidate[]): Recognised {
  const byPid = new Map(processes.map((process) => [process.pid, process]));
  const gathering = new Gathering();
  for (const process of processes) {
    // Ancestors first; PIDs wrap around, so their order says nothing.
    const line = new Set<Candidate>();
    for (let at: Candidate | undefined = process; at !== undefined; at = byPid.get(at.ppid)) {
      // Two that were read at different moments may seem to be each other's parent.
      if (gathering.claims.has(at.pid) || line.has(at)) break;
      line.add(at);
    }
    for (const each of [...line].reverse()) gathering.add(each, byPid.get(each.ppid));
  }
  return settle(processes, [...gathering.found.values()], gathering.claims);
}

/** Names the containers, puts them into order, and finds those of processes that have lost their parents. */
function settle(
  processes: readonly Candidate[],
  found: readonly Found[],
  claims: ReadonlyMap<number, Found | undefined>,
): Recognised {
  const homes = new Map(
    found.flatMap((each) => (isPidOne(each.first) ? [[each.first.namespaces.pid, each]] : [])),
  );
  /** A process brought in from outside seems to begin a container: it is in the one that it was brought into. */
  const trueOf = (each: Found | undefined): Found | undefined =>
    each === undefined || each.named ? each : (homes.get(each.first.namespaces.pid) ?? each);
  const uids = new Map(processes.map(({ pid, uid }) => [pid, uid]));
  const own = ownContainers();
  const writtenOf = ({ engine, sign, first }: Found): Sign =>
    engine.name === "nsbox" ? own({ ...first, starter: uids.get(first.ppid) }) : knownOf(engine.name, sign);
  const known = new Map(
    found.filter((each) => trueOf(each) === each).map((each) => [each, nameOf(each, writtenOf(each))]),
  );
  const text = (each: Found) => known.get(each)?.name ?? known.get(each)?.id ?? "";
  const order = [...known.keys()].sort(
    (a, b) => compare(a.engine.name, b.engine.name) || compare(text(a), text(b)) || a.first.pid - b.first.pid,
  );
  const index = new Map(order.map((each, at) => [each, at]));
  const indexOf = (each: Found | undefined) => (each === undefined ? undefined : index.get(each));
  const members = new Map<number, number>();
  for (const { pid, namespaces } of processes) {
    const at = indexOf(trueOf(claims.get(pid)) ?? homes.get(namespaces.pid));
    if (at !== undefined) members.set(pid, at);
  }
  const containers = order.map((each) => ({
    engine: each.engine.name,
    id: known.get(each)?.id ?? null,
    name: known.get(each)?.name ?? null,
    group: known.get(each)?.group ?? null,
    pid: each.first.pid,
    within: members.get(each.first.ppid) ?? null,
    paused: each.first.frozen,
  }));
  return { containers, members };
}

/** The first of its PID namespace, which so belongs to its container alone. */
const isPidOne = ({ pids, namespaces }: Candidate): boolean =>
  pids.length > 1 && pids.at(-1) === 1 && namespaces.pid !== undefined;

/** What /proc shows, and what the engine's own files add. */
const nameOf = ({ sign }: Found, written: Sign): Sign => ({
  id: written.id ?? sign.id,
  name: written.name ?? sign.name,
  group: written.group ?? sign.group,
});

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
