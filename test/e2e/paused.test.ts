/** Paused containers. Judges: freezer.state, /proc, what the command goes on to write. */
import { afterAll, expect, test } from "bun:test";
import { startOf } from "../../src/runtime/containers/process.ts";
import { allGroupsIn, fileIn, NO_LIMITS, ownGroup, removeGroups } from "./cgroups.ts";
import { type Home, home } from "./homes.ts";
import { PEOPLE, type Person, until } from "./support.ts";
import { tree } from "./trees.ts";

const homes: Home[] = [];
const TICKS = "while :; do echo tick; sleep 0.02; done";

afterAll(async () => {
  for (const own of homes) {
    const ids = (await own.nsbox("ps", "-aq")).out.split("\n").filter((id) => id !== "");
    if (ids.length > 0) await own.nsbox("rm", "-f", ...ids);
  }
  removeGroups();
});

const inspect = async (own: Home, name: string) => JSON.parse((await own.nsbox("inspect", name)).out)[0];

/** A container that ticks, in groups below `group`. */
async function ticking(who: Person, ...options: string[]) {
  const own = await home(who);
  homes.push(own);
  const group = ownGroup(who);
  const words = ["-d", "--name", "c", "--cgroup", group, ...options, tree(who), "bash", "-c", TICKS];
  const { err, status } = await own.nsbox("run", ...words);
  expect({ err, status }).toEqual({ err: "", status: 0 });
  const ticks = async () => (await own.nsbox("logs", "c")).out.length;
  await until("it ticks", async () => (await ticks()) > 0);
  return { own, group, ticks, state: () => fileIn("freezer", group, "freezer.state") };
}

test.skipIf(NO_LIMITS !== undefined).each(PEOPLE)(
  `$name: pause stops all that a container does, and resume lets it go on (${NO_LIMITS ?? "here"})`,
  async (who) => {
    const { own, ticks, state } = await ticking(who);
    expect(await own.nsbox("pause", "c")).toEqual({ out: "c\n", err: "", status: 0 });
    expect(state()).toBe("FROZEN");
    expect((await own.nsbox("ps")).out).toMatch(/ c +paused /);
    expect((await own.nsbox("ps", "-q", "--filter", "state=paused")).out).not.toBe("");
    expect((await own.nsbox("ps", "-q", "--filter", "state=running")).out).toBe("");
    expect((await inspect(own, "c")).status.state).toBe("paused");
    const before = await ticks();
    await Bun.sleep(200);
    expect(await ticks()).toBe(before);
    const entered = await own.nsbox("exec", "c", "true");
    expect(entered.status).toBe(125);
    expect(entered.err).toContain("it is paused");
    expect((await own.nsbox("resume", "c")).out).toBe("c\n");
    expect(state()).toBe("THAWED");
    await until("it ticks again", async () => (await ticks()) > before);
    expect((await own.nsbox("ps")).out).toMatch(/ c +running /);
  },
);

test.skipIf(NO_LIMITS !== undefined).each(PEOPLE)(
  `$name: stop, kill and rm -f end a paused one (${NO_LIMITS ?? "here"})`,
  async (who) => {
    for (const words of [["stop", "-t", "1"], ["kill"], ["rm", "-f"]]) {
      const { own, group } = await ticking(who);
      const { pid } = (await inspect(own, "c")).status;
      expect((await own.nsbox("pause", "c")).status).toBe(0);
      const begin = performance.now();
      expect((await own.nsbox(...words, "c")).status).toBe(0);
      expect(performance.now() - begin).toBeLessThan(6000);
      expect(startOf(pid)).toBeUndefined();
      expect(allGroupsIn(group)).toEqual([]);
      await own.nsbox("rm", "c");
    }
  },
);

test.skipIf(NO_LIMITS !== undefined).each(PEOPLE)(
  `$name: a paused one ends with its supervisor, and with its monitor (${NO_LIMITS ?? "here"})`,
  async (who) => {
    for (const whose of ["supervisor", "monitor"]) {
      const { own, group } = await ticking(who);
      const { status } = await inspect(own, "c");
      expect((await own.nsbox("pause", "c")).status).toBe(0);
      process.kill(status[whose], "SIGKILL");
      await until("it is over", async () => {
        await own.nsbox("gc");
        return startOf(status.pid) === undefined && (await own.nsbox("ps", "-q")).out === "";
      });
      await until("its groups are gone", async () => {
        await own.nsbox("gc");
        return allGroupsIn(group).length === 0;
      });
      await own.nsbox("rm", "c");
    }
  },
);

test("one without a cgroup of its own cannot be paused, and the error says so", async () => {
  const own = await home(PEOPLE.at(-1)!);
  homes.push(own);
  const { status } = await own.nsbox("run", "-d", "--name", "c", tree(own.who), "sleep", "60");
  expect(status).toBe(0);
  const { err, status: refused } = await own.nsbox("pause", "c");
  if (refused !== 0) expect(err).toContain("it has no cgroup of its own");
});
