/** `nsbox netns attach`: a name for a network namespace that is there. */
import { existsSync } from "node:fs";
import type { Parsed } from "../../cli/command.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";
import { findTarget } from "../containers/target.ts";
import { giveName } from "./name.ts";

/** Calls that of the process or container `words[1]` by the name `words[0]`. */
export function run(input: Parsed, [name, word, ...more]: readonly string[]): Promise<number> {
  if (name === undefined || word === undefined || more.length > 0) {
    throw new UsageError(
      "attach takes NAME, and PID or the name of a container",
      "nsbox netns attach NAME PID|CONTAINER",
    );
  }
  return giveName(input, name, pidOf(name, word));
}

/** Any process will do, in a container or not. */
function pidOf(name: string, word: string): number {
  if (!/^\d+$/.test(word)) return findTarget(word).target.pid;
  const pid = Number(word);
  if (pid > 0 && existsSync(`/proc/${pid}`)) return pid;
  throw new NsboxError(`Cannot name a network namespace "${name}"`, {
    cause: `there is no process ${word}`,
    code: "no-process",
  });
}
