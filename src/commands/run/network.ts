/** The command's network, as it was typed. */
import type { Parsed } from "../../cli/command.ts";
import type { NetworkPart } from "../../sandbox/network/part.ts";
import { UsageError } from "../../util/errors.ts";
import type { RunFacts } from "./limits.ts";
import { isSharing, isUserMode } from "./network-words.ts";

/** What only a network of nsbox's own can give. */
const OF_A_NETWORK = ["ip", "ip6", "mtu", "mac", "publish"];

/** What is about names: with the host's network too. */
const OF_NAMES = ["dns", "dns-search", "dns-option", "add-host"];

/** The operations for `input`. @throws NsboxError where it cannot be. */
export async function readNetwork(input: Parsed, run: RunFacts): Promise<NetworkPart | undefined> {
  const word = input.value("network");
  if (word !== undefined && isUserMode(word)) {
    return (await import("./network-user-mode.ts")).readUserMode(input, run, word);
  }
  if (word !== undefined && word !== "none" && !isSharing(word)) {
    return (await import("./network-bridge.ts")).readBridge(input, run, word);
  }
  const options = word === "host" ? OF_A_NETWORK : [...OF_A_NETWORK, ...OF_NAMES];
  const option = options.find((long) => input.has(long));
  if (option !== undefined) {
    throw new UsageError(
      `Option "--${option}" needs a network`,
      'Add "--network NAME"; `nsbox net ls` lists networks',
    );
  }
  if (word === undefined || word === "none") return undefined;
  return (await import("./network-files.ts")).readFiles(input, run, word);
}
