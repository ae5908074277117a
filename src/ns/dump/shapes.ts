/** The shapes of the model, as checks. They follow `src/ns/model.ts` line by line: the compiler compares both. */
import { KINDS, type KindName } from "../kinds.ts";
import {
  type CapabilitySet,
  type Container,
  type Details,
  FORMAT,
  type Gaps,
  type Holder,
  type Host,
  type Mount,
  type Namespace,
  type NamespaceIds,
  type Process,
  type Snapshot,
  type Stray,
  type Viewer,
} from "../model.ts";
import {
  type Check,
  flag,
  list,
  matching,
  object,
  oneOf,
  orNull,
  record,
  text,
  whole,
  wrong,
} from "./check.ts";

const KIND_NAMES = KINDS.map(({ name }) => name);

/** An inode number. */
const id = whole(1);
const pid = whole(1, 2 ** 31 - 1);
/** uid_t and gid_t. */
const account = whole(0, 2 ** 32 - 1);
const small = whole(-(2 ** 31), 2 ** 31 - 1);
const time = matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/, "a time as 2026-11-22T10:00:00.000Z");
const name = text(4096);
/** Nobody has more processes: PID_MAX_LIMIT. */
const MOST_PROCESSES = 1 << 22;

const ids: Check<NamespaceIds> = object<NamespaceIds>(
  Object.fromEntries(KIND_NAMES.map((kind) => [kind, id])) as Record<KindName, Check<number>>,
  KIND_NAMES,
);

const HOLDERS: { readonly [By in Holder["by"]]: Check<Extract<Holder, { by: By }>> } = {
  thread: object({ by: oneOf(["thread"]), pid, tid: pid, name }),
  children: object({ by: oneOf(["children"]), pid, name }),
  mount: object({ by: oneOf(["mount"]), namespace: id, path: text() }),
  descriptor: object({ by: oneOf(["descriptor"]), pid, fd: whole(), name }),
  socket: object({ by: oneOf(["socket"]), pid, fd: whole(), name }),
};

const holder: Check<Holder> = (value) => {
  const by = (value as { by?: unknown } | null)?.by;
  const known = typeof by === "string" && Object.hasOwn(HOLDERS, by);
  return known
    ? HOLDERS[by as Holder["by"]](value)
    : wrong(`held by one of ${Object.keys(HOLDERS).join(", ")}`);
};

const namespace: Check<Namespace> = object<Namespace>({
  id,
  kind: oneOf(KIND_NAMES),
  device: whole(),
  serial: orNull(whole()),
  initial: flag,
  owner: orNull(id),
  uid: orNull(account),
  parent: orNull(id),
  children: list(id),
  owned: list(id),
  processes: list(pid, MOST_PROCESSES),
  leader: orNull(pid),
  holders: list(holder),
});

const capabilities: Check<NonNullable<Details["capabilities"]>> = object<{
  readonly [set in CapabilitySet]: string;
}>({
  inheritable: text(16),
  permitted: text(16),
  effective: text(16),
  bounding: text(16),
  ambient: text(16),
});

const mapLine: Check<readonly [number, number, number]> = (value) => {
  const [inside, outside, count, ...more] = list(account, 3)(value);
  if (inside === undefined || outside === undefined || count === undefined || more.length > 0) {
    return wrong("three numbers");
  }
  return [inside, outside, count];
};

/** `Details`. */
export const details: Check<Details> = object<Details>({
  uids: orNull(list(account, 4)),
  gids: orNull(list(account, 4)),
  groups: orNull(list(account)),
  capabilities: orNull(capabilities),
  noNewPrivs: orNull(flag),
  seccomp: orNull(whole()),
  filters: orNull(whole()),
  affinity: orNull(text()),
  uidMap: orNull(list(mapLine, 340)),
  gidMap: orNull(list(mapLine, 340)),
  limits: orNull(
    record(object<{ readonly soft: string; readonly hard: string }>({ soft: text(), hard: text() })),
  ),
  environment: orNull(list(text(1 << 21))),
  root: orNull(text()),
  cwd: orNull(text()),
  executable: orNull(text()),
  label: orNull(text()),
  cgroups: orNull(record(text())),
  umask: orNull(text(16)),
  oomScoreAdj: orNull(small),
});

const stray: Check<Stray> = object<Stray>({ tid: pid, name, namespaces: ids });

const process: Check<Process> = object<Process>(
  {
    pid,
    ppid: whole(0, 2 ** 31 - 1),
    name,
    command: orNull(list(text())),
    state: text(16),
    start: whole(),
    uid: orNull(account),
    gid: orNull(account),
    kernel: flag,
    threads: whole(),
    nice: small,
    priority: small,
    policy: small,
    pids: list(whole(0, 2 ** 31 - 1), 64),
    cgroup: orNull(text()),
    frozen: orNull(flag),
    namespaces: ids,
    strays: list(stray),
    container: orNull(whole()),
    details,
  },
  ["details"],
);

const container: Check<Container> = object<Container>({
  engine: text(256),
  id: orNull(text()),
  name: orNull(text()),
  group: orNull(text()),
  pid,
  within: orNull(whole()),
  paused: orNull(flag),
});

const host: Check<Host> = object<Host>({
  name: text(),
  kernel: text(),
  machine: text(),
  boot: whole(),
  ticks: whole(1),
  users: record(text(), 1 << 20),
});

const viewer: Check<Viewer> = object<Viewer>({
  pid: whole(),
  uid: account,
  capabilities: list(text(64), 64),
  namespaces: ids,
});

const gaps: Check<Gaps> = object<Gaps>({
  processes: whole(),
  relations: whole(),
  mounts: whole(),
  descriptors: whole(),
  vanished: whole(),
  missing: list(text(), 64),
});

const mount: Check<Mount> = object<Mount>({
  id: whole(),
  parent: whole(),
  device: text(64),
  root: text(),
  path: text(),
  options: list(text()),
  shared: orNull(whole()),
  master: orNull(whole()),
  from: orNull(whole()),
  unbindable: flag,
  type: text(),
  source: text(),
  superOptions: list(text()),
});

/** What stands at the head of every dump, of whatever version. */
export const head: Check<{ readonly format: string; readonly version: number }> = object({
  format: text(64),
  version: whole(),
});

/** A whole snapshot; what its parts say of each other is not looked at. */
export const snapshot: Check<Snapshot> = object<Snapshot>(
  {
    format: oneOf([FORMAT.name]),
    version: oneOf([FORMAT.version]),
    taken: object<Snapshot["taken"]>({ begin: time, end: time }),
    host,
    viewer,
    kinds: list(oneOf(KIND_NAMES), KIND_NAMES.length),
    namespaces: list(namespace),
    processes: list(process, MOST_PROCESSES),
    containers: list(container),
    gaps,
    mounts: record(list(mount), 1 << 20),
  },
  ["mounts"],
);
