/** `nsbox mount`: something more in a container that runs. */
import type { Command, Parsed } from "../cli/command.ts";
import type { EncodedPlan } from "../plan/plan.ts";
import { type Place, planMount, planPrivate } from "../sandbox/enter/mounts.ts";
import { UsageError } from "../util/errors.ts";
import { displayOf, findMounts, perform, refuseGarbled } from "./containers/mounting.ts";
import { split } from "./run/colons.ts";
import { bindOf, targetPath, tmpfsOf } from "./run/mount-values.ts";
import { refuseOwnProcess } from "./run/own-process.ts";

/** `nsbox mount`. */
export const command: Command = {
  name: "mount",
  usage: "[OPTIONS] NAME|PID SOURCE TARGET[:OPTIONS]",
  description: `Mounts SOURCE, a file or directory of the caller's, on TARGET of a container that runs, as \`nsbox run --bind\` would have done: with the mounts below it, nosuid and nodev, private. OPTIONS are those of --bind but try and idmap.

With --private each word is NAME:TARGET, and one new filesystem in memory appears in all these containers, and nowhere else. It goes with the last of them.

TARGET must be there; links are followed inside the container alone. Where one step fails, nothing stays mounted. An ordinary user changes the mounts of own containers.`,
  flags: [
    {
      long: "private",
      value: "[OPTIONS]",
      optional: true,
      help: "Mount one tmpfs that only the containers NAME:TARGET… share",
      text: "OPTIONS, behind =, are those of `--tmpfs`: size=64M,mode=0700.",
    },
    { long: "explain", help: "Print each step in words, with its system call and man page, and do nothing" },
    { long: "verbose", short: "v", help: "Print each step, with its time, as it is taken" },
  ],
  positionals: "mixed",
  examples: [
    { line: "nsbox mount web ./data /srv:ro", text: "A directory of the host, read-only, in container web." },
    {
      line: "nsbox mount --private=size=16M a:/shared b:/shared",
      text: "A filesystem that only a and b see.",
    },
  ],
  failure: 1,
  run,
};

async function run(input: Parsed): Promise<number> {
  refuseGarbled();
  return perform(input, planTyped(input));
}

/** What was typed, as a plan. */
export const planTyped = (input: Parsed): EncodedPlan => (input.has("private") ? shared(input) : one(input));

function one(input: Parsed): EncodedPlan {
  const [word, source, target, ...more] = input.rest;
  if (word === undefined || source === undefined || target === undefined || more.length > 0) {
    throw new UsageError("mount takes NAME or PID, SOURCE and TARGET", "nsbox mount web ./data /srv:ro");
  }
  const typed = `${source} ${target}`;
  const item = bindOf(`${source.replaceAll(":", "\\:")}:${target}`, process.cwd(), typed);
  const { choice } = item;
  if (choice.idmap || choice.optional) {
    throw new UsageError(
      `Invalid "${typed}": the option ${choice.idmap ? "idmap" : "try"} is not for a container that runs`,
    );
  }
  refuseOwnProcess(item.source, typed);
  return planMount(
    item.source,
    { container: findMounts(word), path: item.target },
    choice,
    displayOf(input),
    false,
  );
}

function shared(input: Parsed): EncodedPlan {
  if (input.rest.length < 2) {
    throw new UsageError(
      "--private wants two containers at least",
      "nsbox mount --private a:/shared b:/shared",
    );
  }
  const words = input.rest.map((word) => {
    const [name = "", path, ...more] = split(word, ":");
    if (name !== "" && path !== undefined && more.length === 0) return { name, path: targetPath(path, word) };
    throw new UsageError(`Invalid "${word}": it takes NAME:TARGET`);
  });
  const given = input.value("private");
  const { options, choice } = tmpfsOf(`/x${given === undefined ? "" : `:${given}`}`, `--private=${given}`);
  const places: Place[] = words.map(({ name, path }) => ({ container: findMounts(name), path }));
  return planPrivate(places, options, choice.set, displayOf(input), false);
}
