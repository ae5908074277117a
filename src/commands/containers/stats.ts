/** What containers use, as a table and as JSON. */
import { wordBytes } from "../../cgroup/amount.ts";
import { type Amount, NO_LIMIT } from "../../cgroup/usage.ts";
import type { Container } from "../../runtime/containers/settle.ts";
import { processorShare, type Sample } from "../../runtime/limits/sample.ts";

/** A container as it was seen twice. */
export interface Seen {
  readonly container: Container;
  /** Undefined where it was not there then. */
  readonly before: Sample | undefined;
  readonly now: Sample;
}

/** What is not known. */
const UNKNOWN = "?";

const bytes = (count: number | undefined): string => (count === undefined ? UNKNOWN : short(count));

/** `95.4M`: a table has no room for more. */
const short = (count: number): string =>
  wordBytes(count).replace(/ (?:bytes|([KMGTP])iB)$/, (_, unit = "B") => unit);

function amount({ usage, limit }: Amount, word: (count: number) => string): string {
  const most = limit === undefined ? UNKNOWN : limit === NO_LIMIT ? "-" : word(limit);
  return `${usage === undefined ? UNKNOWN : word(usage)} / ${most}`;
}

const whole = (count: number): string => String(count);

/** The headings of `statsRow`. */
export const STATS_HEADINGS = [
  "NAME",
  "CPU %",
  "MEMORY / LIMIT",
  "SWAP / LIMIT",
  "PIDS / LIMIT",
  "READ / WRITTEN",
  "NET IN / OUT",
  "THROTTLED",
  "OOM",
];

/** Where there is no room the last of these stay. */
export const STATS_RANKS = [9, 8, 7, 3, 6, 5, 4, 1, 2];

/** Its cells. */
export function statsRow({ container, before, now }: Seen): string[] {
  const share = processorShare(before, now);
  const { usage, traffic } = now;
  const none: Amount = { usage: undefined, limit: undefined };
  return [
    container.name ?? container.id,
    share === undefined ? UNKNOWN : share.toFixed(1),
    amount(usage?.memory ?? none, short),
    amount(usage?.swap ?? none, short),
    amount(usage?.processes ?? none, whole),
    `${bytes(usage?.read)} / ${bytes(usage?.written)}`,
    traffic === "shared" ? "-" : `${bytes(traffic?.received)} / ${bytes(traffic?.sent)}`,
    usage?.throttledTime === undefined ? UNKNOWN : `${usage.throttledTime.toFixed(1)} s`,
    usage?.outOfMemory === undefined ? UNKNOWN : String(usage.outOfMemory),
  ];
}

/** The same for programs: bytes and seconds. null: not known; a limit of "max": none. */
export function statsJson({ container, before, now }: Seen) {
  const { usage, traffic } = now;
  const amountJson = (of: Amount | undefined) => ({ usage: of?.usage ?? null, limit: of?.limit ?? null });
  return {
    id: container.id,
    name: container.name ?? null,
    time: new Date().toISOString(),
    cpuPercent: processorShare(before, now) ?? null,
    cpuSeconds: usage?.processorTime ?? null,
    throttled: { periods: usage?.throttled ?? null, seconds: usage?.throttledTime ?? null },
    memory: amountJson(usage?.memory),
    swap: amountJson(usage?.swap),
    pids: amountJson(usage?.processes),
    io: { read: usage?.read ?? null, written: usage?.written ?? null },
    net:
      traffic === "shared"
        ? "shared"
        : traffic === undefined
          ? null
          : { received: traffic.received, sent: traffic.sent },
    oomKills: usage?.outOfMemory ?? null,
  };
}
