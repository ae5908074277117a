/** `nsbox ns keep`: namespaces bound in a directory. */
import type { Parsed } from "../../cli/command.ts";
import { note } from "../../cli/log.ts";
import { flagOf } from "../../ns/kinds.ts";
import { block } from "../../plan/block.ts";
import type { Op } from "../../plan/plan.ts";
import { statePath } from "../../runtime/containers/place.ts";
import { trueDirectory } from "../../runtime/ns-dirs/path.ts";
import { prepare } from "../../runtime/ns-dirs/prepare.ts";
import { newRecordId } from "../../runtime/ns-dirs/records.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";
import { displayOf, perform, refuseGarbled } from "../containers/mounting.ts";
import { otherwise } from "../containers/ns-note.ts";
import { findTarget } from "../containers/target.ts";

/** Binds those of `words[0]` in the directory `words[1]`. */
export async function run(input: Parsed, [word, typed, ...more]: readonly string[]): Promise<number> {
  refuseGarbled();
  if (word === undefined || typed === undefined || more.length > 0) {
    throw new UsageError("keep takes NAME or PID, and DIR", "nsbox ns keep NAME|PID DIR");
  }
  const { title, pid, start, kinds } = findTarget(word).target;
  if (kinds.length === 0) {
    throw new NsboxError(`Cannot keep the namespaces of ${title}`, { cause: "they are the caller's own" });
  }
  const path = trueDirectory(typed);
  if (!input.has("explain")) prepare(path, kinds);
  const flags = kinds.reduce((sum, kind) => sum + flagOf(kind), 0);
  const ops: readonly Op[] = [
    { op: "open_target", title, pid, start, root: 0, mounts: 0 },
    {
      op: "keep_namespaces",
      path,
      flags,
      state: statePath(),
      id: newRecordId(),
      otherwise: otherwise(input),
      pid,
    },
  ];
  const display = displayOf(input);
  if (kinds.includes("pid") && !input.has("explain")) {
    await note("The PID namespace lives as long as its first process, and is a mere name afterwards");
  }
  return perform(input, { blocks: ops.map(block), argv: ["ns"], env: [], display, bytes: false });
}
