/** A plan over the host's own files, shown or carried out. */

import { parse } from "../../cli/argv.ts";
import type { Command, Parsed } from "../../cli/command.ts";
import { note } from "../../cli/log.ts";
import { KINDS, type KindName } from "../../ns/kinds.ts";
import { launch } from "../../runtime/launch.ts";
import { launchAgain } from "../../runtime/launch-again.ts";
import type { Caller } from "../../sandbox/request.ts";
import { planUnshare, type UnshareRequest } from "../../sandbox/unshare.ts";
import { rawEnvironment, rawWords } from "../../sys/raw-words.ts";
import { UsageError } from "../../util/errors.ts";

/** What Bun makes of bytes that are no UTF-8. */
const GARBLED = "\uFFFD";

/** What is asked for, and the notes that are worth printing before it is done. */
export interface Unshared {
  readonly request: UnshareRequest;
  readonly notes: readonly string[];
}

/**
 * Reads the words, again as bytes where text would not do, and does what they say.
 * @throws NsboxError where that cannot be.
 */
export async function performUnshare(
  table: Command,
  typed: Parsed,
  read: (input: Parsed, caller: Caller) => Unshared,
): Promise<number> {
  if (typed.has("explain") && typed.has("explain-json")) {
    throw new UsageError('Options "--explain" and "--explain-json" contradict each other');
  }
  const bytes = [process.argv.join(), ...Object.values(process.env)].join().includes(GARBLED);
  const words = bytes ? rawWords() : [];
  const input = bytes ? parse(table, words.slice(words.indexOf(table.name) + 1)) : typed;
  const caller: Caller = {
    uid: process.geteuid!(),
    gid: process.getegid!(),
    env: bytes ? rawEnvironment() : process.env,
    color: input.value("color"),
    bytes,
  };
  const { request, notes } = read(input, caller);
  const plan = planUnshare(request, caller);
  if (input.has("explain") || input.has("explain-json")) {
    const { explain } = await import("../run/explain.ts");
    return explain(plan, request.kinds, input.has("explain-json"));
  }
  for (const text of notes) await note(text);
  const told = input.has("verbose") ? (await import("../../plan/narrate.ts")).narrated(plan) : plan;
  // What ps shows of the monitor; a longer word than this the kernel would not take.
  const title = `nsbox ${process.argv.slice(2).join(" ")}`.slice(0, 4096);
  throw launchAgain(told, title, launch(told, title));
}

/**
 * All kinds but those in `--share`.
 * @throws UsageError naming the word that is none, or where an ordinary user would share the user namespace.
 */
export function allBut(shared: readonly KindName[], { uid }: Caller): readonly KindName[] {
  if (uid !== 0 && shared.includes("user")) {
    throw new UsageError(
      "An ordinary user cannot share the user namespace",
      "Only root makes other namespaces without one",
    );
  }
  return KINDS.map(({ name }) => name).filter((name) => !shared.includes(name));
}
