/** What containers use, and other limits while they run. Judges: the files of their cgroups. */
import { afterAll, expect, test } from "bun:test";
import { fileIn, NO_LIMITS, ownGroup, removeGroups } from "./cgroups.ts";
import { type Home, home } from "./homes.ts";
import { Session } from "./session.ts";
import { NSBOX, PEOPLE, type Person, USER, until } from "./support.ts";
import { tree } from "./trees.ts";

const homes: Home[] = [];
const MEGABYTE = 1024 * 1024;

afterAll(async () => {
  for (const own of homes) {
    const ids = (await own.nsbox("ps", "-aq")).out.split("\n").filter((id) => id !== "");
    if (ids.length > 0) await own.nsbox("rm", "-f", ...ids);
  }
  removeGroups();
});

async function running(who: Person, line: string, ...options: string[]) {
  const own = await home(who);
  homes.push(own);
  const group = ownGroup(who);
  const words = ["-d", "--name", "c", "--cgroup", group, ...options, tree(who), "bash", "-c", line];
  const { err, status } = await own.nsbox("run", ...words);
  expect({ err, status }).toEqual({ err: "", status: 0 });
  return { own, group };
}

const stats = async (own: Home) => JSON.parse((await own.nsbox("stats", "--json", "c")).out)[0];

test.skipIf(NO_LIMITS !== undefined).each(PEOPLE)(
  `$name: stats tells what the kernel counts (${NO_LIMITS ?? "here"})`,
  async (who) => {
    const line = "sleep 60 & sleep 60 & while :; do :; done";
    const limits = ["--memory", "100m", "--pids-limit", "30", "--cpus", "0.3"];
    const { own, group } = await running(who, line, ...limits);
    await until("it has started all", () => fileIn("pids", group, "pids.current") === "3");
    const told = await stats(own);
    expect(told).toMatchObject({ name: "c", pids: { usage: 3, limit: 30 }, oomKills: 0 });
    expect(told.memory.limit).toBe(100 * MEGABYTE);
    expect(told.swap.limit).toBe(100 * MEGABYTE);
    const used = Number(fileIn("memory", group, "memory.usage_in_bytes"));
    expect(Math.abs(told.memory.usage - used)).toBeLessThan(MEGABYTE);
    expect(told.cpuPercent).toBeGreaterThan(0);
    expect(told.cpuPercent).toBeLessThan(45);
    expect(told.net).toEqual({ received: 0, sent: 0 });
    const periods = Number(/nr_throttled (\d+)/.exec(fileIn("cpu", group, "cpu.stat"))?.[1]);
    expect(periods - told.throttled.periods).toBeLessThan(100);
    expect(told.throttled.periods).toBeLessThanOrEqual(periods);
    const { out } = await own.nsbox("stats");
    expect(out).toMatch(/^NAME +CPU % +MEMORY/);
    expect(out).toMatch(/^c .* \/ 100M .* 3 \/ 30 /m);
  },
);

test("of one without a cgroup of its own stats says what it does not know", async () => {
  const own = await home(USER);
  homes.push(own);
  await own.nsbox("run", "-d", "--name", "c", "--share", "net", tree(USER), "sleep", "60");
  const told = await stats(own);
  expect(told.net).toBe("shared");
  if (told.pids.usage === null) expect((await own.nsbox("stats", "c")).out).toMatch(/^c +\? +\? \/ \?/m);
});

test.skipIf(NO_LIMITS !== undefined)(
  `stats --watch prints an array a line, until nobody reads (${NO_LIMITS ?? "here"})`,
  async () => {
    const { own } = await running(PEOPLE[0]!, "sleep 60");
    const watching = own.start("stats", "--json", "--watch=0.1");
    const reader = watching.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (text.split("\n").length < 3) text += (await reader.read()).value;
    for (const line of text.split("\n").slice(0, 2)) expect(JSON.parse(line)).toMatchObject([{ name: "c" }]);
    await reader.cancel();
    await watching.exited;
  },
);

test.skipIf(NO_LIMITS !== undefined)(
  `stats --watch keeps a terminal up to date, until q (${NO_LIMITS ?? "here"})`,
  async () => {
    const { own } = await running(PEOPLE[0]!, "sleep 60", "--pids-limit", "7");
    await using session = new Session(own.who, [NSBOX, "stats", "--watch=0.2"]);
    await session.screen.shows("q quits");
    await session.screen.shows("1 / 7");
    expect((await own.nsbox("update", "--pids-limit", "9", "c")).status).toBe(0);
    await session.screen.shows("1 / 9");
    session.type("q");
    expect(await session.process.exited).toBe(0);
  },
);

test.skipIf(NO_LIMITS !== undefined).each(PEOPLE)(
  `$name: update changes limits at once, and for later starts (${NO_LIMITS ?? "here"})`,
  async (who) => {
    const { own, group } = await running(who, "sleep 60", "--memory", "100m");
    const file = (name: string) => fileIn("memory", group, name);
    const more = await own.nsbox("update", "--memory", "300m", "--pids-limit", "20", "c");
    expect(more).toEqual({ out: "", err: "", status: 0 });
    expect(file("memory.limit_in_bytes")).toBe(`${300 * MEGABYTE}`);
    expect(file("memory.memsw.limit_in_bytes")).toBe(`${600 * MEGABYTE}`);
    expect((await own.nsbox("update", "--memory", "50m", "--memory-swap", "60m", "c")).status).toBe(0);
    expect(file("memory.memsw.limit_in_bytes")).toBe(`${60 * MEGABYTE}`);
    expect((await own.nsbox("restart", "-t", "0", "c")).status).toBe(0);
    expect(file("memory.limit_in_bytes")).toBe(`${50 * MEGABYTE}`);
    expect(file("memory.memsw.limit_in_bytes")).toBe(`${60 * MEGABYTE}`);
    expect(fileIn("pids", group, "pids.max")).toBe("20");
    // Taken away: v1 wants that of both together to go first.
    expect((await own.nsbox("update", "--memory", "-1", "c")).err).toBe("");
    expect((await own.nsbox("restart", "-t", "0", "c")).status).toBe(0);
    for (const name of ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes"]) {
      expect(Number(file(name))).toBeGreaterThan(2 ** 60);
    }
  },
);

test.skipIf(NO_LIMITS !== undefined)(
  `where one limit cannot be had, update changes none (${NO_LIMITS ?? "here"})`,
  async () => {
    const { own, group } = await running(PEOPLE[0]!, "sleep 60", "--memory", "100m");
    const { err, status } = await own.nsbox(
      "update",
      "--pids-limit",
      "9",
      "--cgroup-conf",
      "cpu.shares=x",
      "c",
    );
    expect(status).toBe(1);
    expect(err).toContain("--cgroup-conf cpu.shares");
    expect(fileIn("pids", group, "pids.max")).toBe("max");
    const clamped = await own.nsbox("update", "--pids-limit", "9", "--cgroup-conf", "cpu.shares=1", "c");
    expect(clamped.err).toContain('the kernel took "1", and ');
    expect(fileIn("pids", group, "pids.max")).toBe("max");
    const other = await own.nsbox("update", "--oom-group", "c");
    expect(other.err).toContain("only cgroup v2 has such a limit");
    const none = await own.nsbox("update", "c");
    expect(none.status).toBe(2);
  },
);
