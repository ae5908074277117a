/** `nsbox update`: other limits for containers that run. */
import type { Command, Parsed } from "../cli/command.ts";
import { print } from "../cli/print.ts";
import { updateLimits } from "../runtime/limits/update.ts";
import { UsageError } from "../util/errors.ts";
import { checkCount, labelOf } from "./containers/find.ts";
import { findRunning } from "./containers/running.ts";
import { limitFlags } from "./run/limit-flags.ts";
import { readLimitsRequest } from "./run/limit-request.ts";

/** What cannot be changed any more: where the groups are. */
const AT_START: readonly string[] = ["cgroup", "cgroup-manager", "device-rule"];

const flags = limitFlags().filter(({ long }) => !AT_START.includes(long));

/** `nsbox update`. */
export const command: Command = {
  name: "update",
  usage: "LIMIT… NAME",
  description: `Gives a container that runs other limits, at once: the options are those of \`nsbox run\`. What is not named stays. Each value is read back; where one cannot be set, none is changed. What is set holds for the later starts of the container too.`,
  flags,
  positionals: "mixed",
  examples: [
    { line: "nsbox update --memory 1g --cpus 2 web", text: "Give the container web more." },
    { line: "nsbox update --memory -1 --cpus -1 web", text: "Take limits away." },
  ],
  failure: 1,
  run,
};

function run(input: Parsed): number {
  checkCount(input.rest, "NAME", 1);
  const known = new Set(flags.map(({ long }) => long));
  if (!input.ordered.some(([long]) => known.has(long))) {
    throw new UsageError("There is no limit to change", "nsbox update --memory 1g NAME");
  }
  const request = readLimitsRequest(input);
  const container = findRunning(input.rest[0]!);
  for (const text of updateLimits(container, labelOf(container), request)) print(text);
  return 0;
}
