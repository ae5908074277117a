/**
 * Which mounts are hidden. Judge: the kernel. For every mount of a table its path is opened, and the descriptor's
 * own mount id (proc_pid_fdinfo(5)) says whether the path leads to that very mount.
 */
import { describe, expect, test } from "bun:test";
import type { Mount } from "../../src/ns/model.ts";
import { hiddenMounts, mountAt, mountTree, propagationIn } from "../../src/ns/mount-tree.ts";
import { parseMountinfo } from "../../src/ns/mountinfo.ts";

const AS_ROOT = process.getuid!() === 0;

/** Prints this process's mount table, and below it for each path the id of the mount that it leads to. */
const JUDGE = `
import os,re
table=open("/proc/self/mountinfo").read()
print(table)
for line in table.splitlines():
    path=re.sub(r"\\\\(\\d{3})",lambda m:chr(int(m[1],8)),line.split()[4])
    try:
        fd=os.open(path,os.O_PATH)
        at=re.search(r"mnt_id:\\s*(\\d+)",open(f"/proc/self/fdinfo/{fd}").read())[1]
        os.close(fd)
    except OSError: at="0"
    print("AT",line.split()[0],at)
`;

/** A table, and the ids of those of its mounts that the kernel finds by their paths. */
function judged(script: string): { mounts: Mount[]; visible: number[] } {
  const words = ["unshare", "-m", "--propagation", "private", "bash", "-ec", script, "bash", JUDGE];
  const { stdout, stderr, exitCode } = Bun.spawnSync(words);
  if (exitCode !== 0) throw new Error(stderr.toString());
  const lines = stdout.toString().split("\n");
  const answers = lines.filter((line) => line.startsWith("AT ")).map((line) => line.split(" ").slice(1));
  return {
    mounts: parseMountinfo(lines.filter((line) => !line.startsWith("AT ")).join("\n")),
    visible: answers.flatMap(([id, at]) => (id === at ? [Number(id)] : [])),
  };
}

const T = "mount -t tmpfs base /mnt; cd /mnt; mkdir -p a/b/c d; ";
const CASES: Readonly<Record<string, string>> = {
  "as the machine has them": "",
  "two on one directory": `${T} mount -t tmpfs 1 a; mount -t tmpfs 2 /mnt/a`,
  "one above another": `${T} mount -t tmpfs deep a/b/c; mount -t tmpfs high a`,
  "one on the root of one that holds others": `${T} mount -t tmpfs in a; mkdir a/x; mount -t tmpfs inner a/x; cd /; mount -t tmpfs cover /mnt/a`,
  "one between, and below it again": `${T} mount -t tmpfs deep a/b/c; mount -t tmpfs high a; mkdir -p a/b/c; mount -t tmpfs again a/b/c`,
  "one on the root directory": `${T} mount -t tmpfs over /`,
  "a bind mount of a tree": `${T} mount -t tmpfs deep a/b; mount --rbind a d; mount -t tmpfs high d`,
  "names with blanks": `${T} mkdir 'a b' ; mount -t tmpfs x 'a b'; mount -t tmpfs y '/mnt/a b'`,
};

/** Mounts, binds, moves and unmounts on a few directories, in an order that the seed decides. */
function randomMounts(seed: number): string {
  let state = seed;
  const below = (most: number): number => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * most);
  };
  const places = ["a", "a/b", "a/b/c", "d", "d/e", "."].map((path) => `/mnt/${path}`);
  const place = () => places[below(places.length)]!;
  const lines = Array.from({ length: 25 }, () => {
    const [kind, from, to] = [below(10), place(), place()];
    const made = `mkdir -p /mnt/a/b/c /mnt/d/e; `;
    if (kind < 5) return `${made} mount -t tmpfs t${below(99)} ${to} || :`;
    if (kind < 8) return `${made} mount --${kind === 7 ? "rbind" : "bind"} ${from} ${to} || :`;
    return kind === 8 ? `mount --move ${from} ${to} || :` : `umount ${to} || :`;
  });
  return `{ ${lines.join("\n")}\n} 2> /dev/null; cd /`;
}

describe.skipIf(!AS_ROOT)("hidden mounts are those that the kernel does not find (needs root)", () => {
  test.each(Object.entries(CASES))("%s", (_, script) => {
    const { mounts, visible } = judged(`${script}
      exec python3 -c "$1"`);
    const hidden = hiddenMounts(mounts);
    expect(mounts.map(({ id }) => id).filter((id) => !hidden.has(id))).toEqual(visible);
  });

  test.each([1, 2, 3, 4, 5, 6])("mounts made at random, %i", (seed) => {
    const { mounts, visible } = judged(`${T} ${randomMounts(seed)}
      exec python3 -c "$1"`);
    const hidden = hiddenMounts(mounts);
    expect(mounts.map(({ id }) => id).filter((id) => !hidden.has(id))).toEqual(visible);
  });

  test("in a chroot that is no mount point", () => {
    const { mounts, visible } = judged(`${T} mkdir -p r/proc r/usr r/lib r/lib64 r/m/n r/root
      for d in usr lib lib64 proc root; do mount --rbind /$d r/$d; done; ln -s usr/bin r/bin
      mount -t tmpfs n r/m/n; mount -t tmpfs m r/m; chroot r python3 -c "$1"`);
    const hidden = hiddenMounts(mounts);
    expect(mounts.map(({ id }) => id).filter((id) => !hidden.has(id))).toEqual(visible);
  });
});

const mount = (id: number, parent: number, path: string, more: Partial<Mount> = {}): Mount => ({
  ...{ id, parent, path, device: "0:1", root: "/", options: ["rw"], shared: null, master: null, from: null },
  ...{ unbindable: false, type: "tmpfs", source: "none", superOptions: ["rw"], ...more },
});

test("what covers is named, in place and higher up", () => {
  const mounts = [
    mount(1, 0, "/"),
    mount(2, 1, "/a"),
    mount(3, 2, "/a/b"),
    mount(4, 2, "/a"),
    mount(5, 4, "/a/b"),
  ];
  expect(Object.fromEntries(hiddenMounts(mounts))).toEqual({
    2: { how: "in place", by: 4 },
    3: { how: "above", by: 4 },
  });
  expect(mountAt(mounts, "/a/b/c")?.id).toBe(5);
  expect(mountAt(mounts, "/ab")?.id).toBe(1);
});

test("a table that leads in a circle, as a dump may hold, ends", () => {
  const mounts = [mount(1, 2, "/"), mount(2, 1, "/a"), mount(3, 3, "/b")];
  expect(mountTree(mounts).map((node) => node.mount.id)).toEqual([3]);
});

test("peers, masters and slaves are found in all tables", () => {
  const [a, b, c] = [
    mount(1, 0, "/", { shared: 7 }),
    mount(2, 0, "/", { shared: 7 }),
    mount(3, 0, "/", { master: 7 }),
  ];
  const of = propagationIn({ 10: [a!], 11: [b!], 12: [c!] });
  expect(of(a!).peers.map(({ namespace }) => namespace)).toEqual([11]);
  expect(of(a!).slaves.map(({ namespace }) => namespace)).toEqual([12]);
  expect(of(c!).masters.map(({ namespace }) => namespace)).toEqual([10, 11]);
});
