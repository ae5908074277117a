/** `nsbox wait`: until containers end. */
import { lstatSync } from "node:fs";
import type { Command, Parsed } from "../cli/command.ts";
import { print } from "../cli/print.ts";
import { awaitUnlocked } from "../runtime/containers/lock.ts";
import { type Container, isLive } from "../runtime/containers/settle.ts";
import { NsboxError } from "../util/errors.ts";
import { eachWord, findContainer } from "./containers/find.ts";

/** The exit status of a client that could not attach. */
const NOT_SEEN = 125;

/** `nsbox wait`. */
export const command: Command = {
  name: "wait",
  usage: "NAME…",
  description: `Waits until each container has ended for good, and prints its exit status: 128+n where signal n ended it, 125 where its set-up failed. One that has ended before is not waited for. With several names the statuses come in their order, a line each.

A container that is restarted by its supervisor has not ended.`,
  flags: [],
  positionals: "mixed",
  examples: [{ line: "nsbox wait web", text: "Wait for the end of the container web." }],
  failure: 1,
  run,
};

function run(input: Parsed): Promise<number> {
  return eachWord(input.rest, async (word) => {
    print(String(await statusOf(word)));
  });
}

async function statusOf(word: string): Promise<number> {
  let container = findContainer(word);
  if (container.config?.remove) return statusSeen(container);
  while (container.status?.state !== "exited") {
    const { directory } = container;
    if (isLive(container)) awaitUnlocked(directory);
    else await Bun.sleep(20); // being made: for some seconds at most
    const { id } = container;
    if (lstatSync(directory, { throwIfNoEntry: false }) === undefined) throw removed(container);
    container = findContainer(id);
  }
  return container.status.status;
}

/** One that removes itself keeps no status: who is attached hears it. */
async function statusSeen(container: Container): Promise<number> {
  const words = ["/proc/self/exe", "attach", "--no-stdin", container.id];
  const status = await Bun.spawn(words, { stdio: ["ignore", "ignore", "ignore"] }).exited;
  if (status === NOT_SEEN) throw removed(container);
  return status;
}

const removed = ({ id, name }: Container): NsboxError =>
  new NsboxError(`Container "${name ?? id}" was removed while it was waited for`, { code: "not-found" });
