/** Machines made up for the tests of pictures: always the same for the same wishes. */
import { KINDS, type KindName } from "../../src/ns/kinds.ts";
import type { Container, Holder, Namespace, Process, Snapshot } from "../../src/ns/model.ts";

/** What a machine is to have. */
export interface Wishes {
  /** Network namespaces of the initial user namespace, as with root's containers. Default: 12. */
  readonly flat?: number;
  /** Rootless containers: a user namespace each, with what it owns. Default: 4. */
  readonly rootless?: number;
  /** User namespaces without any process, one in the other. Default: 2. */
  readonly nested?: number;
  /** A name for what has one. */
  readonly name?: string;
}

type Open<T> = { -readonly [key in keyof T]: T[key] };

const FIRST = 4026531834;
const NAMES = ["nginx", "postgres", "redis-server", "node", "python3", "java", "containerd-shim", "php-fpm"];

/** A snapshot of such a machine. */
export function zoo({ flat = 12, rootless = 4, nested = 2, name }: Wishes = {}): Snapshot {
  let nextId = FIRST;
  let nextPid = 1;
  const namespaces: Open<Namespace>[] = [];
  const processes: Open<Process>[] = [];
  const containers: Open<Container>[] = [];

  const addNamespace = (
    kind: KindName,
    owner: number | null,
    uid: number | null,
    parent: number | null = null,
  ) => {
    const namespace: Open<Namespace> = {
      id: nextId,
      kind,
      device: 4,
      serial: nextId - FIRST,
      initial: owner === null,
      owner,
      uid,
      parent,
      children: [],
      owned: [],
      processes: [],
      leader: null,
      holders: [],
    };
    nextId += namespaces.length === 7 ? 300 : 1;
    namespaces.push(namespace);
    return namespace;
  };
  const addProcess = (
    comm: string,
    ppid: number,
    uid: number,
    inside: Readonly<Partial<Record<KindName, number>>>,
    container: number | null = null,
  ) => {
    const process: Open<Process> = {
      pid: nextPid,
      ppid,
      name: comm,
      command: [`/usr/bin/${comm}`, "--serve"],
      state: "S",
      start: 100 + nextPid,
      uid,
      gid: uid,
      kernel: false,
      threads: 1,
      nice: 0,
      priority: 20,
      policy: 0,
      pids: [nextPid],
      cgroup: "/",
      frozen: false,
      namespaces: inside,
      strays: [],
      container,
    };
    nextPid += 1;
    processes.push(process);
    return process;
  };

  const first = Object.fromEntries(KINDS.map(({ name: kind }) => [kind, addNamespace(kind, null, 0)]));
  const root = first["user"]!;
  for (const kind of KINDS) if (kind.name !== "user") first[kind.name]!.owner = root.id;
  const initial = Object.fromEntries(KINDS.map(({ name: kind }) => [kind, first[kind]!.id])) as Record<
    KindName,
    number
  >;
  addProcess("systemd", 0, 0, initial);
  for (const comm of ["systemd-journal", "dbus-daemon", "sshd", "bash"]) addProcess(comm, 1, 0, initial);

  for (let at = 0; at < flat; at++) {
    const kind = (["net", "mnt", "net", "pid", "net", "uts", "ipc", "net"] as const)[at % 8]!;
    const namespace = addNamespace(kind, root.id, 0, kind === "pid" ? initial.pid : null);
    if (at % 11 === 3)
      namespace.holders = [
        { by: "mount", namespace: initial.mnt, path: `/run/netns/${name ?? "blue"}-${at}` },
      ];
    else if (at % 11 === 7)
      namespace.holders = [{ by: "descriptor", pid: 3, fd: 9, name: name ?? "dbus-daemon" }];
    else addProcess(name ?? NAMES[at % NAMES.length]!, 1, 0, { ...initial, [kind]: namespace.id });
  }
  for (let at = 0; at < rootless; at++) {
    const uid = 1000 + (at % 3);
    const container: Open<Container> = {
      engine: at % 2 === 0 ? "podman" : "bubblewrap",
      id: at % 2 === 0 ? `${(at + 11).toString(16)}c0ffee5eed` : null,
      name: name ?? (at % 2 === 0 ? `web-${at}` : null),
      group: at % 4 === 0 ? "shop" : null,
      pid: nextPid,
      within: null,
      paused: at % 5 === 4,
    };
    containers.push(container);
    const user = addNamespace("user", root.id, uid, root.id);
    const inside: Partial<Record<KindName, number>> = { ...initial, user: user.id };
    for (const kind of at % 2 === 0
      ? (["mnt", "pid", "net", "uts", "ipc"] as const)
      : (["mnt", "pid"] as const)) {
      inside[kind] = addNamespace(kind, user.id, uid, kind === "pid" ? initial.pid : null).id;
    }
    const boss = addProcess(name ?? NAMES[(at + 3) % NAMES.length]!, 5, uid, inside, containers.length - 1);
    addProcess("worker", boss.pid, uid, inside, containers.length - 1);
  }
  let above = root;
  for (let at = 0; at < nested; at++) above = addNamespace("user", above.id, 1000, above.id);
  if (nested > 0) {
    const net = addNamespace("net", above.id, 1000);
    addProcess("sleep", 5, 1000, { ...initial, user: above.id, net: net.id });
  }
  relate(namespaces, processes);
  return {
    format: "nsbox-namespaces",
    version: 1,
    taken: { begin: "2026-11-22T10:00:00.000Z", end: "2026-11-22T10:00:00.040Z" },
    host: {
      name: name ?? "harbour",
      kernel: "6.12.0",
      machine: "x86_64",
      boot: 1763800000,
      ticks: 100,
      users: { "0": "root", "1000": name ?? "alice", "1001": "bob" },
    },
    viewer: { pid: 5, uid: 0, capabilities: ["CAP_SYS_ADMIN"], namespaces: initial },
    kinds: KINDS.map((kind) => kind.name),
    namespaces,
    processes,
    containers,
    gaps: { processes: 0, relations: 0, mounts: 0, descriptors: 0, vanished: 0, missing: [] },
  };
}

/** Fills in what follows from the rest. */
function relate(namespaces: readonly Open<Namespace>[], processes: readonly Process[]): void {
  const byId = new Map(namespaces.map((namespace) => [namespace.id, namespace]));
  const push = (list: readonly number[], id: number) => (list as number[]).push(id);
  for (const { id, owner, parent, kind } of namespaces) {
    if (parent !== null) push(byId.get(parent)!.children, id);
    if (owner !== null && kind !== "user") push(byId.get(owner)!.owned, id);
  }
  for (const { pid, namespaces: inside } of processes) {
    for (const id of Object.values(inside)) {
      const namespace = byId.get(id)!;
      push(namespace.processes, pid);
      namespace.leader ??= pid;
    }
  }
}

/** A way of being held, for tests that add one. */
export const held = (path: string): Holder => ({ by: "mount", namespace: FIRST + 1, path });
