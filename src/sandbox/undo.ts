/** The list of what is to be taken back, for runs that make what outlives their processes. */
import { block } from "../plan/block.ts";
import type { Block } from "../plan/plan.ts";
import type { Caller } from "./request.ts";
import { stateDirectories } from "./state.ts";

/** Begins the list of run `id`: a container's id, or one of the run's own. */
export const undoBlock = (caller: Pick<Caller, "uid" | "env">, id: string): Block =>
  block({ op: "undo_list", ...stateDirectories(caller), id });
