/** `nsbox net prune`. */
import type { Parsed } from "../../cli/command.ts";
import { print } from "../../cli/print.ts";
import { openNetworks, withNetworks } from "../../runtime/networks/place.ts";
import { prune } from "../../runtime/networks/prune.ts";
import { replayUndo } from "../../runtime/undo.ts";
import { safeJson } from "../../util/sanitize.ts";
import { checkCount } from "../containers/find.ts";
import { needsRoot } from "./rights.ts";

/** Prints a line for each thing that is gone. */
export async function run(input: Parsed, words: readonly string[]): Promise<number> {
  checkCount(words, "no words", 0);
  needsRoot("remove networks");
  replayUndo();
  const place = openNetworks();
  const done = place === undefined ? [] : await withNetworks(place, () => prune(place, true));
  if (input.has("json")) print(safeJson(done));
  else if (done.length > 0) print(done.map(({ what, name }) => `${what} ${name}`).join("\n"));
  return 0;
}
