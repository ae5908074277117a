/** `nsbox netns add`: a new network namespace with a name. */
import type { Parsed } from "../../cli/command.ts";
import { UsageError } from "../../util/errors.ts";
import { giveName } from "./name.ts";

/** Makes the one called `words[0]`. */
export function run(input: Parsed, [name, ...more]: readonly string[]): Promise<number> {
  if (name === undefined || more.length > 0) throw new UsageError("add takes NAME", "nsbox netns add NAME");
  return giveName(input, name, 0);
}
