/** Snapshots for tests, from the few facts that matter to one. */
import { KINDS, type KindName } from "../../src/ns/kinds.ts";
import type {
  Container,
  Gaps,
  Host,
  Namespace,
  NamespaceIds,
  Process,
  Snapshot,
  Viewer,
} from "../../src/ns/model.ts";

export const NO_GAPS: Gaps = {
  processes: 0,
  relations: 0,
  mounts: 0,
  descriptors: 0,
  vanished: 0,
  missing: [],
};

const HOST: Host = {
  name: "test",
  kernel: "6.18.0",
  machine: "x86_64",
  boot: 1_700_000_000,
  ticks: 100,
  users: { "0": "root", "1000": "zion" },
};

/** The ids of the initial namespaces, as every kernel has them. */
export const INITIAL = {
  user: 4026531837,
  mnt: 4026531841,
  pid: 4026531836,
  net: 4026531840,
  uts: 4026531838,
  ipc: 4026531839,
  cgroup: 4026531835,
  time: 4026531834,
} as const satisfies NamespaceIds;

type Some<T, Needed extends keyof T> = Pick<T, Needed> & Partial<T>;

interface Facts {
  readonly namespaces?: readonly Some<Namespace, "id" | "kind">[];
  readonly processes?: readonly Some<Process, "pid">[];
  readonly containers?: readonly Some<Container, "engine" | "pid">[];
  readonly viewer?: Partial<Viewer>;
  readonly gaps?: Partial<Gaps>;
  readonly host?: Partial<Host>;
  readonly kinds?: readonly KindName[];
  /** Without them: the viewer sees only what is given. */
  readonly initial?: boolean;
}

/**
 * A snapshot of these. The initial namespaces and PID 1 in them are there too; a process is in its
 * parent's namespaces but where it says another; children, owned, processes and leader follow.
 */
export function snapshotOf({ initial = true, ...facts }: Facts): Snapshot {
  const kinds = facts.kinds ?? KINDS.map(({ name }) => name);
  const first = initial ? kinds.map((kind) => ({ id: INITIAL[kind], kind, initial: true })) : [];
  const processes = processesOf(facts, initial, kinds);
  const known: Namespace[] = [...first, ...(facts.namespaces ?? [])].map((namespace) => ({
    device: 4,
    serial: null,
    initial: false,
    owner: namespace.id === INITIAL.user ? null : INITIAL.user,
    uid: 0,
    parent: null,
    children: [],
    owned: [],
    processes: [],
    leader: null,
    holders: [],
    ...namespace,
  }));
  const namespaces = known
    .sort((a, b) => a.id - b.id)
    .map((namespace) => {
      const { id, kind } = namespace;
      const inside = processes.filter(({ namespaces: ids }) => ids[kind] === id).map(({ pid }) => pid);
      return {
        ...namespace,
        children: known.filter(({ parent }) => parent === id).map((child) => child.id),
        owned: known.filter((other) => other.owner === id && other.kind !== "user").map((own) => own.id),
        processes: inside,
        leader: inside[0] ?? null,
      };
    });
  return {
    format: "nsbox-namespaces",
    version: 1,
    taken: { begin: "2026-11-22T10:00:00.000Z", end: "2026-11-22T10:00:00.020Z" },
    host: { ...HOST, ...facts.host },
    viewer: { pid: 1, uid: 0, capabilities: [], namespaces: processes[0]?.namespaces ?? {}, ...facts.viewer },
    kinds,
    namespaces,
    processes,
    containers: (facts.containers ?? []).map((container) => ({
      id: null,
      name: null,
      group: null,
      within: null,
      paused: null,
      ...container,
    })),
    gaps: { ...NO_GAPS, ...facts.gaps },
  };
}

function processesOf(facts: Facts, initial: boolean, kinds: readonly KindName[]): Process[] {
  const all = Object.fromEntries(kinds.map((kind) => [kind, INITIAL[kind]]));
  const init = { pid: 1, ppid: 0, name: "init", namespaces: all };
  const processes: Process[] = [];
  const given = [...(initial ? [init] : []), ...(facts.processes ?? [])];
  for (const one of given) {
    const parent = processes.find(({ pid }) => pid === (one.ppid ?? 1));
    const name = one.name ?? `p${one.pid}`;
    processes.push({
      ppid: 1,
      command: [name],
      state: "S",
      start: one.pid,
      uid: 0,
      gid: 0,
      kernel: false,
      threads: 1,
      nice: 0,
      priority: 20,
      policy: 0,
      pids: [one.pid],
      cgroup: "/",
      frozen: false,
      strays: [],
      container: null,
      ...one,
      name,
      namespaces: { ...parent?.namespaces, ...one.namespaces },
    });
  }
  return processes.sort((a, b) => a.pid - b.pid);
}
