/** `nsbox net`: networks for containers. */
import type { Command } from "../cli/command.ts";
import { JSON_FLAG, QUIET } from "../cli/flags.ts";
import { VERBS } from "./net/verbs.ts";
import { listing, perform } from "./verbs.ts";

/** As docker and podman have them. */
const ALIASES = { list: "ls", remove: "rm", delete: "rm", del: "rm", add: "create" };

/** `nsbox net`. */
export const command: Command = {
  name: "net",
  usage: "[OPTIONS] VERB WORD…",
  description: `Makes networks that containers are on: \`nsbox run --network NAME\`. Each is a bridge of this machine's own with a subnet of IPv4 and one of IPv6. Containers of one network reach each other; those of two networks do not. What leaves a network for the outside gets this machine's address; nothing comes in but answers, and what is published.

Subnets are chosen so that they collide with no route, no address and no nameserver of this machine. Rules stand in the nftables table "inet nsbox" and nowhere else. Packets are passed on for the bridges and the devices of default routes; what was switched on for that is put back with the last network.

Only root makes networks. An ordinary user gets to the outside by \`nsbox run --network pasta\`.`,
  listings: [listing(VERBS)],
  flags: [
    {
      long: "subnet",
      value: "ADDRESS/BITS",
      multiple: true,
      help: "With create: this subnet, once for IPv4 and once for IPv6",
    },
    {
      long: "gateway",
      value: "ADDRESS",
      multiple: true,
      help: "With create: the bridge's own address, once for each; else the first",
    },
    {
      long: "mtu",
      value: "BYTES",
      help: "With create: the length of the longest packet; else that of the uplink, at most 1500",
    },
    { long: "internal", help: "With create: no way out" },
    { long: "no-ipv6", help: "With create: IPv4 alone" },
    { long: "ip", value: "ADDRESS", help: "With connect: this IPv4 address" },
    { long: "ip6", value: "ADDRESS", help: "With connect: this IPv6 address" },
    {
      long: "force",
      short: "f",
      help: "With rm: also where containers are on it, which then have no network",
    },
    { long: "explain", help: "With connect: print each step in words, and do nothing" },
    { long: "output", short: "o", value: "FILE", help: "With graph: write into FILE; - is standard output" },
    {
      long: "format",
      value: "FORMAT",
      help: "With graph: write svg, html, dot, mermaid or json",
      text: "Without it what the ending of FILE says, and SVG on standard output.",
    },
    { long: "open", help: "With graph: show it in the browser" },
    QUIET,
    JSON_FLAG,
  ],
  positionals: "mixed",
  examples: [
    { line: "nsbox net create web", text: "A network with free subnets." },
    {
      line: "nsbox net create db --internal --subnet 10.9.0.0/24",
      text: "One without a way out, with addresses of one's own choice.",
    },
    { line: "nsbox net connect web db", text: "Put the container db, which runs, on it." },
    { line: "nsbox net graph -o networks.svg", text: "A picture of all networks." },
    { line: "nsbox net rm web", text: "Remove it: device, rules, addresses, settings." },
  ],
  failure: 1,
  run: (input) => perform(input, { of: "net", verbs: VERBS, always: ["json"], aliases: ALIASES }),
};
