/** `nsbox gc`: what killed processes of nsbox left, removed. */
import type { Command, Parsed } from "../cli/command.ts";
import { fail } from "../cli/fail.ts";
import { JSON_FLAG } from "../cli/flags.ts";
import { print } from "../cli/print.ts";
import { type Collected, collect } from "../runtime/containers/collect.ts";
import { collectMountPoints } from "../runtime/containers/mount-points.ts";
import { openPlace } from "../runtime/containers/place.ts";
import { sweepGroups } from "../runtime/limits/sweep.ts";
import { sweepNetworks } from "../runtime/networks/sweep.ts";
import { collectNsDirs } from "../runtime/ns-dirs/collect.ts";
import { replayUndo } from "../runtime/undo.ts";
import { NsboxError } from "../util/errors.ts";
import { safeJson, sanitize } from "../util/sanitize.ts";
import { checkCount } from "./containers/find.ts";

/** `nsbox gc`. */
export const command: Command = {
  name: "gc",
  usage: "[OPTIONS]",
  description: `Puts right what was left where nsbox was killed or the machine went down: containers that were never finished, names that stand for nothing, containers whose supervisor is gone, mount points in a root filesystem that no run uses any more, namespaces bound for a command that never ran, and cgroups, addresses, devices and rules of runs whose monitor was killed. Prints a line for each. What lives, and what has ended and can still be asked for its status, stays.

Every command does the same for what it meets; this one looks everywhere.`,
  flags: [JSON_FLAG],
  positionals: "mixed",
  examples: [{ line: "nsbox gc", text: "Clean up." }],
  failure: 1,
  run,
};

async function run(input: Parsed): Promise<number> {
  checkCount(input.rest, "no words", 0);
  const place = openPlace();
  const nothing = { done: [], refused: [] };
  const collections = [place === undefined ? nothing : collect(place), collectNsDirs()];
  const undone = replayUndo();
  const swept = await sweepGroups((id) => undone.held.includes(id));
  const done: Collected[] = [
    ...collections.flatMap((each) => each.done),
    ...undone.done.map((name) => ({ what: "what a killed run made", name }) as const),
    ...swept.map((name) => ({ what: "empty cgroups of", name }) as const),
    ...(await sweepNetworks()),
    ...collectMountPoints(),
  ];
  const refused = [
    ...collections.flatMap((each) => each.refused),
    ...undone.left.map((path) => new NsboxError(`Cannot take back all that "${path}" lists`)),
  ];
  if (input.has("json")) print(safeJson(done));
  else for (const { what, name } of done) print(`${what} ${sanitize(name)}`);
  for (const error of refused) fail(error, 1, input.has("json"));
  return refused.length > 0 ? 1 : 0;
}
