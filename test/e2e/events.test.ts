/** `nsbox events`: what happens, as it happens. */
import { afterAll, expect, test } from "bun:test";
import { HUNGRY, NO_LIMITS, ownGroup, removeGroups } from "./cgroups.ts";
import { type Home, home } from "./homes.ts";
import { PEOPLE, until } from "./support.ts";
import { tree } from "./trees.ts";

const homes: Home[] = [];

afterAll(async () => {
  for (const own of homes) {
    const ids = (await own.nsbox("ps", "-aq")).out.split("\n").filter((id) => id !== "");
    if (ids.length > 0) await own.nsbox("rm", "-f", ...ids);
  }
  removeGroups();
});

interface Told {
  readonly event: string;
  readonly name: string | null;
  readonly status?: number | null;
}

/** What is told from now on, as it comes. */
async function follow(own: Home, ...words: string[]) {
  // It watches once its directories are there.
  const process = own.start("events", "--json", ...words);
  const told: Told[] = [];
  void (async () => {
    let rest = "";
    for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      told.push(...lines.map((line) => JSON.parse(line) as Told));
    }
  })();
  await Bun.sleep(300);
  const words_ = () => told.map(({ event, status }) => (status === undefined ? event : `${event} ${status}`));
  return {
    told: words_,
    until: (last: string) => until(last, () => words_().includes(last)),
    end: async () => {
      process.kill("SIGKILL");
      await process.exited;
    },
  };
}

test.skipIf(NO_LIMITS !== undefined).each(PEOPLE)(
  `$name: from create to remove (${NO_LIMITS ?? "here"})`,
  async (who) => {
    const own = await home(who);
    homes.push(own);
    const events = await follow(own);
    try {
      const group = ownGroup(who);
      await own.nsbox("run", "-d", "--name", "c", "--cgroup", group, tree(who), "sleep", "60");
      await events.until("start");
      await own.nsbox("pause", "c");
      await events.until("pause");
      await own.nsbox("resume", "c");
      await events.until("resume");
      await own.nsbox("restart", "-t", "0", "c");
      await events.until("restart");
      await own.nsbox("stop", "-t", "0", "c");
      await until("it ended", () => events.told().filter((each) => each === "exit 137").length === 2);
      await own.nsbox("rm", "c");
      await events.until("remove");
      expect(events.told()).toEqual([
        "create",
        "start",
        "pause",
        "resume",
        "exit 137",
        "restart",
        "exit 137",
        "remove",
      ]);
    } finally {
      await events.end();
    }
  },
);

test.skipIf(NO_LIMITS !== undefined)(
  `who is killed for want of memory is told of (${NO_LIMITS ?? "here"})`,
  async () => {
    const who = PEOPLE[0]!;
    const own = await home(who);
    homes.push(own);
    const events = await follow(own);
    try {
      const limits = ["--cgroup", ownGroup(who), "--memory", "40m", "--memory-swap", "40m"];
      await own.nsbox("run", "-d", "--name", "c", ...limits, "/", ...HUNGRY);
      await events.until("exit 137");
      expect(events.told()).toContain("oom");
    } finally {
      await events.end();
    }
  },
);
