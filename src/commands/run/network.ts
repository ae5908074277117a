/** The command's network, as it was typed. */
import type { Parsed } from "../../cli/command.ts";
import type { NetworkPart } from "../../sandbox/network/part.ts";
import type { RunFacts } from "./limits.ts";

/** The operations for `input`. */
export function readNetwork(_input: Parsed, _run: RunFacts): NetworkPart | undefined {
  return undefined;
}
