/** `nsbox stats`: what containers use. */
import { isTerminal } from "../cli/color.ts";
import type { Command, Parsed } from "../cli/command.ts";
import { JSON_FLAG } from "../cli/flags.ts";
import { print } from "../cli/print.ts";
import { printTable } from "../cli/table.ts";
import { type Sample, sampleOf } from "../runtime/limits/sample.ts";
import { cgroupMounts } from "../sandbox/limits/layout.ts";
import { safeJson } from "../util/sanitize.ts";
import { runningOnes } from "./containers/running.ts";
import { readWatchSeconds } from "./containers/seconds-flag.ts";
import { type Seen, STATS_HEADINGS, STATS_RANKS, statsJson, statsRow } from "./containers/stats.ts";

/** Between two looks at what only grows, where nobody said how long, in milliseconds. */
const INTERVAL = 500;

/** `nsbox stats`. */
export const command: Command = {
  name: "stats",
  usage: "[OPTIONS] [NAME…]",
  description: `Shows what containers use, all that run unless some are named: processor time in percent of one processor, memory, swap and processes and the limit of each, bytes read from and written to disks, bytes by the network, how long it was held back by its limit of processor time, and how many of its processes were killed for want of memory.

The kernel counts this for the container's cgroups, whichever version they are of. "?" is what it does not tell, or what a container without a cgroup of its own is not told apart by; as a limit "-" is none, and as a network the host's.`,
  flags: [
    {
      long: "watch",
      short: "w",
      value: "SECONDS",
      optional: true,
      help: "Look again and again, every 2 seconds unless told otherwise",
      text: "On a terminal the table is kept up to date in place, until q or Ctrl-C; else a table follows the other, or with --json an array a line.",
    },
    JSON_FLAG,
  ],
  positionals: "mixed",
  examples: [
    { line: "nsbox stats", text: "What all containers use." },
    { line: "nsbox stats --watch web", text: "The container web, kept up to date." },
  ],
  elsewhere: {
    "no-stream": "It looks once; --watch goes on",
    a: "All that run are there",
    all: "All that run are there",
  },
  failure: 1,
  run,
};

async function run(input: Parsed): Promise<number> {
  const json = input.has("json");
  const seconds = input.has("watch") ? readWatchSeconds(input.value("watch")) : undefined;
  const look = looker(input.rest);
  look();
  if (seconds === undefined) {
    await Bun.sleep(INTERVAL);
    const seen = look();
    if (json) print(safeJson(seen.map(statsJson)));
    else printTable(STATS_HEADINGS, seen.map(statsRow), { ascii: false, ranks: STATS_RANKS });
    return 0;
  }
  const { watchStats } = await import("./containers/stats-watch.ts");
  return watchStats({
    look,
    seconds,
    json,
    screen: !json && isTerminal(1) && process.env["TERM"] !== "dumb",
  });
}

/** Looks at the containers, and remembers how they were the time before. */
function looker(words: readonly string[]): () => Seen[] {
  let last = new Map<string, Sample>();
  let first = true;
  return () => {
    const mounts = cgroupMounts();
    const containers = first || words.length === 0 ? runningOnes(words) : stillRunning(words);
    first = false;
    const seen = containers.map((container) => ({
      container,
      before: last.get(container.id),
      now: sampleOf(container, mounts),
    }));
    last = new Map(seen.map(({ container, now }) => [container.id, now]));
    return seen;
  };
}

/** What was named may end while it is watched. */
const stillRunning = (words: readonly string[]) =>
  words.flatMap((word) => {
    try {
      return runningOnes([word]);
    } catch {
      return [];
    }
  });
