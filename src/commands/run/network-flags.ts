/** The options of the command's network. */
import type { Flag } from "../../cli/command.ts";
import { deviceFlags } from "./device-flags.ts";
import { MODES, PREFIXES } from "./network-words.ts";
import { portFlags } from "./port-flags.ts";

const NETWORK = "Network";

const WORDS = Object.entries({ ...MODES, ...PREFIXES })
  .map(([word, says]) => `${word}${word.endsWith(":") ? "…" : ""} (${says.toLowerCase()})`)
  .join(", ");

/** The table, in the order of the help. */
export const networkFlags = (): readonly Flag[] => [
  {
    long: "network",
    value: "NAME",
    again: "It takes one: `nsbox net connect NETWORK CONTAINER` puts a container that runs on more",
    group: NETWORK,
    help: "Be on that network, see `nsbox net`",
    text: `The command gets an address, a device eth0 and a way out; its host name, where none is given, is the container's name or id. NAME may also be ${WORDS}.`,
  },
  { long: "ip", value: "ADDRESS", group: NETWORK, help: "Have this IPv4 address on the network" },
  { long: "ip6", value: "ADDRESS", group: NETWORK, help: "Have this IPv6 address on the network" },
  {
    long: "mtu",
    value: "BYTES",
    group: NETWORK,
    help: "Send no longer packets; without it as long as the network takes",
  },
  {
    long: "mac",
    value: "ADDRESS",
    group: NETWORK,
    help: "Have this hardware address; without it one that belongs to the IPv4 address",
  },
  ...portFlags(NETWORK),
  ...deviceFlags(NETWORK),
];
