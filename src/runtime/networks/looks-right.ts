/** A quick look at a network: it loads little, since every run on the network takes it. */
import { addresses, type Link, linkNamed } from "../../net/look.ts";
import { generation } from "../../net/nft/look.ts";
import { NETFILTER } from "../../net/nft/numbers.ts";
import { ROUTE } from "../../net/rtnetlink.ts";
import type { NetlinkSocket } from "../../sys/netlink.ts";
import { readSmall } from "../../sys/small-files.ts";
import { type Network, ownNetwork } from "./config.ts";
import { withSocket } from "./socket.ts";
import { uplinkNumbers } from "./uplinks.ts";

/** The file that says when everything was looked at last. */
export const CHECKED = ".checked";

/** What is sure without a second look: nothing was changed since it was. */
export const stampOf = (route: NetlinkSocket, filter: NetlinkSocket): string =>
  `${ownNetwork()} ${generation(filter)} ${uplinkNumbers(route)} ${olderTables()}`;

/** The older filter has no such number; what is known is which of its tables are in use at all. */
const olderTables = (): string =>
  ["ip", "ip6"]
    .map((family) => readSmall(`/proc/net/${family}_tables_names`))
    .join("|")
    .replaceAll("\n", ",");

const isWhole = (socket: NetlinkSocket, { v4, v6 }: Network, link: Link | undefined): link is Link => {
  if (link?.kind !== "bridge" || !link.up) return false;
  const found = addresses(socket, link.index);
  if (typeof found === "number") return false;
  const has = (range: Network["v4"]) =>
    found.some(({ address, prefix }) => {
      const { version, value } = range.gateway;
      return address.version === version && address.value === value && prefix === range.subnet.prefix;
    });
  return has(v4) && (v6 === undefined || has(v6));
};

/** The network is as it was made, rules included, and nothing in its way, as far as a quick look can tell. */
export function looksRight(place: string, network: Network): boolean {
  return withSocket(ROUTE, (route) =>
    withSocket(NETFILTER, (filter) => {
      if (!isWhole(route, network, linkNamed(route, network.file.bridge))) return false;
      const text = readSmall(`${place}/${CHECKED}`);
      if (typeof text !== "string" || !text.startsWith(`${stampOf(route, filter)}\n`)) return false;
      // What was in the way may have been put out of it.
      return notesIn(text, network).length === 0;
    }),
  );
}

/** Behind the first line there is one for each note, with the network's name in front. */
export const notesIn = (text: string, { file }: Network): string[] => {
  const begin = `${file.name}\t`;
  const lines = text.split("\n").filter((line) => line.startsWith(begin));
  return lines.map((line) => line.slice(begin.length));
};
