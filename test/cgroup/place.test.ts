/** Where groups are made: trees of cgroups as data, with owners. */
import { describe, expect, test } from "bun:test";
import type { Hierarchy } from "../../src/cgroup/hierarchy.ts";
import { findPlace, isNone, type Seeker } from "../../src/cgroup/place.ts";

/** A system in which user 1000 may write to `writable`, with these files. */
function seeker(uid: number, writable: readonly string[], files: Record<string, string> = {}): Seeker {
  return {
    uid,
    mayWrite: (path) => uid === 0 || writable.includes(path),
    look: {
      text: (path) => files[path],
      device: (path) => (path in files || files[`${path}/`] !== undefined ? "0:1" : undefined),
    },
  };
}

const v1 = (own: string | undefined): Hierarchy => ({
  version: 1,
  point: "/c/memory",
  controllers: ["memory"],
  own,
});
const v2 = (own: string | undefined): Hierarchy => ({
  version: 2,
  point: "/c",
  controllers: ["memory", "pids"],
  own,
});

const where = (place: ReturnType<typeof findPlace>) => (isNone(place) ? [place.why, place.at] : place.parent);

describe("version 1", () => {
  test("root's are at the root", () => {
    expect(where(findPlace(v1("/a"), ["memory"], seeker(0, [])))).toBe("/nsbox");
  });

  test("a user's are in the nearest group that is the user's", () => {
    const place = (writable: string[]) => where(findPlace(v1("/a/b"), ["memory"], seeker(1000, writable)));
    expect(place(["/c/memory/a/b", "/c/memory/a"])).toBe("/a/b/nsbox");
    expect(place(["/c/memory/a"])).toBe("/a/nsbox");
  });

  test("or in the one that was set aside", () => {
    expect(where(findPlace(v1("/"), ["memory"], seeker(1000, ["/c/memory/nsbox-1000"])))).toBe(
      "/nsbox-1000/nsbox",
    );
    expect(where(findPlace(v1(undefined), ["memory"], seeker(1000, ["/c/memory/nsbox-1000"])))).toBe(
      "/nsbox-1000/nsbox",
    );
  });

  test("or there are none", () => {
    expect(where(findPlace(v1("/a"), ["memory"], seeker(1000, [])))).toEqual(["denied", "/a"]);
  });

  test("a parent that is named is taken as it is, if what is above it can be written to", () => {
    const files = { "/c/memory/": "", "/c/memory/mine/": "" };
    const place = (writable: string[]) =>
      where(findPlace(v1("/"), ["memory"], seeker(1000, writable, files), "/mine/new"));
    expect(place(["/c/memory/mine"])).toBe("/mine/new");
    expect(place(["/c/memory"])).toEqual(["denied", "/mine"]);
  });
});

describe("version 2", () => {
  /** A group of the user's with these controllers, and processes or none. */
  const group = (path: string, controllers: string, processes: string, handed = "") => ({
    [`${path}/cgroup.controllers`]: controllers,
    [`${path}/cgroup.subtree_control`]: handed,
    [`${path}/cgroup.procs`]: processes,
    [`${path}/cgroup.type`]: "domain\n",
  });
  const all = (path: string) => [path, `${path}/cgroup.procs`, `${path}/cgroup.subtree_control`];
  const find = (own: string, writable: string[], files: Record<string, string>, controllers = ["memory"]) =>
    where(findPlace(v2(own), controllers, seeker(1000, writable, files)));

  test("beside processes there are no controllers: the group above is taken", () => {
    const files = { ...group("/c/u/s", "memory pids", "17\n"), ...group("/c/u", "memory pids", "") };
    expect(find("/u/s", [...all("/c/u/s"), ...all("/c/u")], files)).toBe("/u/nsbox");
  });

  test("where that is not the user's, the processes are in the way", () => {
    const files = group("/c/u/s", "memory pids", "17\n");
    expect(find("/u/s", all("/c/u/s"), files)).toEqual(["busy", "/u/s"]);
  });

  test("this process alone goes out of the way", () => {
    const files = group("/c/u/s", "memory pids", "17\n");
    const alone = { ...seeker(1000, all("/c/u/s"), files), pid: 17 };
    expect(findPlace(v2("/u/s"), ["memory"], alone)).toMatchObject({
      parent: "/u/s/nsbox",
      aside: "/c/u/s/nsbox-monitor",
    });
    expect(where(findPlace(v2("/u/s"), ["memory"], { ...alone, pid: 18 }))).toEqual(["busy", "/u/s"]);
  });

  test("what needs no controller goes beside processes", () => {
    expect(find("/u/s", all("/c/u/s"), group("/c/u/s", "", "17\n"), [])).toBe("/u/s/nsbox");
  });

  test("a group that was not given the controller does not do", () => {
    expect(find("/u", all("/c/u"), group("/c/u", "pids", ""))).toEqual(["lacks", "/u"]);
  });

  test("a group whose processes cannot be moved from does not do", () => {
    expect(find("/u", ["/c/u"], group("/c/u", "memory", ""))).toEqual(["denied", "/u"]);
  });

  test("one that hands the controller down already need not be changed", () => {
    const files = group("/c/u", "memory pids", "", "memory");
    expect(find("/u", ["/c/u", "/c/u/cgroup.procs"], files)).toBe("/u/nsbox");
  });

  test("nothing is set aside at the root: a process could not be moved there", () => {
    expect(find("/", ["/c/nsbox-1000"], {})).toEqual(["denied", "/"]);
  });

  test("the root of all has processes beside controllers", () => {
    const files = {
      "/c/cgroup.controllers": "memory",
      "/c/cgroup.procs": "1\n",
      "/c/cgroup.subtree_control": "",
    };
    expect(where(findPlace(v2("/a"), ["memory"], seeker(0, [], files)))).toBe("/nsbox");
    const container = { ...files, "/c/cgroup.type": "domain\n" };
    expect(where(findPlace(v2("/"), ["memory"], seeker(0, [], container)))).toEqual(["busy", ""]);
  });
});
