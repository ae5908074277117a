/** The plain way of looking: one file after the other, from TypeScript. */
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { namespaceSerial, ownerUid, owningUserNamespace, parentNamespace } from "../../sys/nsfs.ts";
import { KINDS, type KindName } from "../kinds.ts";
import type { NamespaceIds, Stray } from "../model.ts";
import type { Found, FoundNamespace, FoundProcess } from "./found.ts";

const idOf = (link: string): number => Number(/\[(\d+)\]$/.exec(link)?.[1] ?? 0);

const textAt = (path: string): string | undefined => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
};

/** The ids under a directory `ns`. */
export function idsAt(directory: string): NamespaceIds {
  const ids: { [kind in KindName]?: number } = {};
  for (const { name } of KINDS) {
    try {
      ids[name] = idOf(readlinkSync(`${directory}/${name}`));
    } catch {}
  }
  return ids;
}

/** Opens a namespace, asks for its relations, and follows them. */
function learn(found: Found, fd: number, kind: KindName): number {
  const { ino: id, dev: device } = fstatSync(fd);
  if (found.namespaces.has(id)) return id;
  const follow = (next: number, as: KindName): number | null => {
    if (next < 0) return null;
    try {
      return learn(found, next, as);
    } finally {
      closeSync(next);
    }
  };
  const owner = follow(owningUserNamespace(fd), "user");
  const above = kind === "pid" || kind === "user" ? follow(parentNamespace(fd), kind) : null;
  let uid: number | null = null;
  if (kind === "user") uid = ownerUid(fd) ?? null;
  else if (owner !== null) uid = found.namespaces.get(owner)?.uid ?? null;
  const fresh: FoundNamespace = {
    id,
    kind,
    device,
    serial: namespaceSerial(fd) ?? null,
    owner,
    uid,
    parent: above,
    refused: owner === null,
  };
  found.namespaces.set(id, fresh);
  return id;
}

