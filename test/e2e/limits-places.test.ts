/** Where groups are made, who may, and what is left of them. */
import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { allGroupsIn, groupsIn, NO_LIMITS, ownGroup, removeGroups } from "./cgroups.ts";
import { withProgram } from "./containers.ts";
import {
  call,
  compiled,
  forEveryone,
  NSBOX,
  type Person,
  ROOT,
  run,
  SCRATCH,
  shell,
  start,
  USER,
} from "./support.ts";
import { traces } from "./traces.ts";
import { newTree } from "./trees.ts";

afterAll(removeGroups);

/** Somebody who owns no cgroup at all, whatever else runs on this machine. */
const uid = 100_000 + process.pid;
const STRANGER: Person = {
  name: "a stranger",
  prefix: ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups"],
  uid,
};

const asides = ["memory", "pids"].map((name) => `/sys/fs/cgroup/${name}/nsbox-${uid}`);
afterAll(() => {
  for (const path of asides) if (existsSync(path)) rmdirSync(path);
});

describe.skipIf(NO_LIMITS !== undefined)(`places (${NO_LIMITS ?? "cgroup v1"})`, () => {
  test("whoever was given no cgroup is told what to give, and that does it", async () => {
    const words = ["--memory", "64m", "--pids-limit", "9", "/", "true"];
    const refused = await run(STRANGER, words);
    expect([refused.status, refused.out]).toEqual([125, ""]);
    expect(refused.err).toStartWith("error: Cannot set --memory and --pids-limit\n");
    const commands = / {2}hint: {2}As root: (.*)\n/.exec(refused.err)?.[1];
    expect((await shell(ROOT, commands!)).err).toBe("");
    expect(await run(STRANGER, words)).toEqual({ out: "", err: "", status: 0 });
    expect(asides.map((path) => allGroupsIn(path.replace(/^.*\//, "/")))).toEqual([[], []]);
  });

  test("root's are in /nsbox, which is there as long as it is used", async () => {
    const argv = [NSBOX, "run", "-q", "--pids-limit", "99", "/", "sleep", "60"];
    await withProgram(ROOT, argv, "sleep", async (pid) => {
      expect(readFileSync(`/proc/${pid}/cgroup`, "utf8")).toMatch(/:pids:\/nsbox\/[0-9a-f]{12}\n/);
    });
  });

  test("a namespace that is bound in a directory is the command's own", async () => {
    const [group, folder] = [ownGroup(ROOT), join(SCRATCH, "bound-cgroups")];
    const options = ["run", "-q", "--cgroup", group, "--pids-limit", "99", "--ns-dir", folder];
    try {
      await withProgram(ROOT, [NSBOX, ...options, "/", "sleep", "60"], "sleep", async (pid) => {
        expect(statSync(`${folder}/cgroup`).ino).toBe(statSync(`/proc/${pid}/ns/cgroup`).ino);
        const inside = await call(ROOT, [
          "nsenter",
          `--cgroup=${folder}/cgroup`,
          "cat",
          `/proc/${pid}/cgroup`,
        ]);
        expect(inside.out).toMatch(/:pids:\/\n/);
      });
    } finally {
      await call(ROOT, [NSBOX, "ns", "release", folder]);
    }
  });

  forEveryone((who) => {
    test("a parent that is not there is made and removed, one that is there stays", async () => {
      const group = ownGroup(who);
      const argv = [NSBOX, "run", "-q", "--cgroup", `${group}/a/b`, "--pids-limit", "99", "/", "sleep", "60"];
      await withProgram(who, argv, "sleep", async () => {
        expect(groupsIn("pids", `${group}/a/b`)).toHaveLength(1);
      });
      expect(allGroupsIn(group)).toEqual([]);
      expect(existsSync(`/sys/fs/cgroup/pids${group}`)).toBe(true);
    });

    test("thirty at once have a group each, and none is left", async () => {
      const group = ownGroup(who);
      const words = ["--cgroup", `${group}/many`, "--pids-limit", "20", "/", "sh", "-c", "sleep 0.3"];
      const outcomes = await Promise.all(Array.from({ length: 30 }, () => run(who, ["-q", ...words])));
      expect(outcomes.filter(({ status, err }) => status !== 0 || err !== "")).toEqual([]);
      expect(allGroupsIn(`${group}/many`)).toEqual([]);
    });

    test("a set-up that fails leaves no group", async () => {
      const group = ownGroup(who);
      const tree = newTree(who);
      const before = traces(tree);
      const options = ["--cgroup", group, "--memory", "64m", "--pids-limit", "9"];
      for (const words of [
        ["-w", "/nowhere", tree, "true"],
        [tree, "nothing-there"],
        ["-b", "/nowhere:/x", tree, "true"],
      ]) {
        const { status, out } = await run(who, [...options, ...words]);
        expect([status >= 125, out]).toEqual([true, ""]);
        expect(allGroupsIn(group)).toEqual([]);
      }
      expect(traces(tree)).toEqual(before);
    });
  });

  const OLD = compiled("old-kernel");
  test.skipIf(OLD === undefined)(
    "without clone3 the command is in its groups all the same (needs a C compiler)",
    async () => {
      const group = ownGroup(ROOT, ["pids", "unified"]);
      const options = [
        "run",
        "-q",
        "--cgroup",
        group,
        "--pids-limit",
        "99",
        "--cgroup-conf",
        "cgroup.max.depth=5",
      ];
      const argv = [OLD!, NSBOX, ...options, newTree(ROOT), "sleep", "60"];
      await withProgram(ROOT, argv, "sleep", async (pid) => {
        const text = readFileSync(`/proc/${pid}/cgroup`, "utf8");
        expect(text).toContain(`:pids:${group}/`);
        expect(text).toContain(`0::${group}/`);
      });
      expect(allGroupsIn(group)).toEqual([]);
    },
  );

  test("groups that no list names any more are swept by gc, those in use are not", async () => {
    const [leftover, used] = ["abcdefabcdef", "abcdefabcde0"].map((id) => `/sys/fs/cgroup/pids/nsbox/${id}`);
    const process = start(ROOT, ["sleep", "60"]);
    try {
      for (const path of [leftover!, used!]) mkdirSync(path, { recursive: true });
      writeFileSync(`${used}/cgroup.procs`, String(process.pid));
      const { out } = await call(ROOT, [NSBOX, "gc"]);
      expect(out).toContain("empty cgroups of abcdefabcdef\n");
      expect([existsSync(leftover!), existsSync(used!)]).toEqual([false, true]);
    } finally {
      process.kill();
      await process.exited;
      if (existsSync(used!)) rmdirSync(used!);
    }
  });

  test("an ordinary user's groups are the user's", async () => {
    const group = ownGroup(USER, ["memory"]);
    const { status } = await run(USER, ["--cgroup", group, "--memory", "64m", "/", "true"]);
    expect(status).toBe(0);
    const other = await run(USER, ["--cgroup", group, "--memory", "64m", "--cpus", "1", "/", "true"]);
    expect(other.err).toStartWith("error: Cannot set --cpus\n");
    expect(other.status).toBe(125);
    expect(allGroupsIn(group)).toEqual([]);
  });
});
