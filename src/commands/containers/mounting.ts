/** What `nsbox mount` and `nsbox umount` share. */
import type { Parsed } from "../../cli/command.ts";
import type { EncodedPlan } from "../../plan/plan.ts";
import { foreignMounts } from "../../runtime/enter/target.ts";
import { launch } from "../../runtime/launch.ts";
import { launchAgain } from "../../runtime/launch-again.ts";
import type { MountTarget } from "../../sandbox/enter/mounts.ts";
import { display } from "../../sandbox/plan-run.ts";
import { NsboxError } from "../../util/errors.ts";
import { findTarget } from "./target.ts";

/** What Bun makes of bytes that are no UTF-8. */
const GARBLED = "\uFFFD";

/**
 * The container that `word` means, as one whose mounts are to change.
 * @throws NsboxError where it has none of its own.
 */
export function findMounts(word: string): MountTarget {
  const { target } = findTarget(word);
  if (!target.kinds.includes("mnt")) {
    throw new NsboxError(`Cannot change the mounts of ${target.title}`, {
      cause: "it has no mount namespace of its own: they are the host's",
      code: "no-mounts",
    });
  }
  return { ...target, join: foreignMounts(target) };
}

/** The variable by which a report of failure knows the caller's terminal. */
export const displayOf = (input: Parsed): string =>
  display({
    uid: process.geteuid!(),
    gid: process.getegid!(),
    env: process.env,
    color: input.value("color"),
    bytes: false,
  });

/** @throws NsboxError where a word is no text: it could not be written down. */
export function refuseGarbled(): void {
  const word = process.argv.find((each) => each.includes(GARBLED));
  if (word !== undefined) throw new NsboxError(`Cannot use the name "${word}"`, { cause: "it is not UTF-8" });
}

/** Prints the plan or carries it out. Returns only where it is printed. */
export async function perform(input: Parsed, plan: EncodedPlan): Promise<number> {
  if (input.has("explain")) return (await import("../run/explain.ts")).explain(plan, ["mnt"], false);
  const told = input.has("verbose") ? (await import("../../plan/narrate.ts")).narrated(plan) : plan;
  const title = `nsbox ${process.argv.slice(2).join(" ")}`.slice(0, 4096);
  throw launchAgain(told, title, launch(told, title));
}