function learnAt(found: Found, path: string, kind: KindName, id?: number): number | undefined {
  if (id !== undefined && found.namespaces.has(id)) return id;
  try {
    const fd = openSync(path, "r");
    try {
      return learn(found, fd, kind);
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}

function processAt(pid: number): FoundProcess | undefined {
  const stat = textAt(`/proc/${pid}/stat`);
  if (!stat) return undefined;
  const close = stat.lastIndexOf(")");
  const fields = stat.slice(close + 2).split(" ");
  const at = (n: number): number => Number(fields[n - 3]);
  const status = textAt(`/proc/${pid}/status`) ?? "";
  const row = (key: string): number[] | undefined =>
    new RegExp(`^${key}:\\s*(.*)$`, "m").exec(status)?.[1]?.split(/\s+/).map(Number);
  const cmdline = textAt(`/proc/${pid}/cmdline`)?.slice(0, 4096);
  const cgroups = textAt(`/proc/${pid}/cgroup`)
    ?.split("\n")
    .map((line) => line.split(":").slice(2).join(":"));
  const namespaces = idsAt(`/proc/${pid}/ns`);
  return {
    pid,
    ppid: at(4),
    name: stat.slice(stat.indexOf("(") + 1, close),
    command:
      cmdline === undefined
        ? null
        : cmdline
            .replace(/\0$/, "")
            .split("\0")
            .filter((w, _i, all) => all.length > 1 || w !== ""),
    state: fields[0] ?? "?",
    start: at(22),
    uid: row("Uid")?.[1] ?? null,
    gid: row("Gid")?.[1] ?? null,
    kernel: (at(9) & 0x200000) !== 0,
    threads: at(20),
    nice: at(19),
    priority: at(18),
    policy: at(41),
    pids: row("NSpid") ?? [pid],
    cgroup:
      cgroups?.reverse().find((path) => path !== "/" && path !== "" && path !== undefined) ??
      (cgroups ? "/" : null),
    namespaces,
    strays: at(20) > 1 ? straysOf(pid, namespaces) : [],
  };
}

function straysOf(pid: number, own: NamespaceIds): Stray[] {
  const strays: Stray[] = [];
  try {
    for (const name of readdirSync(`/proc/${pid}/task`)) {
      const namespaces = idsAt(`/proc/${pid}/task/${name}/ns`);
      if (!KINDS.some(({ name: kind }) => namespaces[kind] !== undefined && namespaces[kind] !== own[kind]))
        continue;
      strays.push({
        tid: Number(name),
        name: (textAt(`/proc/${pid}/task/${name}/comm`) ?? "").replace(/\n$/, ""),
        namespaces,
      });
    }
  } catch {}
  return strays;
}

/** Looks at all of /proc. */
export function look({
  threads,
  mounts,
  descriptors,
}: {
  threads: boolean;
  mounts: boolean;
  descriptors: boolean;
}): Found {
  const found: Found = {
    processes: [],
    namespaces: new Map(),
    holders: [],
    unreadable: 0,
    mounts: 0,
    descriptors: 0,
    vanished: 0,
  };
  const device = statSync("/proc/self/ns/user").dev;
  for (const entry of readdirSync("/proc")) {
    const pid = Number(entry);
    if (!(pid > 0)) continue;
    const read = processAt(pid);
    if (read === undefined) {
      found.vanished++;
      continue;
    }
    const one = threads ? read : { ...read, strays: [] };
    found.processes.push(one);
    if (Object.keys(one.namespaces).length === 0 && one.state !== "Z") found.unreadable++;
    for (const { name: kind } of KINDS) learnAt(found, `/proc/${pid}/ns/${kind}`, kind, one.namespaces[kind]);
    for (const kind of ["pid", "time"] as const) {
      try {
        const id = idOf(readlinkSync(`/proc/${pid}/ns/${kind}_for_children`));
        if (!id || id === one.namespaces[kind]) continue;
        learnAt(found, `/proc/${pid}/ns/${kind}_for_children`, kind, id);
        found.holders.push({ id, holder: { by: "children", pid, name: one.name } });
      } catch {}
    }
    for (const stray of one.strays) {
      for (const { name: kind } of KINDS) {
        const id = stray.namespaces[kind];
        if (id === undefined || id === one.namespaces[kind]) continue;
        learnAt(found, `/proc/${pid}/task/${stray.tid}/ns/${kind}`, kind, id);
        found.holders.push({ id, holder: { by: "thread", pid, tid: stray.tid, name: stray.name } });
      }
    }
    if (descriptors) lookAtDescriptors(found, one, device);
  }
  if (mounts) lookAtMounts(found);
  return found;
}

function lookAtDescriptors(found: Found, { pid, name }: FoundProcess, device: number): void {
  try {
    for (const entry of readdirSync(`/proc/${pid}/fd`)) {
      const path = `/proc/${pid}/fd/${entry}`;
      try {
        const link = readlinkSync(path);
        const kind = KINDS.find((row) => link.startsWith(`${row.name}:[`))?.name;
        if (kind === undefined || statSync(path).dev !== device) continue;
        const id = learnAt(found, path, kind);
        if (id !== undefined)
          found.holders.push({ id, holder: { by: "descriptor", pid, fd: Number(entry), name } });
      } catch {}
    }
  } catch {
    found.descriptors++;
  }
}

function lookAtMounts(found: Found): void {
  const done = new Set<number>();
  for (const { pid, namespaces } of found.processes) {
    const { mnt } = namespaces;
    if (mnt === undefined || done.has(mnt)) continue;
    const table = textAt(`/proc/${pid}/mountinfo`);
    if (table === undefined) continue;
    done.add(mnt);
    for (const line of table.split("\n")) {
      const [, kind, id, path] = /^\S+ \S+ \S+ (\w+):\[(\d+)\] (\S+) /.exec(line) ?? [];
      if (id === undefined || path === undefined || !line.includes(" - nsfs ")) continue;
      const plain = path.replace(/\\(\d{3})/g, (_, octal: string) =>
        String.fromCharCode(Number.parseInt(octal, 8)),
      );
      learnAt(found, `/proc/${pid}/root${plain}`, kind as KindName, Number(id));
      found.holders.push({ id: Number(id), holder: { by: "mount", namespace: mnt, path: plain } });
    }
  }
}
