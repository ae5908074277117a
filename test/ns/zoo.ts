/** One snapshot with something of everything that the model has. */
import type { Details, Mount, Snapshot } from "../../src/ns/model.ts";
import { INITIAL, snapshotOf } from "./snapshots.ts";

const details: Details = {
  uids: [0, 0, 0, 0],
  gids: [0, 0, 0, 0],
  groups: [4, 27],
  capabilities: {
    inheritable: "0",
    permitted: "1ff",
    effective: "1ff",
    bounding: "1ff",
    ambient: "0",
  },
  noNewPrivs: false,
  seccomp: 2,
  filters: 1,
  affinity: "0-1",
  uidMap: [[0, 1000, 1]],
  gidMap: null,
  limits: { "Max open files": { soft: "1024", hard: "unlimited" } },
  environment: ["PATH", "HOME"],
  root: "/",
  cwd: "/srv",
  executable: "/usr/bin/web",
  label: null,
  cgroups: { "": "/web", "cpu,cpuacct": "/web" },
  umask: "0022",
  oomScoreAdj: -500,
};

const mount: Mount = {
  id: 30,
  parent: 1,
  device: "0:24",
  root: "/",
  path: "/proc",
  options: ["rw", "nosuid"],
  shared: 5,
  master: null,
  from: null,
  unbindable: false,
  type: "proc",
  source: "proc",
  superOptions: ["rw"],
};

/** Nested user namespaces without a process, namespaces held in every way, a stray thread, two containers. */
export function zoo(): Snapshot {
  const snapshot = snapshotOf({
    namespaces: [
      { id: 100, kind: "user", parent: INITIAL.user, uid: 1000 },
      { id: 101, kind: "user", parent: 100, owner: 100, uid: 54321 },
      { id: 102, kind: "pid", parent: INITIAL.pid, owner: 101, uid: 54321 },
      { id: 110, kind: "net", holders: [{ by: "mount", namespace: INITIAL.mnt, path: "/run/netns/a" }] },
      { id: 111, kind: "net", holders: [{ by: "descriptor", pid: 50, fd: 4, name: "keeper" }] },
      { id: 112, kind: "net", holders: [{ by: "socket", pid: 50, fd: 5, name: "keeper" }] },
      { id: 113, kind: "uts", holders: [{ by: "thread", pid: 50, tid: 51, name: "worker" }] },
      { id: 114, kind: "time", holders: [{ by: "children", pid: 50, name: "keeper" }] },
      { id: 115, kind: "mnt", owner: null, uid: null },
      { id: 116, kind: "net", serial: 77 },
    ],
    processes: [
      {
        pid: 50,
        name: "keeper",
        uid: 1000,
        strays: [{ tid: 51, name: "worker", namespaces: { uts: 113, net: INITIAL.net } }],
      },
      { pid: 60, ppid: 50, container: 0, pids: [60, 1], namespaces: { user: 101, pid: 102 }, details },
      { pid: 61, ppid: 60, container: 1, pids: [61, 2], uid: 54321, command: ["sh", "-c", "a b\n\x1b[31m"] },
      {
        pid: 62,
        ppid: 1,
        name: "kworker/0:1",
        kernel: true,
        command: [],
        state: "I",
        namespaces: { net: 116 },
      },
      { pid: 63, ppid: 50, name: "gone", state: "Z", command: [] },
      { pid: 64, name: "secret", command: null, uid: null, gid: null, cgroup: null, frozen: null },
    ],
    containers: [
      { engine: "docker", pid: 60, id: "0123456789ab", name: "web", group: "shop" },
      { engine: "bubblewrap", pid: 61, within: 0, paused: false },
    ],
    gaps: { processes: 3, relations: 1, missing: ["CAP_SYS_PTRACE"] },
  });
  const processes = snapshot.processes.map((process) =>
    process.pid === 64 ? { ...process, namespaces: {} } : process,
  );
  const namespaces = snapshot.namespaces.map((namespace) => ({
    ...namespace,
    processes: namespace.processes.filter((pid) => pid !== 64),
  }));
  return { ...snapshot, processes, namespaces, mounts: { [INITIAL.mnt]: [mount] } };
}
