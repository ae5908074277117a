/** The machine, and who looks at it. */
import { hostname, machine, release } from "node:os";
import { CAPABILITIES, holds } from "../../sys/capabilities.ts";
import { KINDS, type KindName } from "../kinds.ts";
import type { Host, NamespaceIds, Viewer } from "../model.ts";
import { procLink, procText } from "../proc-file.ts";
import { userNames } from "../users.ts";

/** USER_HZ, the same on both architectures, see time(7). */
const TICKS = 100;

const textAt = (path: string): string => procText(path) ?? "";

/** The namespaces that this process is in. */
export function ownNamespaces(): NamespaceIds {
  const ids: { [kind in KindName]?: number } = {};
  for (const { name } of KINDS) {
    const id = /\[(\d+)\]$/.exec(procLink(`/proc/self/ns/${name}`) ?? "")?.[1];
    if (id !== undefined) ids[name] = Number(id);
  }
  return ids;
}

/** This machine, with the names of those of `uids` that have one in passwd(5). */
export function hostOf(uids: ReadonlySet<number | null>): Host {
  const users = Object.fromEntries([...userNames()].filter(([uid]) => uids.has(uid)));
  return {
    name: hostname(),
    kernel: release(),
    machine: machine(),
    boot: Number(/^btime (\d+)$/m.exec(textAt("/proc/stat"))?.[1] ?? 0),
    ticks: TICKS,
    users,
  };
}

/** This process, in the namespaces `own`. */
export function viewerOf(own: NamespaceIds): Viewer {
  const mask = Number.parseInt(/^CapEff:\s*([0-9a-f]+)$/m.exec(textAt("/proc/self/status"))?.[1] ?? "0", 16);
  return {
    // As this /proc numbers it, which may be that of a PID namespace above.
    pid: Number(procLink("/proc/self") ?? process.pid),
    uid: process.geteuid?.() ?? 0,
    capabilities: CAPABILITIES.filter(({ number }) => holds(mask, number)).map(({ name }) => `CAP_${name}`),
    namespaces: own,
  };
}
