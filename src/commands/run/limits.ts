/** What the command may use, as it was typed. */
import type { Parsed } from "../../cli/command.ts";
import type { LimitsPart } from "../../sandbox/limits/part.ts";
import type { Caller, RunRequest } from "../../sandbox/request.ts";

/** What a run is, for those who make groups, leases and devices in its name. */
export interface RunFacts {
  readonly request: RunRequest;
  readonly caller: Caller;
  /** Its id, or that of the container that it becomes. */
  readonly id: string;
}

/** The operations for `input`; undefined where nothing was asked for, and nothing is to be had unasked. */
export function readLimits(_input: Parsed, _run: RunFacts): LimitsPart | undefined {
  return undefined;
}
