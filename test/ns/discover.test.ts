/** Everything is seen, and as it is. Judges: a zoo that asks the kernel itself, readlink, /proc, lsns. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { discover } from "../../src/ns/discover.ts";
import { KINDS } from "../../src/ns/kinds.ts";
import type { Holder, Namespace, Snapshot } from "../../src/ns/model.ts";
import { AS_ROOT, endAll, keep } from "./animals.ts";
import { openZoo, type Zoo } from "./menagerie.ts";

const text = (path: string): string | undefined => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
};

const link = (path: string): string | undefined => {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
};

/** Bound where no path leads any more: another mount hides it, or a file server that does not answer. */
const UNREACHABLE = ["hidden", "hung"];

describe.skipIf(!AS_ROOT)("of a zoo", () => {
  let zoo: Zoo;
  let seen: Snapshot;
  const namespace = (id: number): Namespace | undefined => seen.namespaces.find((one) => one.id === id);
  const at = (label: string, kind?: string): Namespace => namespace(zoo.exhibit(label, kind).id)!;
  const shown = (label: string, kind?: string) => {
    const { processes, holders } = at(label, kind);
    return { processes, holders };
  };
  const pidOf = (label: string, kind?: string) => zoo.exhibit(label, kind).pid;

  beforeAll(async () => {
    zoo = await openZoo();
    seen = discover();
  });

  test("every namespace is listed with the owner, parent and uid that the kernel names", () => {
    const made = zoo.exhibits.filter(({ id, label }) => id > 0 && !UNREACHABLE.includes(label));
    expect(made.length).toBeGreaterThan(24);
    const found = made.map(({ label, id, pid }) => {
      const { kind, owner, parent, uid } = namespace(id) ?? {};
      return { label, kind, id, owner: owner ?? 0, parent: parent ?? 0, uid: uid ?? -1, pid };
    });
    expect(found).toEqual(made as typeof found);
  });

  test("what is mounted where no path leads is known by its id alone, and nothing waits for a file server", () => {
    for (const { id } of zoo.exhibits.filter((one) => UNREACHABLE.includes(one.label))) {
      expect(namespace(id)).toMatchObject({ kind: "net", owner: null, uid: null, processes: [] });
      expect(namespace(id)?.holders).toEqual([
        {
          by: "mount",
          namespace: expect.any(Number) as number,
          path: expect.stringMatching(/(over|hung)\/net$/) as string,
        },
      ]);
    }
    expect(at("hidden").serial).toBeNull();
    expect(seen.gaps.relations).toBeGreaterThan(0);
  });

  test("user namespaces without a process are found above those that have one", () => {
    for (const label of ["between-1", "between-2"])
      expect(shown(label)).toEqual({ processes: [], holders: [] });
    expect(at("between-1").children).toEqual([at("between-2").id]);
    expect(at("nested", "user").owned).toEqual([at("nested", "net").id]);
  });

  test("a bind mount is found in this mount namespace's copy and in all others", () => {
    const path = `${zoo.directory}/net`;
    const namespaces = zoo.exhibits.filter(({ kind }) => kind === "mnt");
    const { processes, holders } = shown("bound");
    expect(processes).toEqual([]);
    const mounts = holders.filter((one): one is Extract<Holder, { by: "mount" }> => one.by === "mount");
    expect(new Set(mounts.map((one) => one.path))).toEqual(new Set([path]));
    expect(new Set(mounts.map((one) => one.namespace))).toEqual(new Set(namespaces.map(({ id }) => id)));
  });

  test("a descriptor that was opened through a bind mount is one of the namespace", () => {
    const { pid, uid: fd } = zoo.exhibit("descriptor");
    expect(link(`/proc/${pid}/fd/${fd}`)).not.toContain("net:[");
    expect(shown("bound").holders).toContainEqual({ by: "descriptor", pid, fd, name: "menagerie" });
  });

  test.each([
    ["in another mount namespace", "elsewhere"],
    ["outside the root of its only process", "outside"],
    ["in one without a process", "deep"],
  ])("a bind mount %s is found", (_, label) => {
    const holder: Holder = {
      by: "mount",
      namespace: at(label, "mnt").id,
      path: `${zoo.directory}/${label}`,
    };
    expect(shown(label, "net")).toEqual({ processes: [], holders: [holder] });
  });

  test("what a descriptor alone holds is found", () => {
    for (const [label, kind] of [
      ["held", "uts"],
      ["deep", "mnt"],
    ] as const) {
      const { processes, holders } = shown(label, kind);
      expect(processes).toEqual([]);
      expect(holders).toEqual([
        { by: "descriptor", pid: zoo.pid, fd: expect.any(Number) as number, name: "menagerie" },
      ]);
    }
  });

  test("what a socket alone holds is found", () => {
    const holder = {
      by: "socket",
      pid: pidOf("socket"),
      fd: expect.any(Number) as number,
      name: "menagerie",
    } as const;
    expect(shown("socket")).toEqual({ processes: [], holders: [holder] });
  });

  test.each(["thread", "leaderless"])("what a thread alone is in is found: %s", (label) => {
    const pid = pidOf(label, "net");
    for (const kind of ["net", "ipc"]) {
      const holder = { by: "thread", pid, tid: expect.any(Number) as number, name: "stray" } as const;
      expect(shown(label, kind)).toEqual({ processes: [], holders: [holder] });
    }
    const [stray] = seen.processes.find((one) => one.pid === pid)!.strays;
    expect(stray).toMatchObject({ name: "stray", namespaces: { net: at(label, "net").id } });
  });

  test.each(["time-for-children", "pid-for-children"])(
    "what only children would be in is found: %s",
    (label) => {
      expect(shown(label)).toEqual({
        processes: [],
        holders: [{ by: "children", pid: pidOf(label), name: "menagerie" }],
      });
    },
  );

  test("time and cgroup namespaces are seen with their processes", () => {
    for (const label of ["time", "cgroup"]) expect(at(label).processes).toEqual([pidOf(label)]);
  });

  test("the uid of an owner without an account is a number without a name", () => {
    expect(at("nameless").uid).toBe(54321);
    expect(seen.host.users["54321"]).toBeUndefined();
    expect(seen.host.users["0"]).toBe("root");
  });

  test("a name with line ends and escapes is handed on as it is", () => {
    const pid = pidOf("odd");
    expect(seen.processes.find((one) => one.pid === pid)).toMatchObject({
      name: "a) R 1\n\x1b[31m(",
      ppid: zoo.pid,
      threads: 1,
    });
  });

  test("zombies are listed, and are no gap", () => {
    const zombie = seen.processes.find((one) => one.pid === pidOf("zombie"));
    expect(zombie).toMatchObject({ state: "Z", command: [], strays: [] });
    expect(zombie?.namespaces.net).toBeUndefined();
  });

  test("a process in nested PID namespaces has a PID in each", () => {
    const { pid } = zoo.exhibit("pid-2");
    const nspid = /^NSpid:\s+(.*)$/m.exec(text(`/proc/${pid}/status`) ?? "")?.[1];
    expect(seen.processes.find((one) => one.pid === pid)?.pids.join("\t")).toBe(nspid!);
    expect(at("pid-1").leader).toBe(pidOf("pid-1"));
  });

  test("lsns shows nothing that is not seen, and misses what is in no process", () => {
    const { stdout } = Bun.spawnSync(["lsns", "-J", "-o", "NS,TYPE,NPROCS,PID"]);
    const { namespaces } = JSON.parse(stdout.toString()) as {
      namespaces: { ns: number; type: string }[];
    };
    const listed = new Map(namespaces.map(({ ns, type }) => [ns, type]));
    const now = new Map(discover().namespaces.map(({ id, kind }) => [id, kind as string]));
    const made = zoo.exhibits.filter(({ id }) => id > 0);
    for (const { id, kind } of made) {
      expect(now.get(id)).toBe(kind);
      expect(listed.get(id) ?? kind).toBe(kind);
    }
    // Newer ones see more of these; it never lists what a thread or a socket holds.
    const missed = made.filter(({ id }) => !listed.has(id)).map(({ label }) => label);
    for (const label of ["thread", "leaderless", "socket"]) expect(missed).toContain(label);
  });
});

