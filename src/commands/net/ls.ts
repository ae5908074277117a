/** `nsbox net ls`. */
import type { Parsed } from "../../cli/command.ts";
import { fail } from "../../cli/fail.ts";
import { print } from "../../cli/print.ts";
import { printTable } from "../../cli/table.ts";
import { ownNetwork } from "../../runtime/networks/config.ts";
import { listNetworks, openNetworks } from "../../runtime/networks/place.ts";
import { isHeld, leasesOf } from "../../runtime/networks/tenants.ts";
import { replayUndo } from "../../runtime/undo.ts";
import { safeJson } from "../../util/sanitize.ts";
import { checkCount } from "../containers/find.ts";

/** What stays where the terminal is narrow: the name, who is on it, its subnets. */
const RANKS = [7, 1, 5, 3, 2, 6, 4];

/** Prints a line for each network. */
export function run(input: Parsed, words: readonly string[]): number {
  checkCount(words, "no words", 0);
  replayUndo();
  const place = openNetworks();
  const { networks, refused } = place === undefined ? { networks: [], refused: [] } : listNetworks(place);
  const own = ownNetwork();
  const rows = networks.map((network) => ({
    ...network.file,
    containers: leasesOf(network).filter((lease) => isHeld(network, lease)).length,
  }));
  if (input.has("json")) {
    print(
      safeJson(
        rows.map(({ name, id, bridge, subnet4, subnet6, mtu, internal, namespace, containers }) => ({
          name,
          id,
          bridge,
          subnet4,
          subnet6: subnet6 ?? null,
          mtu,
          internal,
          elsewhere: namespace !== own,
          containers,
        })),
      ),
    );
  } else {
    const notes = rows.map(({ internal, namespace }) =>
      [...(internal ? ["internal"] : []), ...(namespace === own ? [] : [`in ${namespace}`])].join(", "),
    );
    // Without them a line fits into 80 columns.
    const hasNotes = notes.some((words) => words !== "");
    printTable(
      ["NAME", "BRIDGE", "SUBNET", "SUBNET6", "MTU", "CONTAINERS", ...(hasNotes ? ["NOTES"] : [])],
      rows.map(({ name, bridge, subnet4, subnet6, mtu, containers }, row) => [
        name,
        bridge,
        subnet4,
        subnet6 ?? "-",
        `${mtu}`,
        `${containers}`,
        ...(hasNotes ? [notes[row]!] : []),
      ]),
      { ranks: RANKS },
    );
  }
  for (const error of refused) fail(error, 1, input.has("json"));
  return refused.length > 0 ? 1 : 0;
}
