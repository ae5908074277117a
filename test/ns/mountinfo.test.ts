/** Mount tables are read as the kernel means them. Judge: findmnt(8), which reads the same file. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { parseMountinfo } from "../../src/ns/mountinfo.ts";

test("every field of the manual page's own example is read", () => {
  const line = "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue";
  expect(parseMountinfo(`${line}\n`)).toEqual([
    {
      id: 36,
      parent: 35,
      device: "98:0",
      root: "/mnt1",
      path: "/mnt2",
      options: ["rw", "noatime"],
      shared: null,
      master: 1,
      from: null,
      unbindable: false,
      type: "ext3",
      source: "/dev/root",
      superOptions: ["rw", "errors=continue"],
    },
  ]);
});

test("peer groups, unbindable mounts, blanks, line ends and commas in names come out as they are", () => {
  const [a, b] = parseMountinfo(
    [
      "1 0 0:1 / /a\\040b\\011c\\012d\\134e\\043f rw shared:7 master:2 propagate_from:5 - tmpfs x\\040y rw,lowerdir=/p\\054q:/r",
      "2 1 0:2 / /u rw unbindable - tmpfs none rw",
      "nonsense",
      "",
    ].join("\n"),
  );
  expect(a).toMatchObject({ path: "/a b\tc\nd\\e#f", shared: 7, master: 2, from: 5, source: "x y" });
  expect(a?.superOptions).toEqual(["rw", "lowerdir=/p,q:/r"]);
  expect(b).toMatchObject({ unbindable: true, shared: null, master: null });
});

test("this machine's mounts are those that findmnt lists", () => {
  const { stdout, success } = Bun.spawnSync([
    "findmnt",
    "--list",
    "--json",
    "-o",
    "ID,PARENT,TARGET,FSTYPE,MAJ:MIN",
  ]);
  if (!success) return;
  const judged = (JSON.parse(stdout.toString()) as { filesystems: Record<string, unknown>[] }).filesystems;
  const own = parseMountinfo(readFileSync("/proc/self/mountinfo", "utf8"));
  const row = (id: unknown, parent: unknown, path: unknown, type: unknown, device: unknown) =>
    [id, parent, path, type, device].join(" ");
  expect(own.map((m) => row(m.id, m.parent, m.path, m.type, m.device)).sort()).toEqual(
    judged.map((m) => row(m["id"], m["parent"], m["target"], m["fstype"], m["maj:min"])).sort(),
  );
});