describe("of this machine", () => {
  const seen = discover();

  test("the links of every process are what readlink says", () => {
    const wrong = seen.processes.filter(({ pid, namespaces }) =>
      KINDS.some(({ name }) => {
        const shown = link(`/proc/${pid}/ns/${name}`);
        return (
          shown !== undefined && namespaces[name] !== undefined && shown !== `${name}:[${namespaces[name]}]`
        );
      }),
    );
    expect(wrong).toEqual([]);
    expect(seen.processes.length).toBeGreaterThan(0);
  });

  test("users, parents and PIDs of every process are those in its status", () => {
    const differing = ({ processes }: Snapshot) =>
      processes.filter((one) => {
        const status = text(`/proc/${one.pid}/status`);
        const field = (key: string) =>
          new RegExp(`^${key}:\\s+(.*)$`, "m").exec(status ?? "")?.[1]?.split("\t");
        const same =
          field("Uid")?.[1] === String(one.uid) &&
          field("Gid")?.[1] === String(one.gid) &&
          field("PPid")?.[0] === String(one.ppid) &&
          field("NSpid")?.join() === one.pids.join();
        return status !== undefined && !same;
      });
    // Others' processes change, and their parents end, between two looks.
    const twice = differing(seen).length === 0 ? [] : differing(discover());
    expect(twice.map(({ pid }) => pid)).toEqual([]);
  });

  test.skipIf(!AS_ROOT)("kernel threads are known, and have no command", () => {
    expect(seen.processes.find(({ name }) => name === "kthreadd")).toMatchObject({
      pid: 2,
      kernel: true,
      command: [],
    });
    expect(seen.processes.find(({ pid }) => pid === process.pid)?.kernel).toBe(false);
  });

  test("relations hold in both directions, and point to what is listed", () => {
    const ids = new Map(seen.namespaces.map((one) => [one.id, one]));
    for (const one of seen.namespaces) {
      if (one.parent !== null) expect(ids.get(one.parent)?.children).toContain(one.id);
      if (one.owner !== null && one.kind !== "user") expect(ids.get(one.owner)?.owned).toContain(one.id);
      for (const child of one.children) expect(ids.get(child)?.parent).toBe(one.id);
    }
    for (const { namespaces } of seen.processes) {
      for (const id of Object.values(namespaces)) expect(ids.has(id)).toBe(true);
    }
  });

  test("the initial namespaces are the host's, one of each kind", () => {
    const initial = seen.namespaces.filter((one) => one.initial).map(({ kind }) => kind);
    expect(new Set(initial).size).toBe(initial.length);
    if (AS_ROOT) expect(initial.sort()).toEqual(KINDS.map(({ name }) => name).sort());
  });

  test("looking leaves no descriptor and no process behind", () => {
    const descriptors = () => readdirSync("/proc/self/fd").length;
    const children = () => text(`/proc/self/task/${process.pid}/children`);
    const threads = () => readdirSync("/proc/self/task").length;
    discover();
    const before = [descriptors(), children()];
    const begin = threads();
    for (let round = 0; round < 10; round++) discover({ mountTables: true });
    expect([descriptors(), children()]).toEqual(before);
    // Bun starts some of its own.
    expect(threads()).toBeLessThan(begin + 10);
  }, 30_000);

  test("mount tables are those of every mount namespace, where they are asked for", () => {
    const { mounts = {} } = discover({ mountTables: true });
    const own = seen.viewer.namespaces.mnt;
    const lines = (text("/proc/self/mountinfo") ?? "").trim().split("\n");
    expect(mounts[String(own)]?.map(({ id }) => String(id))).toEqual(
      lines.map((line) => line.split(" ")[0]!),
    );
    expect(seen.mounts).toBeUndefined();
  });

  test("a process that holds very many is seen with all of them", async () => {
    const many = 15_000;
    const script = `
import os, resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (${many + 100}, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
held = [os.open("/proc/self/ns/uts", os.O_RDONLY) for _ in range(${many})]
print("ready", flush=True)
sys.stdin.read()`;

    afterAll(endAll);
    const holder = await keep(["python3", "-c", script]);
    const held = discover().namespaces.flatMap(({ kind, holders }) =>
      holders.filter((one) => kind === "uts" && one.by === "descriptor" && one.pid === holder.pid),
    );
    await holder.end();
    expect(held.length).toBe(many);
  });

  test("each part that is not asked for is left out", () => {
    const least = discover({ threads: false, mounts: false, descriptors: false });
    const kinds = least.namespaces.flatMap(({ holders }) => holders.map(({ by }) => by));
    expect(kinds.filter((by) => by !== "children")).toEqual([]);
    const [one] = discover({ details: true }).processes.filter(({ pid }) => pid === process.pid);
    expect(one?.details?.cwd).toBe(process.cwd());
  });
});
