/** `nsbox restart`: a container started once more. */
import { rmSync } from "node:fs";
import type { Command, Parsed } from "../cli/command.ts";
import { print } from "../cli/print.ts";
import { failedCall } from "../runtime/containers/failed-call.ts";
import { lockSoon, takeTurn } from "../runtime/containers/lock.ts";
import { relaunch, storedPlan, toRestart } from "../runtime/containers/relaunch.ts";
import { type Container, isLive } from "../runtime/containers/settle.ts";
import { seeToNetworks } from "../runtime/networks/of-plan.ts";
import { NsboxError } from "../util/errors.ts";
import { eachWord, findContainer, labelOf } from "./containers/find.ts";
import { readSeconds } from "./containers/signals.ts";
import { ask, seeEnd } from "./containers/stopping.ts";

/** For how long others may look at it or end with it, in milliseconds. */
const BUSY = 3000;

/** `nsbox restart`. */
export const command: Command = {
  name: "restart",
  usage: "[OPTIONS] NAME…",
  description: `Starts each container once more, from the plan that was stored when it was made; one that runs is stopped before, as by \`nsbox stop\`. The plan is what \`nsbox run\` made of its options then: names of users, environment and paths were looked up at that time. It runs in the background, and its log goes on.`,
  flags: [{ long: "time", short: "t", value: "SECONDS", help: "Wait that long before SIGKILL" }],
  positionals: "mixed",
  examples: [{ line: "nsbox restart web", text: "Stop the container web, and start it again." }],
  failure: 1,
  run,
};

function run(input: Parsed): Promise<number> {
  const time = input.value("time");
  const timeout = time === undefined ? undefined : readSeconds(time, "--time");
  return eachWord(input.rest, async (word) => {
    const { id, directory } = findContainer(word);
    const turn = takeTurn(directory);
    try {
      await restart(findContainer(id), timeout);
    } finally {
      turn.release();
    }
    print(word);
  });
}

async function restart(container: Container, timeout: number | undefined): Promise<void> {
  const { config, directory } = container;
  const label = labelOf(container);
  if (config === undefined || container.status === undefined) {
    throw new NsboxError(`Cannot restart container "${label}"`, {
      cause: config === undefined ? "its configuration cannot be read" : "it was never started",
    });
  }
  const plan = toRestart(storedPlan(directory), config.interactive);
  if (isLive(container)) await seeEnd(ask(container, timeout));
  const lock = await lockSoon(directory, BUSY);
  if (lock === undefined) {
    throw new NsboxError(`Cannot restart container "${label}"`, { cause: "another command starts it" });
  }
  try {
    rmSync(`${directory}/stop`, { force: true });
  } catch (error) {
    throw failedCall(`Cannot restart container "${label}"`, "unlink", error);
  } finally {
    lock.release();
  }
  await seeToNetworks(plan, container);
  const { status } = await relaunch(plan, config.cwd, `nsbox restart ${label}`);
  if (status !== 0) throw new NsboxError(`Container "${label}" did not start`, { code: "not-started" });
}
