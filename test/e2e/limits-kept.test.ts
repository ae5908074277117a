/** Limits of containers that are kept: for whoever enters them, in every life, and seen from outside. */
import { afterAll, describe, expect, test } from "bun:test";
import { allGroupsIn, groupsIn, HUNGRY, NO_LIMITS, ownGroup, removeGroups } from "./cgroups.ts";
import { type Home, home } from "./homes.ts";
import { forEveryone, textOf, until } from "./support.ts";

afterAll(removeGroups);

interface Shown {
  readonly status: {
    readonly state: string;
    readonly pid: number;
    readonly monitor: number;
    readonly oom: number;
    readonly restarts: number;
  };
}

async function shown(own: Home, name: string): Promise<Shown["status"]> {
  const { out } = await own.nsbox("inspect", name);
  const [container] = [JSON.parse(out)].flat() as Shown[];
  return container!.status;
}

describe.skipIf(NO_LIMITS !== undefined)(`kept containers (${NO_LIMITS ?? "cgroup v1"})`, () => {
  forEveryone((who) => {
    const kept = async (
      options: readonly string[],
      words: readonly string[],
      body: (own: Home) => Promise<void>,
    ) => {
      const own = await home(who);
      try {
        const { status, err } = await own.nsbox("run", "-q", "-d", "--name", "it", ...options, "/", ...words);
        expect([status, err]).toEqual([0, ""]);
        await body(own);
      } finally {
        await own.nsbox("rm", "-f", "it");
      }
    };

    test("have groups in every hierarchy by which they are watched and paused", async () => {
      const group = ownGroup(who);
      await kept(["--cgroup", group], ["sleep", "60"], async (own) => {
        const { pid } = await shown(own, "it");
        const lines = textOf(`/proc/${pid}/cgroup`).split("\n");
        for (const name of ["memory", "cpu", "cpuacct", "pids", "blkio", "freezer"]) {
          const [id] = groupsIn(name, group);
          expect(lines.find((line) => line.split(":")[1]?.split(",").includes(name))).toEndWith(
            `:${group}/${id}`,
          );
        }
      });
      expect(allGroupsIn(group)).toEqual([]);
    });

    test("who enters is under the same limit, and what it was is told", async () => {
      const group = ownGroup(who);
      await kept(["--cgroup", group, "--memory", "64m"], ["sleep", "60"], async (own) => {
        const inner = await own.nsbox("exec", "it", "cat", "/proc/self/cgroup");
        expect(
          inner.out
            .trim()
            .split("\n")
            .filter((line) => !line.endsWith(":/")),
        ).toEqual([]);
        expect((await own.nsbox("exec", "it", ...HUNGRY)).status).toBe(137);
        await own.nsbox("stop", "it");
        expect((await shown(own, "it")).oom).toBe(1);
        expect((await own.nsbox("logs", "it")).err).toContain("note: Out of memory: the kernel killed ");
      });
    });

    test("the limit is there again after a restart", async () => {
      const group = ownGroup(who);
      await kept(["--cgroup", group, "--memory", "64m"], ["sleep", "60"], async (own) => {
        await own.nsbox("stop", "it");
        expect(allGroupsIn(group)).toEqual([]);
        expect((await own.nsbox("restart", "it")).status).toBe(0);
        expect((await own.nsbox("exec", "it", ...HUNGRY)).status).toBe(137);
      });
      expect(allGroupsIn(group)).toEqual([]);
    });

    test("and in every life that a policy gives it", async () => {
      const group = ownGroup(who);
      await kept(["--cgroup", group, "--memory", "64m", "--restart", "on-failure:2"], HUNGRY, async (own) => {
        const last = await until(
          "the last life",
          async () => {
            const status = await shown(own, "it");
            return status.state === "exited" ? status : undefined;
          },
          25,
        );
        expect([last.restarts, last.oom]).toEqual([2, 3]);
      });
      expect(allGroupsIn(group)).toEqual([]);
    }, 30_000);

    test("what a killed monitor leaves is removed by gc", async () => {
      const group = ownGroup(who);
      await kept(
        ["--cgroup", group, "--share", "pid"],
        ["sh", "-c", "setsid sleep 61 & exec sleep 60"],
        async (own) => {
          const { pid, monitor } = await shown(own, "it");
          process.kill(monitor, "SIGKILL");
          await until("the end of the command", () => textOf(`/proc/${pid}/stat`) === "");
          await until("the end of the container", async () => (await shown(own, "it")).state === "exited");
          await own.nsbox("gc");
          expect(allGroupsIn(group)).toEqual([]);
        },
      );
    });
  });
});
