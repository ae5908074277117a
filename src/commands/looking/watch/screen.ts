/** The list on a terminal, kept up to date in place, with the last events below it. */
import { unicode } from "../../../cli/charset.ts";
import { painter } from "../../../cli/color.ts";
import { cut, tableLines } from "../../../cli/table.ts";
import { countOf } from "../../../cli/units.ts";
import type { Namespace } from "../../../ns/model.ts";
import { kindPainter } from "../paint.ts";
import { tableOf } from "../rows.ts";
import { clock, eventText, SIGNS, type WatchEvent } from "./events.ts";
import { eventsBetween, type Moment, type Watched } from "./moment.ts";
import { Terminal } from "./terminal.ts";

/** More events are not kept. */
const MOST_EVENTS = 100;
/** Lower terminals show the list alone. */
const ROWS_FOR_EVENTS = 12;
/** Events get one row in so many. */
const PART_FOR_EVENTS = 4;

/** An event as it stays on the screen: its words alone, since it would keep a whole snapshot alive. */
type Told = Pick<WatchEvent, "what"> & { readonly text: string };

/** What is on the screen. */
interface View {
  readonly now: Moment;
  /** How those came that are not as they were a moment ago. */
  readonly fresh: ReadonlyMap<number, WatchEvent["what"]>;
  readonly events: readonly Told[];
  readonly offset: number;
}

/** Shows the list until q or Ctrl-C. */
export async function watchOnScreen(watched: Watched): Promise<number> {
  // What fails at the first look is told on the terminal as it is.
  let now = watched.look();
  const terminal = new Terminal();
  try {
    let events: Told[] = [];
    let fresh = new Map<number, WatchEvent["what"]>();
    let offset = 0;
    let next = performance.now() + watched.seconds * 1000;
    while (terminal.status === undefined) {
      const { rows, columns } = terminal.size;
      for (const key of keysIn(terminal.keys())) {
        if (key === "q") return 0;
        offset = scrolled(offset, key, rows, now.shown.length);
      }
      terminal.draw(linesOf(watched, { now, fresh, events, offset }, rows, columns));
      const left = next - performance.now();
      if (left > 0) {
        await terminal.pause(left);
        continue;
      }
      const after = watched.look();
      const happened = eventsBetween(now, after);
      const told = happened
        .slice(-MOST_EVENTS)
        .map((event) => ({ what: event.what, text: eventText(event) }));
      events = [...events, ...told].slice(-MOST_EVENTS);
      fresh = new Map(happened.map(({ namespace, what }) => [namespace.id, what]));
      now = after;
      next = performance.now() + watched.seconds * 1000;
      // Signals and keys are heard between two looks, however long these take.
      await Bun.sleep(0);
    }
    return terminal.status;
  } finally {
    terminal.release();
  }
}

const KEYS = /\x1b\[[0-9;]*[A-Za-z~]|\x1bO[A-Z]|[^\x1b]/g;

const keysIn = (typed: string): readonly string[] => typed.match(KEYS) ?? [];

/** Where the list begins after a key. */
function scrolled(offset: number, key: string, rows: number, length: number): number {
  const page = Math.max(1, rows - 4);
  const steps: Readonly<Record<string, number>> = {
    "\x1b[A": -1,
    "\x1bOA": -1,
    k: -1,
    "\x1b[B": 1,
    "\x1bOB": 1,
    j: 1,
    "\x1b[5~": -page,
    "\x1b[6~": page,
    " ": page,
    "\x1b[H": -length,
    "\x1b[1~": -length,
    "\x1b[F": length,
    "\x1b[4~": length,
  };
  return Math.max(0, Math.min(offset + (steps[key] ?? 0), length - page));
}

/** The lines of the screen: title, table, events. */
function linesOf(watched: Watched, view: View, rows: number, columns: number): string[] {
  const { now, fresh, offset } = view;
  const room = rows < ROWS_FOR_EVENTS ? 0 : Math.floor(rows / PART_FOR_EVENTS);
  const events = room === 0 ? [] : view.events.slice(-room);
  const below = events.length === 0 ? [] : ["", ...events.map((event) => eventOn(event, columns))];
  const table = tableWithSigns(watched, now, fresh, columns);
  const head = watched.headings ? table.splice(0, 1) : [];
  const height = Math.max(0, rows - 1 - head.length - below.length);
  const body = table.slice(offset, offset + height);
  const hidden = table.length - body.length;
  const title = [
    `nsbox ls  ${clock(new Date(now.world.snapshot.taken.end))}`,
    `every ${watched.seconds} s`,
    countOf(now.shown.length, "namespace"),
    ...(hidden > 0 ? [`${hidden} not shown`] : []),
    "q quits",
  ].join(unicode() ? " · " : ", ");
  return [painter(1)("heading", cut(title, columns)), ...head, ...body, ...below].slice(0, rows);
}

const eventOn = ({ what, text }: Told, columns: number): string =>
  painter(1)(what === "went" ? "error" : "hint", cut(text, columns));

function tableWithSigns(
  { chosen, headings }: Watched,
  { world, shown }: Moment,
  fresh: ReadonlyMap<number, WatchEvent["what"]>,
  width: number,
): string[] {
  const table = tableOf(world, shown, chosen, kindPainter(1));
  const signs = shown.map(({ id }: Namespace) => SIGNS[fresh.get(id) ?? "none"]);
  const heading = painter(1);
  const { right = new Set<number>(), ranks, paint = (text: string) => text } = table.style;
  return tableLines(
    headings ? [" ", ...table.headings] : [],
    table.rows.map((row, index) => [signs[index]!, ...row]),
    {
      width,
      right: new Set([...right].map((column) => column + 1)),
      ...(ranks === undefined ? {} : { ranks: [10, ...ranks] }),
      paint: (text, row, column) =>
        row < 0
          ? heading("heading", text)
          : column === 0
            ? heading("hint", text)
            : paint(text, row, column - 1),
    },
  );
}
