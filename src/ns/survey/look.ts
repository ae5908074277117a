/** Looks at all of /proc by the helper, and turns its numbers into the words of the model. */
import { availableParallelism } from "node:os";
import { survey } from "../../sys/survey.ts";
import {
  CHILDREN_LINKS,
  type Links,
  SURVEY_KINDS,
  type SurveyedDescriptor,
  type SurveyedNamespace,
  type SurveyedProcess,
  type SurveyedStray,
} from "../../sys/survey-records.ts";
import { KINDS, type KindName } from "../kinds.ts";
import type { NamespaceIds } from "../model.ts";
import type { Found, FoundProcess } from "./found.ts";
import { type Frozen, frozenStates } from "./freezer.ts";
import { reconcile } from "./reconcile.ts";

/** What to look at beside processes. */
export interface Scope {
  readonly threads: boolean;
  readonly descriptors: boolean;
  /** Whether anything is mounted that `lookAtMounts` would find. */
  readonly mounts: boolean;
}

/** Everything that processes and their descriptors lead to. @throws Error where there is no /proc. */
export function look(scope: Scope): Found {
  const namespaces: Found["namespaces"] = new Map();
  const surveyed: SurveyedProcess[] = [];
  const strays: SurveyedStray[] = [];
  const descriptors: SurveyedDescriptor[] = [];
  const bare = new Set<number>();
  const end = survey(
    { ...scope, workers: availableParallelism() },
    {
      process: (one) => surveyed.push(one),
      namespace: (one) => {
        if (!namespaces.has(one.id)) namespaces.set(one.id, namespaceOf(one));
      },
      stray: (one) => strays.push(one),
      descriptor: (one) => descriptors.push(one),
      bare: (id) => bare.add(id),
    },
  );
  surveyed.sort((a, b) => a.pid - b.pid);
  const straysOf = Map.groupBy(strays, ({ pid }) => pid);
  const frozen = frozenStates();
  const ids = sharedIds();
  const processes = surveyed.map((one) => processOf(one, ids(one.links), frozen, straysOf.get(one.pid)));
  const found: Found = {
    processes,
    namespaces,
    holders: [],
    bare,
    device: end.device,
    unreadable: end.hidden + surveyed.filter(({ denied }) => denied).length,
    mounts: 0,
    descriptors: surveyed.filter((one) => one.descriptorsDenied).length,
    vanished: end.vanished,
  };
  reconcile(found);
  const names = new Map(found.processes.map(({ pid, name }) => [pid, name]));
  for (const { links, pid, name } of [...surveyed, ...strays]) {
    if (names.has(pid)) addChildren(found, links, pid, name);
  }
  for (const one of found.processes) addStrays(found, one);
  descriptors.sort((a, b) => a.pid - b.pid || a.fd - b.fd);
  for (const { pid, fd, id, socket } of descriptors) {
    const name = names.get(pid);
    if (name === undefined) continue;
    found.holders.push({ id, holder: { by: socket ? "socket" : "descriptor", pid, fd, name } });
  }
  return found;
}

function idsOf(links: Links): NamespaceIds {
  const ids: { [kind in KindName]?: number } = {};
  for (let index = 0; index < SURVEY_KINDS.length; index++) {
    const id = links[index]!;
    if (id !== 0) ids[SURVEY_KINDS[index]!] = id;
  }
  return ids;
}

/** The same, but that neighbours in the same namespaces share one object. */
function sharedIds(): (links: Links) => NamespaceIds {
  let before: Links = [];
  let ids: NamespaceIds = {};
  return (links) => {
    let index = 0;
    while (index < SURVEY_KINDS.length && links[index] === before[index]) index++;
    if (index < SURVEY_KINDS.length) ids = idsOf(links);
    before = links;
    return ids;
  };
}

const namespaceOf = ({ owner, parent, kind, ...one }: SurveyedNamespace) => ({
  ...one,
  kind: SURVEY_KINDS[kind]!,
  owner: owner || null,
  parent: parent || null,
});

/** Words end with NUL each; programs that write their title over them leave some at the end. */
const wordsOf = (command: string): string[] => {
  const text = command.replace(/\0+$/, "");
  return text === "" ? [] : text.split("\0");
};

function processOf(
  one: SurveyedProcess,
  namespaces: NamespaceIds,
  frozen: Frozen,
  strays: readonly SurveyedStray[] = [],
): FoundProcess {
  return {
    pid: one.pid,
    ppid: one.ppid,
    name: one.name,
    command: one.command === null ? null : wordsOf(one.command),
    state: one.state,
    start: one.start,
    uid: one.uid,
    gid: one.gid,
    kernel: one.kernel,
    threads: one.threads,
    nice: one.nice,
    priority: one.priority,
    policy: one.policy,
    pids: one.pids,
    cgroup: one.cgroup,
    frozen: one.cgroup === null ? null : frozen(one.unified ? one.cgroup : "", one.freezer),
    namespaces,
    strays: strays
      .map(({ tid, name, links }) => ({ tid, name, namespaces: idsOf(links) }))
      .sort((a, b) => a.tid - b.tid),
  };
}

/** What its children will be in, where that is not what it is in itself. */
function addChildren(found: Found, links: Links, pid: number, name: string): void {
  for (const kind of ["pid", "time"] as const) {
    const id = links[CHILDREN_LINKS[kind]]!;
    const own = links[SURVEY_KINDS.indexOf(kind)]!;
    if (id !== own && found.namespaces.get(id)?.kind === kind)
      found.holders.push({ id, holder: { by: "children", pid, name } });
  }
}

function addStrays(found: Found, { pid, namespaces: own, strays }: FoundProcess): void {
  for (const { tid, name, namespaces } of strays) {
    for (const { name: kind } of KINDS) {
      const id = namespaces[kind];
      if (id === undefined || id === own[kind]) continue;
      found.holders.push({ id, holder: { by: "thread", pid, tid, name } });
    }
  }
}
