/** `nsbox rm`: containers forgotten. */
import { lstatSync } from "node:fs";
import type { Command, Parsed } from "../cli/command.ts";
import { print } from "../cli/print.ts";
import { removeContainer } from "../runtime/containers/create.ts";
import { lockSoon, takeTurn } from "../runtime/containers/lock.ts";
import { type Container, isLive } from "../runtime/containers/settle.ts";
import { beginStop, finishStop } from "../runtime/containers/stop.ts";
import { NsboxError } from "../util/errors.ts";
import { eachWord, findContainer, labelOf } from "./containers/find.ts";

const SIGKILL = 9;
/** For how long others may look at it or end with it, in milliseconds. */
const BUSY = 3000;

/** `nsbox rm`. */
export const command: Command = {
  name: "rm",
  usage: "[OPTIONS] NAME…",
  description: `Removes what is kept of containers that have ended: name, exit status, log. Their root filesystems stay. Prints the name of each that is gone.`,
  flags: [{ long: "force", short: "f", help: "Kill a container that runs" }],
  positionals: "mixed",
  examples: [{ line: "nsbox rm -f web", text: "End the container web at once, and forget it." }],
  failure: 1,
  run,
};

function run(input: Parsed): Promise<number> {
  return eachWord(input.rest, async (word) => {
    const { id, directory } = findContainer(word);
    const turn = takeTurn(directory);
    try {
      // While this waited for its turn, another may have removed it, or started it again.
      if (isThere(directory)) await remove(findContainer(id), input.has("force"));
    } finally {
      turn.release();
    }
    print(word);
  });
}

const isThere = (directory: string): boolean => lstatSync(directory, { throwIfNoEntry: false }) !== undefined;

async function remove(container: Container, force: boolean): Promise<void> {
  const { directory, name, status } = container;
  const label = labelOf(container);
  if (isLive(container) || status === undefined) {
    if (!force) throw stillRuns(label);
    await finishStop(beginStop(container, SIGKILL, 0), SIGKILL);
  }
  const lock = await lockSoon(directory, BUSY);
  if (lock === undefined) throw stillRuns(label);
  try {
    // A run with --rm removes itself.
    if (isThere(directory)) removeContainer(directory, name);
  } finally {
    lock.release();
  }
}

const stillRuns = (label: string): NsboxError =>
  new NsboxError(`Cannot remove container "${label}"`, {
    cause: "it runs",
    hint: `\`nsbox stop ${label}\` ends it, \`nsbox rm -f ${label}\` kills and removes it`,
    code: "running",
  });
