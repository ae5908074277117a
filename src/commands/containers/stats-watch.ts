/** `nsbox stats --watch`. */
import { unicode } from "../../cli/charset.ts";
import { painter } from "../../cli/color.ts";
import { writeBytes } from "../../cli/print.ts";
import { cut, tableLines } from "../../cli/table.ts";
import { countOf } from "../../cli/units.ts";
import { safeJson } from "../../util/sanitize.ts";
import { waitOrGone } from "../looking/watch/reader.ts";
import { Terminal } from "../looking/watch/terminal.ts";
import { type Seen, STATS_HEADINGS, STATS_RANKS, statsJson, statsRow } from "./stats.ts";

/** What is watched, and how. */
export interface WatchedStats {
  readonly seconds: number;
  readonly json: boolean;
  /** In place, on the whole terminal. */
  readonly screen: boolean;
  look(): readonly Seen[];
}

/** Shows them until nobody wants to see them any more; returns the exit status. */
export const watchStats = (watched: WatchedStats): Promise<number> =>
  watched.screen ? onScreen(watched) : inLines(watched);

async function inLines({ look, seconds, json }: WatchedStats): Promise<number> {
  const encoder = new TextEncoder();
  for (;;) {
    if (await waitOrGone(seconds)) return 0;
    const seen = look();
    const text = json
      ? safeJson(seen.map(statsJson))
      : tableLines(STATS_HEADINGS, seen.map(statsRow), { ascii: false }).join("\n");
    if (!writeBytes(1, encoder.encode(`${text}\n`))) return 0;
  }
}

function linesOf(seen: readonly Seen[], seconds: number, rows: number, columns: number): string[] {
  const paint = painter(1);
  const title = [
    `nsbox stats  ${new Date().toTimeString().slice(0, 8)}`,
    `every ${seconds} s`,
    countOf(seen.length, "container"),
    "q quits",
  ].join(unicode() ? " · " : ", ");
  const [head = "", ...body] = tableLines(STATS_HEADINGS, seen.map(statsRow), {
    width: columns,
    ranks: STATS_RANKS,
    ascii: false,
  });
  return [paint("heading", cut(title, columns)), paint("heading", head), ...body].slice(0, rows);
}

async function onScreen({ look, seconds }: WatchedStats): Promise<number> {
  const terminal = new Terminal();
  try {
    let seen = look();
    let next = performance.now() + Math.min(500, seconds * 1000);
    while (terminal.status === undefined) {
      if (terminal.keys().includes("q")) return 0;
      const { rows, columns } = terminal.size;
      terminal.draw(linesOf(seen, seconds, rows, columns));
      const left = next - performance.now();
      if (left > 0) {
        await terminal.pause(left);
        continue;
      }
      seen = look();
      next = performance.now() + seconds * 1000;
      await Bun.sleep(0);
    }
    return terminal.status;
  } finally {
    terminal.release();
  }
}
