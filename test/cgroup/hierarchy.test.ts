/** The layouts of cgroups: what is found of them in /proc. */
import { describe, expect, test } from "bun:test";
import { type CgroupMount, hierarchiesOf, type Look } from "../../src/cgroup/hierarchy.ts";
import { parseMemberships } from "../../src/cgroup/membership.ts";
import { parseMountinfo } from "../../src/ns/mountinfo.ts";

const mounts = (text: string): CgroupMount[] => parseMountinfo(text);

/** A system with these files; every path is on the filesystem that is mounted there. */
const look = (files: Record<string, string>, devices: Record<string, string>): Look => ({
  text: (path) => files[path],
  device: (path) => devices[path],
});

describe("version 1 with several controllers in one hierarchy", () => {
  const table = mounts(`30 29 0:26 / /sys/fs/cgroup/cpu,cpuacct rw shared:11 - cgroup cgroup rw,cpu,cpuacct
31 29 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
32 29 0:28 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd
33 29 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate
`);
  const devices = Object.fromEntries(table.map(({ path, device }) => [path, device]));
  const own = parseMemberships(`4:memory:/user.slice/a:b
3:cpu,cpuacct:/user.slice
1:name=systemd:/user.slice/session-1.scope
0::/user.slice/session-1.scope
`);

  test("each is found with its mount and the process's own group", () => {
    const found = hierarchiesOf(
      own,
      table,
      look({ "/sys/fs/cgroup/unified/cgroup.controllers": "hugetlb misc\n" }, devices),
    );
    expect(found).toEqual([
      { version: 1, point: "/sys/fs/cgroup/memory", controllers: ["memory"], own: "/user.slice/a:b" },
      {
        version: 1,
        point: "/sys/fs/cgroup/cpu,cpuacct",
        controllers: ["cpu", "cpuacct"],
        own: "/user.slice",
      },
      {
        version: 1,
        point: "/sys/fs/cgroup/systemd",
        controllers: ["name=systemd"],
        own: "/user.slice/session-1.scope",
      },
      {
        version: 2,
        point: "/sys/fs/cgroup/unified",
        controllers: ["hugetlb", "misc"],
        own: "/user.slice/session-1.scope",
      },
    ]);
  });

  test("one that is hidden by another mount does not count", () => {
    const found = hierarchiesOf(own, table, look({}, { ...devices, "/sys/fs/cgroup/memory": "0:99" }));
    expect(found.map(({ point }) => point)).not.toContain("/sys/fs/cgroup/memory");
  });

  test("one that is not mounted does not count", () => {
    expect(
      hierarchiesOf(own, table.slice(1), look({}, devices)).map(({ controllers }) => controllers[0]),
    ).not.toContain("cpu");
  });
});

test("in a container, the group is counted from the mount's root", () => {
  const table = mounts(`31 29 0:27 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory
`);
  const own = parseMemberships("4:memory:/docker/abc/inner\n");
  const devices = { "/sys/fs/cgroup/memory": "0:27" };
  expect(hierarchiesOf(own, table, look({}, devices))[0]?.own).toBe("/inner");
});

test("a group outside of the cgroup namespace is not shown", () => {
  const table = mounts("31 29 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n");
  const own = parseMemberships("0::/../other\n");
  expect(hierarchiesOf(own, table, look({}, { "/sys/fs/cgroup": "0:27" }))[0]?.own).toBeUndefined();
});

test("of two mounts of one hierarchy the one that shows the own group is taken", () => {
  const table = mounts(`31 29 0:27 /a /mnt/a rw - cgroup2 cgroup rw
32 29 0:27 /b /mnt/b rw - cgroup2 cgroup rw
`);
  const own = parseMemberships("0::/a/x\n");
  const devices = { "/mnt/a": "0:27", "/mnt/b": "0:27" };
  expect(hierarchiesOf(own, table, look({}, devices))[0]).toMatchObject({ point: "/mnt/a", own: "/x" });
});
