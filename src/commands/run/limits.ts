/** What the command may use, as it was typed. */
import { mayWrite, SYSTEM } from "../../cgroup/look.ts";
import type { Parsed } from "../../cli/command.ts";
import { overridesIn } from "../../runtime/limits/overrides.ts";
import { ownHierarchies } from "../../sandbox/limits/layout.ts";
import type { LimitsPart } from "../../sandbox/limits/part.ts";
import { planLimits } from "../../sandbox/limits/plan.ts";
import { chooseScope, MANAGERS } from "../../sandbox/limits/scope.ts";
import type { Caller, RunRequest } from "../../sandbox/request.ts";
import { readDeviceRules } from "./device-rules.ts";
import { isKept } from "./is-kept.ts";
import { readLimitsRequest, sliceOf } from "./limit-request.ts";
import { readOption } from "./limit-values.ts";

/** What a run is, for those who make groups, leases and devices in its name. */
export interface RunFacts {
  readonly request: RunRequest;
  readonly caller: Caller;
  /** Its id, or that of the container that it becomes. */
  readonly id: string;
}

/** The operations for `input`; undefined where nothing was asked for, and nothing is to be had unasked. */
export async function readLimits(
  input: Parsed,
  { request: { command }, caller, id }: RunFacts,
): Promise<LimitsPart | undefined> {
  const kept = isKept(input);
  const request = readLimitsRequest(input);
  const hierarchies = ownHierarchies();
  const manager = readOption(input, "cgroup-manager", managerOf, MANAGERS.join(", ")) ?? "auto";
  const slice = sliceOf(input);
  return planLimits({
    request,
    id,
    hierarchies,
    // A kept container's monitor comes later, and not alone.
    seeker: { uid: caller.uid, look: SYSTEM, mayWrite, pid: isKept(input) ? undefined : process.pid },
    // Whoever names a manager wants to find it there.
    watched: kept || manager !== "auto" || slice !== undefined,
    verbose: input.has("verbose"),
    scope: chooseScope({
      manager,
      slice,
      hasParent: request.parent !== undefined,
      hierarchies,
      caller,
      id,
      command,
    }),
    devices: readDeviceRules(input),
    overrides: kept ? await overridesOf(id) : undefined,
  });
}

/** What stands there is looked for with node:fs, which other runs do without. */
const overridesOf = async (id: string) =>
  overridesIn(`${(await import("../../runtime/containers/place.ts")).statePath()}/containers/${id}`);

const managerOf = (word: string) => MANAGERS.find((name) => name === word);
