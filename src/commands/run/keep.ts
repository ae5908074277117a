/** A container that is kept: its directory is made, its plan stored, and a supervisor put in front of it. */
import { resolve } from "node:path";
import type { Parsed } from "../../cli/command.ts";
import { block } from "../../plan/block.ts";
import type { EncodedPlan } from "../../plan/plan.ts";
import { createContainer, removeContainer, storePlan } from "../../runtime/containers/create.ts";
import { idOf } from "../../runtime/containers/names.ts";
import { makePlace, type Place, statePath } from "../../runtime/containers/place.ts";
import { settle } from "../../runtime/containers/settle.ts";
import { type LaunchOptions, launch } from "../../runtime/launch.ts";
import { launchAgain } from "../../runtime/launch-again.ts";
import type { PlannedRun } from "../../sandbox/plan-run.ts";
import type { RunRequest } from "../../sandbox/request.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";
import { readDetachKeys, USUAL_KEYS } from "../containers/detach-keys.ts";
import { readSeconds, readSignal } from "../containers/signals.ts";

const SIGTERM = 15;
const STOP_SECONDS = 10;
const LOG_SIZE = "16m";
const MULTIPLES: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** A log has to hold a few records at least. */
const SMALLEST_LOG = 16384;

/** How a container is kept, as it was typed. */
interface Keeping {
  readonly name: string | undefined;
  readonly restart: string;
  readonly restarts: number;
  readonly log: number;
  readonly keys: string;
  readonly stopSignal: number;
  readonly stopTimeout: number;
}

/** @throws UsageError naming the option whose value cannot be. */
function readKeeping(input: Parsed): Keeping {
  const restart = input.value("restart") ?? "no";
  const policy = /^(no|always|on-failure)(?::(\d{1,6}))?$/.exec(restart);
  if (policy === null || (policy[2] !== undefined && policy[1] !== "on-failure")) {
    throw new UsageError(`Invalid "--restart ${restart}": it takes no, on-failure[:N] or always`);
  }
  const size = input.value("log-size") ?? LOG_SIZE;
  const parts = /^(\d{1,12})([kmg]?)$/i.exec(size);
  const log = Number(parts?.[1]) * (MULTIPLES[parts?.[2]?.toLowerCase() ?? ""] ?? 1);
  if (parts === null || log < SMALLEST_LOG) {
    throw new UsageError(`Invalid "--log-size ${size}": it takes bytes, 16k at least, such as 16m`);
  }
  const [signal, timeout] = [input.value("stop-signal"), input.value("stop-timeout")];
  return {
    name: input.value("name"),
    restart,
    restarts: restart === "no" ? 0 : Number(policy[2] ?? -1),
    log,
    keys: readDetachKeys(input.value("detach-keys") ?? USUAL_KEYS),
    stopSignal: signal === undefined ? SIGTERM : readSignal(signal),
    stopTimeout: timeout === undefined ? STOP_SECONDS : readSeconds(timeout, "--stop-timeout"),
  };
}

/** `plan` with a supervisor for container `id` in front of what the monitor does. */
function supervised(
  plan: EncodedPlan,
  input: Parsed,
  keeping: Keeping,
  { id, directory, names }: { id: string; directory: string; names: string },
): EncodedPlan {
  const detached = input.has("detach");
  const supervise = block({
    op: "supervise",
    directory,
    names,
    id,
    attach: Number(!detached),
    terminal: Number(input.has("tty")),
    input: Number(!detached || input.has("interactive")),
    restarts: keeping.restarts,
    always: Number(keeping.restart === "always"),
    log: keeping.log,
    remove: Number(input.has("rm")),
    keys: input.has("tty") ? keeping.keys : "",
  });
  // Behind what is the caller's own: standard descriptors, the limit on open files.
  const [begin, ...rest] = plan.blocks;
  return { ...plan, blocks: [begin!, supervise, ...rest] };
}

/** The plan as it would be, for a container that is not made. */
export function explained(plan: EncodedPlan, input: Parsed): EncodedPlan {
  const state = statePath();
  return supervised(plan, input, readKeeping(input), {
    id: "ID",
    directory: `${state}/containers/ID`,
    names: `${state}/names`,
  });
}

/** What a killed nsbox left under that name does not keep it. */
function settleHolder(place: Place, name: string): void {
  const id = idOf(place, name);
  if (id !== undefined) settle(place, id, name);
}

/**
 * Makes the container and executes its plan. Comes back only with what went wrong; then nothing of the
 * container is left.
 */
export function launchKept(
  { plan, kinds, ports }: PlannedRun,
  narrate: (plan: EncodedPlan) => EncodedPlan,
  request: RunRequest & { readonly id: string },
  input: Parsed,
  title: string,
  options: LaunchOptions = {},
): Error {
  const keeping = readKeeping(input);
  const place = makePlace();
  const { names } = place;
  if (keeping.name !== undefined) settleHolder(place, keeping.name);
  const { id, directory } = createContainer(
    {
      id: request.id,
      argv: process.argv.slice(3),
      cwd: process.cwd(),
      root: request.root === "none" ? "none" : resolve(request.root),
      command: request.command,
      kinds,
      ...(ports.length > 0 ? { ports } : {}),
      tty: input.has("tty"),
      interactive: input.has("interactive"),
      remove: input.has("rm"),
      restart: keeping.restart,
      stopSignal: keeping.stopSignal,
      stopTimeout: keeping.stopTimeout,
      user: process.geteuid!(),
    },
    keeping.name,
  );
  const store = (bytes: Uint8Array) => storePlan(directory, bytes);
  let error: Error;
  try {
    const whole = narrate(supervised(plan, input, keeping, { id, directory, names }));
    error = launchAgain(whole, title, launch(whole, title, { ...options, store }));
  } catch (failure) {
    error = failure instanceof Error ? failure : new NsboxError(String(failure));
  }
  removeContainer(directory, keeping.name);
  return error;
}
