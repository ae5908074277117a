/** What is seen with few rights, and from within containers. Judges: root's own view, /proc. */
import { describe, expect, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Snapshot } from "../../src/ns/model.ts";
import { AS_ROOT, call, NSBOX, ROOT, shell, USER } from "./support.ts";

/** A dump, and no word of failure with it. */
async function dump(prefix: readonly string[] = [], who = ROOT): Promise<Snapshot> {
  const { out, err, status } = await call(who, [...prefix, NSBOX, "dump", "-c"]);
  expect(err.replace(/^note: .*\n/gm, "")).toBe("");
  expect(status).toBe(0);
  return JSON.parse(out);
}

const own = ({ namespaces, viewer }: Snapshot) =>
  namespaces.filter(({ id, kind }) => viewer.namespaces[kind] === id);

describe.skipIf(!AS_ROOT)("with fewer rights", () => {
  test("an ordinary user sees what is the user's, and learns what right is missing", async () => {
    const [seen, all] = [await dump([], USER), await dump()];
    const known = new Map(all.namespaces.map((one) => [one.id, one]));
    expect(own(seen).length).toBe(seen.kinds.length);
    for (const { id, kind, owner, parent } of own(seen)) {
      expect(known.get(id)).toMatchObject({ kind, owner, parent });
    }
    expect(seen.viewer.capabilities).toEqual([]);
    expect(seen.gaps.processes).toBeGreaterThan(0);
    expect(seen.gaps.missing).toContain("CAP_SYS_PTRACE");
    const hidden = seen.processes.find(({ name }) => name === "kthreadd");
    expect(hidden).toMatchObject({ pid: 2, uid: 0, namespaces: {} });
  });

  test("a user's own mount namespace without a process is looked into", async () => {
    const folder = mkdtempSync(join(tmpdir(), "nsbox-visit-"));
    const line = `
      unshare -Urmn sh -c 'mount -t tmpfs t /mnt && touch /mnt/n && mount --bind /proc/self/ns/net /mnt/n &&
        readlink /proc/self/ns/net && exec sleep 60' >${folder}/net & child=$!
      until [ -s ${folder}/net ]; do sleep 0.01; done
      exec 3</proc/$child/ns/mnt
      kill -9 $child; wait $child 2>/dev/null
      cat ${folder}/net >&2
      exec $NSBOX dump -c`;
    await call(ROOT, ["chmod", "777", folder]);
    const { out, err } = await shell(USER, line);
    await call(ROOT, ["rm", "-r", folder]);
    const seen = JSON.parse(out) as Snapshot;
    const net = Number(/net:\[(\d+)\]/.exec(err)?.[1]);
    const found = seen.namespaces.find(({ id }) => id === net);
    const mnt = seen.namespaces.find(({ kind, holders }) =>
      holders.some((one) => kind === "mnt" && one.by === "descriptor" && one.fd === 3),
    );
    expect(mnt).toMatchObject({ processes: [] });
    expect(found).toMatchObject({ kind: "net", processes: [], owner: mnt!.owner });
    expect(found?.holders).toEqual([{ by: "mount", namespace: mnt!.id, path: "/mnt/n" }]);
  });

  test("root without capabilities fares as an ordinary user does", async () => {
    const seen = await dump(["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--securebits=+noroot"]);
    expect(own(seen).length).toBe(seen.kinds.length);
    expect(seen.gaps.missing).toContain("CAP_SYS_PTRACE");
  });

  test("a /proc that hides the processes of others is said to", async () => {
    const hide = 'mount -t proc -o hidepid=2 proc /proc && exec "$@"';
    const user = USER.prefix;
    const seen = await dump(["unshare", "-m", "sh", "-c", hide, "sh", ...user]);
    expect(seen.gaps.missing).toContain("hidepid");
    expect(seen.processes.map(({ uid }) => uid)).toEqual(seen.processes.map(() => USER.uid));
    expect(seen.processes.map(({ pid }) => pid)).toContain(seen.viewer.pid);
  });
});

describe.skipIf(!AS_ROOT)("from within", () => {
  test("a container sees itself, and that more is out of reach", async () => {
    const seen = await dump(["unshare", "-Urpfmn", "--mount-proc"]);
    expect(seen.processes.map(({ pid, ppid }) => [pid, ppid])).toContainEqual([1, 0]);
    expect(own(seen).length).toBe(seen.kinds.length);
    const { user, uts, pid } = seen.viewer.namespaces;
    const at = (id?: number) => seen.namespaces.find((one) => one.id === id);
    expect(at(user)).toMatchObject({ owner: null, parent: null, initial: false });
    expect(at(pid)).toMatchObject({ owner: user!, parent: null });
    expect(at(uts)).toMatchObject({ owner: null, uid: null });
    expect(seen.gaps.relations).toBeGreaterThan(0);
    expect(seen.gaps.missing).toContain("root of the host's user namespace");
  });

  test("a /proc of the namespace above is read as that numbers processes", async () => {
    const seen = await dump(["unshare", "-pf"]);
    const all = await dump();
    expect(seen.processes.length).toBeGreaterThan(1);
    const kthreadd = seen.processes.find(({ name }) => name === "kthreadd");
    expect(kthreadd?.pids).toEqual([2]);
    expect(all.processes.find(({ pid }) => pid === 2)?.start).toBe(kthreadd!.start);
    const nested = seen.processes.filter(({ namespaces }) => namespaces.pid === seen.viewer.namespaces.pid);
    expect(nested.length).toBeGreaterThan(0);
    for (const { pids } of nested) expect(pids.length).toBeGreaterThan(1);
  });
});
