/** `nsbox events`: what happens to containers. */

import { textAt } from "../cgroup/look.ts";
import { usageV1, usageV2 } from "../cgroup/usage.ts";
import type { Command, Parsed } from "../cli/command.ts";
import { JSON_FLAG } from "../cli/flags.ts";
import { writeBytes } from "../cli/print.ts";
import { Follower } from "../runtime/containers/follow.ts";
import { type Glance, type Happening, happened } from "../runtime/containers/happenings.ts";
import { makePlace, type Place } from "../runtime/containers/place.ts";
import { listContainers } from "../runtime/containers/settle.ts";
import { isFrozen } from "../runtime/limits/freeze.ts";
import { type Group, groupsOf } from "../runtime/limits/groups.ts";
import { cgroupMounts } from "../sandbox/limits/layout.ts";
import { safeJson, sanitize } from "../util/sanitize.ts";
import { findContainer } from "./containers/find.ts";
import { isoTime } from "./containers/words.ts";

/** `nsbox events`. */
export const command: Command = {
  name: "events",
  usage: "[OPTIONS] [NAME…]",
  description: `Prints what happens to the containers of this user from now on, a line each, until Ctrl-C: create, start, exit with the status, restart, fail (the set-up did), oom (processes were killed for want of memory), pause, resume, rename and remove. With names, what happens to these containers alone.

It is told by the kernel when something has changed, and looks then: of what happens several times within a moment it may see the last.`,
  flags: [JSON_FLAG],
  positionals: "mixed",
  examples: [
    { line: "nsbox events", text: "All that happens." },
    { line: "nsbox events --json web", text: "What happens to the container web, an object a line." },
  ],
  failure: 1,
  run,
};

function run(input: Parsed): number {
  const chosen =
    input.rest.length === 0 ? undefined : new Set(input.rest.map((word) => findContainer(word).id));
  const place = makePlace();
  const follower = new Follower(place);
  const encoder = new TextEncoder();
  const word = input.has("json") ? jsonOf : lineOf;
  let before = glances(place, follower, chosen);
  // What came into being before it was watched.
  before = glances(place, follower, chosen);
  for (;;) {
    if (!follower.next()) return 0;
    const after = glances(place, follower, chosen);
    const now = BigInt(Date.now()) * 1_000_000n;
    const lines = happened(before, after, now).map((each) => `${word(each)}\n`);
    if (lines.length > 0 && !writeBytes(1, encoder.encode(lines.join("")))) return 0;
    before = after;
    if (chosen !== undefined && after.size === 0) return 0;
  }
}

/** Looks at all that are chosen, and watches them from now on. */
function glances(
  place: Place,
  follower: Follower,
  chosen: ReadonlySet<string> | undefined,
): Map<string, Glance> {
  const mounts = cgroupMounts();
  const found = new Map<string, Glance>();
  for (const container of listContainers(place).containers) {
    const { id, name, status } = container;
    if (chosen !== undefined && !chosen.has(id)) continue;
    const groups = groupsOf(container, mounts);
    follower.add(container, groups);
    const outOfMemory = (status?.oom ?? 0) + killedIn(groups);
    found.set(id, { id, name, status, paused: isFrozen(groups), outOfMemory });
  }
  follower.keep(new Set(found.keys()));
  return found;
}

/** Processes killed for want of memory in this life. */
function killedIn(groups: readonly Group[]): number {
  const memory = groups.find(({ controllers }) => controllers.includes("memory"));
  if (memory === undefined) return 0;
  const read = (_: string, file: string) => textAt(`${memory.path}/${file}`);
  return (memory.version === 1 ? usageV1(read) : usageV2(read)).outOfMemory ?? 0;
}

function lineOf({ event, id, name, time, status, signal, count }: Happening): string {
  const words = [isoTime(time), event.padEnd(7), sanitize(name ?? id), ...(name === undefined ? [] : [id])];
  if (event === "exit") words.push(`status ${status ?? "?"}${signal ? `, signal ${signal}` : ""}`);
  if (event === "oom")
    words.push(`${count} ${count === 1 ? "process" : "processes"} killed for want of memory`);
  return words.join("  ");
}

const jsonOf = ({ event, id, name, time, status, signal, count }: Happening): string =>
  safeJson({
    time: isoTime(time),
    event,
    id,
    name: name ?? null,
    ...(event === "exit" ? { status: status ?? null, signal: signal || null } : {}),
    ...(event === "oom" ? { count } : {}),
  });
