/** `nsbox net rm`. */
import type { Parsed } from "../../cli/command.ts";
import { print } from "../../cli/print.ts";
import { findNetwork } from "../../runtime/networks/config.ts";
import { openNetworks, withNetworks } from "../../runtime/networks/place.ts";
import { removeNetwork } from "../../runtime/networks/remove.ts";
import { dropStale, leasesOf } from "../../runtime/networks/tenants.ts";
import { replayUndo } from "../../runtime/undo.ts";
import { NsboxError } from "../../util/errors.ts";
import { eachWord } from "../containers/find.ts";
import { LISTS_NETWORKS } from "./find.ts";
import { needsRoot } from "./rights.ts";

/** So many are named. */
const MOST = 5;

/** Removes each network, and prints its name. */
export function run(input: Parsed, words: readonly string[]): Promise<number> {
  if (words.length > 0) needsRoot("remove a network");
  replayUndo();
  return eachWord(
    words,
    async (word) => {
      const { file } = findNetwork(word);
      const place = openNetworks()!;
      await withNetworks(place, () => {
        const network = findNetwork(word);
        dropStale(network);
        const held = leasesOf(network);
        if (held.length > 0 && !input.has("force")) {
          const names = held.slice(0, MOST).map(({ names: [name], owner }) => name ?? owner);
          const more = held.length > MOST ? ` and ${held.length - MOST} more` : "";
          throw new NsboxError(`Cannot remove network "${file.name}"`, {
            cause: `these are on it: ${names.join(", ")}${more}`,
            hint: `\`nsbox net rm -f ${file.name}\` removes it all the same`,
            code: "in-use",
          });
        }
        removeNetwork(place, network);
      });
      print(word);
    },
    LISTS_NETWORKS,
  );
}
