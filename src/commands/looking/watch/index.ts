/** `nsbox ls --watch`: looks again and again, and shows what differs. */
import { isTerminal } from "../../../cli/color.ts";
import type { Parsed } from "../../../cli/command.ts";
import { note } from "../../../cli/log.ts";
import { writeBytes } from "../../../cli/print.ts";
import { discover, type Looking } from "../../../ns/discover.ts";
import type { Namespace } from "../../../ns/model.ts";
import { NsboxError, UsageError } from "../../../util/errors.ts";
import { readWatchSeconds } from "../../containers/seconds-flag.ts";
import { readFilters } from "../choose.ts";
import type { Column } from "../columns.ts";
import { COLUMNS } from "../columns.ts";
import { gapsNote } from "../gaps.ts";
import type { Order } from "../rows.ts";
import { World } from "../world.ts";
import { eventJson, eventLine } from "./events.ts";
import { eventsBetween, type Moment, type Watched } from "./moment.ts";
import { waitOrGone } from "./reader.ts";

/** Shows the list until nobody wants to see it any more; returns the exit status. */
export async function watchList(
  input: Parsed,
  looking: Looking,
  chosen: readonly Column[] | undefined,
  order: Order,
): Promise<number> {
  if (input.has("input")) {
    throw new UsageError('Options "--watch" and "--input" exclude each other', "A dump does not change");
  }
  const seconds = readWatchSeconds(input.value("watch"));
  let first = true;
  const look = (): Moment => {
    const world = new World(discover(looking));
    const shown = order(world, world.snapshot.namespaces.filter(filtersOf(input, world, first)));
    first = false;
    return { world, shown };
  };
  const watched = { seconds, chosen, headings: !input.has("no-headings"), look };
  if (!input.has("json") && isTerminal(1) && process.env["TERM"] !== "dumb")
    return (await import("./screen.ts")).watchOnScreen(watched);
  return watchInLines(watched, input.has("json"));
}

/** What a filter names may end while it is watched: then nothing matches any more. */
function filtersOf(input: Parsed, world: World, first: boolean): (namespace: Namespace) => boolean {
  try {
    return readFilters(input, world);
  } catch (error) {
    if (first || !(error instanceof NsboxError)) throw error;
    return () => false;
  }
}

/** One line an event, until its reader goes. */
async function watchInLines({ look, seconds, chosen }: Watched, json: boolean): Promise<number> {
  const encoder = new TextEncoder();
  let before: Moment | undefined;
  for (;;) {
    const now = look();
    const events = eventsBetween(before, now);
    const lines = events.map((event) => (json ? eventJson(event, chosen ?? COLUMNS) : eventLine(event)));
    if (lines.length > 0 && !writeBytes(1, encoder.encode(`${lines.join("\n")}\n`))) return 0;
    if (before === undefined) await tellGaps(now);
    before = now;
    if (await waitOrGone(seconds)) return 0;
  }
}

async function tellGaps({ world }: Moment): Promise<void> {
  const gaps = gapsNote(world.snapshot.gaps);
  if (gaps !== undefined) await note(gaps);
}
