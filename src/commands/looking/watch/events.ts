/** Events of `nsbox ls --watch` as lines and as JSON. */

import { printable } from "../../../cli/charset.ts";
import { painter } from "../../../cli/color.ts";
import type { Namespace } from "../../../ns/model.ts";
import { safeJson } from "../../../util/sanitize.ts";
import type { Column } from "../columns.ts";
import { linePainter } from "../paint.ts";
import { rowJson } from "../rows.ts";
import { namespaceWords } from "../words.ts";
import type { World } from "../world.ts";

/** What stands for each thing that can happen; nothing for what stayed as it was. */
export const SIGNS = { there: "=", came: "+", went: "-", changed: "~", none: "" } as const;

/** Something that was seen to happen. */
export interface WatchEvent {
  readonly time: Date;
  readonly what: Exclude<keyof typeof SIGNS, "none">;
  readonly world: World;
  readonly namespace: Namespace;
  /** What changed. */
  readonly facts: readonly string[];
}

/** `10:30:05`, where the machine is. */
export const clock = (time: Date): string => time.toTimeString().slice(0, 8);

/** The event on one line, without colours. */
export function eventText({ time, what, world, namespace, facts }: WatchEvent): string {
  const changed = facts.length > 0 ? ` (${facts.join(", ")})` : "";
  return printable(`${clock(time)} ${SIGNS[what]} ${namespaceWords(world, namespace)}${changed}`);
}

/** The event on one line. */
export function eventLine(event: WatchEvent): string {
  const sign = ` ${SIGNS[event.what]} `;
  return linePainter(1)(eventText(event)).replace(
    sign,
    painter(1)(event.what === "went" ? "error" : "hint", sign),
  );
}

/** The event for programs: one object on one line. */
export const eventJson = (
  { time, what, world, namespace, facts }: WatchEvent,
  columns: readonly Column[],
): string =>
  safeJson({ event: what, time: time.toISOString(), facts, namespace: rowJson(world, namespace, columns) });
