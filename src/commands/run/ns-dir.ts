/** `--ns-dir DIR`: the namespaces of a run, bound in a directory. */
import type { Parsed } from "../../cli/command.ts";
import { flagOf, type KindName } from "../../ns/kinds.ts";
import { block } from "../../plan/block.ts";
import type { Block } from "../../plan/plan.ts";
import { statePath } from "../../runtime/containers/place.ts";
import { trueDirectory } from "../../runtime/ns-dirs/path.ts";
import { prepare } from "../../runtime/ns-dirs/prepare.ts";
import { newRecordId } from "../../runtime/ns-dirs/records.ts";
import type { Caller, RunRequest } from "../../sandbox/request.ts";
import { UsageError } from "../../util/errors.ts";
import { otherwise } from "../containers/ns-note.ts";

const OPTION = 'Option "--ns-dir"';

/**
 * The operation. `kinds`: those that the run makes. Puts right what a killed nsbox left in DIR, unless the plan
 * is only to be shown.
 * @throws NsboxError where namespaces cannot be bound there.
 */
export function nsDirBlock(
  input: Parsed,
  request: RunRequest,
  kinds: readonly KindName[],
  caller: Caller,
): Block {
  const typed = input.value("ns-dir")!;
  check(input, request, kinds);
  const path = trueDirectory(typed);
  if (!input.has("explain") && !input.has("explain-json")) prepare(path, kinds);
  const raw = (text: string) => (caller.bytes ? Buffer.from(text).toString("latin1") : text);
  const flags = kinds.reduce((sum, kind) => sum + flagOf(kind), 0);
  return block({
    op: "bind_namespaces",
    path: raw(path),
    flags,
    state: raw(statePath()),
    id: newRecordId(),
    otherwise: otherwise(input),
  });
}

/** What is another's, or is made later than the rest, cannot be bound. */
function check(input: Parsed, { joins, boottime, monotonic }: RunRequest, kinds: readonly KindName[]): void {
  if (kinds.length === 0) {
    throw new UsageError(`${OPTION} has nothing to bind: the command has no namespace of its own`);
  }
  if (joins.some(({ kind }) => kind === "user")) {
    throw new UsageError(
      `${OPTION} and "--join user=" contradict each other`,
      "In another's user namespace nsbox has no rights over the mounts outside",
    );
  }
  if (input.has("no-map")) {
    throw new UsageError(
      `${OPTION} and "--no-map" contradict each other: that user namespace is made too late to be bound`,
    );
  }
  if (kinds.includes("user") && (boottime !== undefined || monotonic !== undefined)) {
    throw new UsageError(
      `${OPTION} and ${boottime === undefined ? '"--monotonic"' : '"--boottime"'} contradict each other in a user namespace: there the command enters its time namespace too late`,
      'Leave out "-U"',
    );
  }
}
