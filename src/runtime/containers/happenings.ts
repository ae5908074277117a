/** What happened to containers between two looks. */
import type { Container } from "./settle.ts";
import type { Status } from "./status.ts";

/** What can happen. */
export const HAPPENINGS = [
  "create",
  "start",
  "restart",
  "oom",
  "pause",
  "resume",
  "exit",
  "fail",
  "rename",
  "remove",
] as const;

/** Something that happened. */
export interface Happening {
  readonly event: (typeof HAPPENINGS)[number];
  readonly id: string;
  readonly name: string | undefined;
  /** Nanoseconds since the epoch. */
  readonly time: bigint;
  /** Of `exit`: 128+n for signal n; undefined where nobody saw it. */
  readonly status?: number | undefined;
  /** Of `exit`: the signal that ended it. */
  readonly signal?: number | undefined;
  /** Of `oom`: how many processes. */
  readonly count?: number;
}

/** A container as it is looked at. */
export interface Glance extends Pick<Container, "id" | "name" | "status"> {
  readonly paused: boolean;
  /** Processes killed for want of memory, in all its lives. */
  readonly outOfMemory: number;
}

const begun = (glance: Glance | undefined): bigint => glance?.status?.started ?? 0n;
const over = (glance: Glance | undefined): bigint => glance?.status?.ended ?? 0n;
const runs = (glance: Glance | undefined): boolean => glance?.status?.state === "running";

/** A supervisor that starts one once more knows nothing of the lives before, but that there were some. */
const isFirst = (before: Glance | undefined, { restarts }: Status): boolean =>
  restarts === 0 && (before?.status === undefined || before.status.state === "created");

/** One container, before and after; undefined where it was not there. `now`: for what has no time of its own. */
export function happenedTo(before: Glance | undefined, after: Glance | undefined, now: bigint): Happening[] {
  const last = after ?? before;
  if (last === undefined) return [];
  const { id, name } = last;
  const found: Happening[] = [];
  const tell = (event: Happening["event"], time = now, more: Partial<Happening> = {}) =>
    found.push({ event, id, name, time, ...more });
  if (before === undefined) tell("create");
  if (after === undefined) {
    if (before?.paused) tell("resume");
    // One that removes itself leaves no status.
    if (runs(before)) tell("exit", now, { status: undefined });
    tell("remove");
    return found;
  }
  const { status } = after;
  const isNew = begun(after) > begun(before);
  // The end of the life before, where nobody looked in between.
  if (isNew && runs(before)) tell("exit", now, { status: undefined });
  if (isNew) tell(isFirst(before, status!) ? "start" : "restart", begun(after));
  const killed = after.outOfMemory - (before?.outOfMemory ?? 0);
  if (killed > 0) tell("oom", now, { count: killed });
  if (!before?.paused && after.paused) tell("pause");
  if (before?.paused && !after.paused) tell("resume");
  if (over(after) > over(before) && status!.step > 0) tell("fail", over(after));
  else if (over(after) > over(before))
    tell("exit", over(after), { status: status!.status, signal: status!.signal });
  // It gets its first name a moment after it was made, and loses the last a moment before it is gone.
  if (before?.name !== undefined && name !== undefined && before.name !== name) tell("rename");
  return found;
}

/** All of them, in the order of time. */
export function happened(
  before: ReadonlyMap<string, Glance>,
  after: ReadonlyMap<string, Glance>,
  now: bigint,
): Happening[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .flatMap((id) => happenedTo(before.get(id), after.get(id), now))
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}
