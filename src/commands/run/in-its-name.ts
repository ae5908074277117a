/**
 * What a run makes that outlives its processes unless it is taken back: groups for limits, leases and devices of
 * networks. All such runs need what is imported here at once: to load many small files takes longer than to run them.
 */
import type { Parsed } from "../../cli/command.ts";
import { anyForsaken } from "../../runtime/forsaken.ts";
import type { Parts } from "../../sandbox/plan-run.ts";
import { newRunId } from "../../sandbox/run-id.ts";
import { undoBlock } from "../../sandbox/undo.ts";
import { isKept } from "./is-kept.ts";
import type { RunFacts } from "./limits.ts";
import { readNetwork } from "./network.ts";

/** The parts of the plan for it, and the id in whose name it is made. */
export interface MadeInItsName extends Pick<Parts, "limits" | "network" | "undo"> {
  readonly id: string;
}

/** Reads what was asked for, of the families in `used`. What killed runs have left goes first: it may be in the way. */
export async function madeInItsName(
  input: Parsed,
  { request, caller }: Omit<RunFacts, "id">,
  used: ReadonlySet<string | undefined>,
): Promise<MadeInItsName> {
  const id = newRunId();
  const run = { request, caller, id };
  if (anyForsaken(caller)) (await import("../../runtime/undo.ts")).replayUndo();
  const limits =
    used.has("limits") || isKept(input)
      ? await (await import("./limits.ts")).readLimits(input, run)
      : undefined;
  const network = used.has("network") ? await readNetwork(input, run) : undefined;
  const undo = limits === undefined && network === undefined ? undefined : undoBlock(caller, id);
  return { id, limits, network, undo };
}
