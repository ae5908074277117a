/** `nsbox umount`: something less in a container that runs. */
import type { Command, Parsed } from "../cli/command.ts";
import type { EncodedPlan } from "../plan/plan.ts";
import { planUnmount } from "../sandbox/enter/mounts.ts";
import { UsageError } from "../util/errors.ts";
import { displayOf, findMounts, perform, refuseGarbled } from "./containers/mounting.ts";
import { targetPath } from "./run/mount-values.ts";

/** `nsbox umount`. */
export const command: Command = {
  name: "umount",
  usage: "[OPTIONS] NAME|PID TARGET",
  description: `Takes away what is mounted on TARGET of a container that runs. What its set-up made stays: its root, and all that lies on or below /proc, /sys and /dev, wherever links to them lead.`,
  flags: [
    { long: "lazy", short: "l", help: "Also while it is in use: who has it open keeps it until then" },
    { long: "explain", help: "Print each step in words, with its system call and man page, and do nothing" },
    { long: "verbose", short: "v", help: "Print each step, with its time, as it is taken" },
  ],
  positionals: "mixed",
  examples: [{ line: "nsbox umount web /srv", text: "What `nsbox mount web ./data /srv` mounted." }],
  failure: 1,
  run,
};

async function run(input: Parsed): Promise<number> {
  refuseGarbled();
  return perform(input, planTyped(input));
}

/** What was typed, as a plan. */
export function planTyped(input: Parsed): EncodedPlan {
  const [word, target, ...more] = input.rest;
  if (word === undefined || target === undefined || more.length > 0) {
    throw new UsageError("umount takes NAME or PID, and TARGET", "nsbox umount web /srv");
  }
  const place = { container: findMounts(word), path: targetPath(target, target) };
  return planUnmount(place, input.has("lazy"), displayOf(input), false);
}
