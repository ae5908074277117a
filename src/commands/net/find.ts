/** What `nsbox net connect` and `disconnect` are about. */
import { findNetwork, type Network } from "../../runtime/networks/config.ts";
import type { Running } from "../../runtime/networks/connect.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";
import { findContainer, labelOf } from "../containers/find.ts";

/** Where the names of networks are to be found. */
export const LISTS_NETWORKS = "`nsbox net ls` lists all networks";

/** The network and the container; `running`: undefined where it does not run. */
export function findBoth(
  verb: string,
  [network, word, ...more]: readonly string[],
): { network: Network; container: ReturnType<typeof findContainer>; running: Running | undefined } {
  if (network === undefined || word === undefined || more.length > 0) {
    throw new UsageError(`${verb} takes NETWORK and CONTAINER`, `nsbox net ${verb} NETWORK CONTAINER`);
  }
  const found = findNetwork(network);
  const container = findContainer(word);
  const { id, status } = container;
  const isRunning = status?.state === "running" && status.pid.pid > 0;
  const title = `container "${labelOf(container)}"`;
  const running = isRunning ? { id, title, pid: status.pid.pid, start: status.pid.start } : undefined;
  return { network: found, container, running };
}

/** @throws NsboxError for a container that does not run. */
export function mustRun(running: Running | undefined, word: string): Running {
  if (running !== undefined) return running;
  throw new NsboxError(`Container "${word}" does not run`, {
    hint: `\`nsbox restart ${word}\` starts it`,
    code: "not-running",
  });
}
