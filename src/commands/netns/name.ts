/** What `nsbox netns add` and `attach` share: one operation that gives a namespace a name. */
import { lstatSync } from "node:fs";
import type { Parsed } from "../../cli/command.ts";
import { NETNS_DIRECTORY } from "../../net/netns.ts";
import { block } from "../../plan/block.ts";
import type { Op } from "../../plan/plan.ts";
import { netnsPath } from "../../runtime/netns/named.ts";
import { replayUndo } from "../../runtime/undo.ts";
import { newRunId } from "../../sandbox/run-id.ts";
import { undoBlock } from "../../sandbox/undo.ts";
import { NsboxError } from "../../util/errors.ts";
import { displayOf, perform, refuseGarbled } from "../containers/mounting.ts";

/**
 * Gives the namespace of `pid`, or a new one where that is 0, the name `name`. Returns only where the plan is
 * printed.
 * @throws NsboxError where it cannot be.
 */
export function giveName(input: Parsed, name: string, pid: number): Promise<number> {
  refuseGarbled();
  const path = netnsPath(name);
  if (!input.has("explain")) replayUndo();
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) {
    throw new NsboxError(`Cannot name a network namespace "${name}"`, {
      cause: `"${path}" is there already`,
      hint: "`nsbox netns ls` lists those that have a name",
      code: "exists",
    });
  }
  const at = { directory: NETNS_DIRECTORY, name } as const;
  const op: Op = pid === 0 ? { op: "make_network", ...at } : { op: "name_network", ...at, pid };
  const display = displayOf(input);
  const undo = undoBlock({ uid: process.geteuid!(), env: process.env }, newRunId());
  return perform(input, { blocks: [undo, block(op)], argv: ["netns"], env: [], display, bytes: false });
}
