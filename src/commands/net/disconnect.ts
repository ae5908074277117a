/** `nsbox net disconnect`. */
import type { Parsed } from "../../cli/command.ts";
import { disconnect } from "../../runtime/networks/connect.ts";
import { leasesOf } from "../../runtime/networks/tenants.ts";
import { NsboxError } from "../../util/errors.ts";
import { labelOf } from "../containers/find.ts";
import { findBoth } from "./find.ts";
import { needsRoot } from "./rights.ts";

/** Takes `words[1]` off the network `words[0]`. */
export function run(_input: Parsed, words: readonly string[]): number {
  const { network, container } = findBoth("disconnect", words);
  needsRoot("disconnect a container");
  const lease = leasesOf(network).find(({ owner }) => owner === container.id);
  if (lease === undefined) {
    throw new NsboxError(`Container "${labelOf(container)}" is not on network "${network.file.name}"`, {
      hint: `\`nsbox net inspect ${network.file.name}\` lists who is`,
      code: "not-found",
    });
  }
  disconnect(container, network, lease);
  return 0;
}
