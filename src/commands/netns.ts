/** `nsbox netns`: network namespaces that have a name. */
import type { Command } from "../cli/command.ts";
import { JSON_FLAG, QUIET } from "../cli/flags.ts";
import { VERBS } from "./netns/verbs.ts";
import { listing, perform } from "./verbs.ts";

/** What ip-netns(8) calls them. */
const ALIASES = {
  list: "ls",
  show: "ls",
  del: "rm",
  delete: "rm",
  create: "add",
};

/** `nsbox netns`. */
export const command: Command = {
  name: "netns",
  usage: "[OPTIONS] VERB WORD…",
  description: `Keeps network namespaces by names, as ip-netns(8) does: a name is a file in /run/netns with the namespace bound over it. What either of them has made the other one lists, enters and removes. \`nsbox run -N NAME\` runs a container in one.

A namespace that is made has nothing but lo, and that is down. It lives as long as it has a name, or a process is in it.

\`exec\` runs COMMAND over the host's own files, with the caller's environment, ids and capabilities. It gets a mount namespace of its own, where /sys shows the devices of that network, and each file of /etc/netns/NAME stands over that of its name in /etc. Its exit status is the command's: 128+n where signal n ended it, 127 where it was not found, 126 where it could not be executed, 125 where nsbox itself failed.

All of this needs root, or root of a user namespace for what belongs to that.`,
  listings: [listing(VERBS)],
  flags: [
    { long: "explain", help: "Print each step in words, and do nothing" },
    { long: "verbose", short: "v", help: "Print each step, with its time, as it is taken" },
    QUIET,
    { ...JSON_FLAG, text: "With ls." },
  ],
  positionals: "mixed",
  leaves: { exec: 2 },
  examples: [
    { line: "nsbox netns add net1", text: "A network namespace called net1." },
    { line: "nsbox netns exec net1 ip link set lo up", text: "The host's ip(8) in it." },
    { line: "nsbox netns attach net2 web", text: "A name for the network of the container web." },
    { line: "nsbox netns rm net1", text: "Without that name." },
  ],
  failure: 1,
  run: (input) => perform(input, { of: "netns", verbs: VERBS, always: [], aliases: ALIASES }),
};
