/** From the words behind `nsbox run` to a plan. */
import type { Command, Parsed } from "../../cli/command.ts";
import { type PlannedRun, planRun } from "../../sandbox/plan-run.ts";
import type { Caller, RunRequest } from "../../sandbox/request.ts";
import { readParts } from "./parts.ts";
import { readRequest } from "./request.ts";

/** What Bun makes of bytes that are no UTF-8. */
const GARBLED = "\uFFFD";

/** A run as typed, and its plan. */
export interface TypedRun {
  readonly request: RunRequest;
  readonly planned: PlannedRun;
  /** The run's id, where something is made in its name. */
  readonly id: string | undefined;
  /** The caller's descriptors that outlive nsbox: for the command, or for the plan. */
  readonly preserve: readonly number[];
}

/**
 * Plans what was typed, in bytes where text would not do. `expand`: what is done to typed words, as it was
 * done to those of `input`.
 * @throws NsboxError where it cannot be, or names what is not there.
 */
export async function planTyped(
  table: Pick<Command, "name" | "flags" | "positionals" | "elsewhere">,
  input: Parsed,
  expand = (words: string[]): string[] => words,
): Promise<TypedRun> {
  const { env } = process;
  const caller = {
    uid: process.geteuid!(),
    gid: process.getegid!(),
    env,
    color: input.value("color"),
    bytes: false,
  };
  const request = await readAll(input);
  const inherits = request.inheritEnv || request.env.length > 0;
  const words = process.argv.join();
  if (!words.includes(GARBLED) && !(inherits && Object.values(env).join().includes(GARBLED))) {
    return plan(input, request, caller);
  }
  const [{ rawWords, rawEnvironment }, { parse }] = await Promise.all([
    import("../../sys/raw-words.ts"),
    import("../../cli/argv.ts"),
  ]);
  const raw = rawWords();
  const again = parse(table, expand(raw.slice(raw.indexOf("run") + 1)));
  return plan(again, await readAll(again), { ...caller, env: rawEnvironment(), bytes: true });
}

async function plan(input: Parsed, request: RunRequest, caller: Caller): Promise<TypedRun> {
  const parts = await readParts(input, request, caller);
  const preserve = [
    ...request.preserve,
    ...(parts.mounts?.descriptors ?? []),
    ...(parts.life?.descriptors ?? []),
  ];
  return { request, planned: planRun(request, caller, parts), id: parts.id, preserve };
}

/** The request, namespaces that are there already included. */
async function readAll(input: Parsed): Promise<RunRequest> {
  const joins = input.has("join") || input.has("join-net");
  const request = readRequest(input, joins ? (await import("./joins.ts")).readJoins(input) : []);
  return input.has("network") ? (await import("./network-shared.ts")).withNetwork(input, request) : request;
}
