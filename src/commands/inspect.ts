/** `nsbox inspect`: all that is known of containers. */
import { readlinkSync } from "node:fs";
import type { Command, Parsed } from "../cli/command.ts";
import { fail } from "../cli/fail.ts";
import { JSON_FLAG } from "../cli/flags.ts";
import { print } from "../cli/print.ts";
import { KINDS } from "../ns/kinds.ts";
import { setupFailure } from "../runtime/containers/failure.ts";
import { isAlive } from "../runtime/containers/process.ts";
import type { Container } from "../runtime/containers/settle.ts";
import { isPaused } from "../runtime/limits/freeze.ts";
import { sanitizeJson } from "../util/sanitize.ts";
import { checkCount, findContainer } from "./containers/find.ts";
import { statusJson } from "./containers/words.ts";

/** `nsbox inspect`. */
export const command: Command = {
  name: "inspect",
  usage: "NAME…",
  description: `Prints all that is known of each container as a JSON array: what it was made from, what it is doing, the inode numbers of its namespaces while it runs (as \`ls -l /proc/PID/ns\` shows them), and in words why its set-up failed, if it did.`,
  flags: [{ ...JSON_FLAG, help: "Print errors as JSON too" }],
  positionals: "mixed",
  examples: [{ line: "nsbox inspect web", text: "All about the container web." }],
  failure: 1,
  run,
};

function run(input: Parsed): number {
  checkCount(input.rest, "NAME…", 1, Number.POSITIVE_INFINITY);
  let status = 0;
  const found: unknown[] = [];
  for (const word of input.rest) {
    try {
      found.push(toJson(findContainer(word)));
    } catch (error) {
      status = 1;
      fail(error, 1, input.has("json"));
    }
  }
  print(sanitizeJson(JSON.stringify(found, undefined, 2)));
  return status;
}

function toJson(container: Container) {
  const { id, name, directory, config, status } = container;
  const failure = setupFailure(container);
  return {
    id,
    name: name ?? null,
    directory,
    status: statusJson(status, isPaused(container)),
    failure:
      failure === undefined
        ? null
        : {
            message: failure.message,
            cause: failure.details.cause ?? null,
            hint: failure.details.hint ?? null,
            step: status?.step,
            errno: failure.details.errno ?? null,
          },
    namespaces: status !== undefined && isAlive(status.pid) ? namespacesOf(status.pid.pid) : null,
    config: config ?? null,
  };
}

/** Kind to inode number; null where it may not be read. */
function namespacesOf(pid: number): Record<string, number | null> {
  const inode = (kind: string): number | null => {
    try {
      return Number(readlinkSync(`/proc/${pid}/ns/${kind}`).replace(/\D/g, ""));
    } catch {
      return null;
    }
  };
  return Object.fromEntries(KINDS.map(({ name }) => [name, inode(name)]));
}
