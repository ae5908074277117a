/** `nsbox ns`: one namespace at a time: what the kernel says of it, and keeping it by a name. */
import type { Command } from "../cli/command.ts";
import { JSON_FLAG, QUIET } from "../cli/flags.ts";
import { KINDS } from "../ns/kinds.ts";
import { INPUT_FLAG } from "./looking/source.ts";
import { VERBS } from "./ns/verbs.ts";
import { listing, perform } from "./verbs.ts";

const LISTED = "`nsbox ls` lists namespaces";
const LISTS = { ls: LISTED, list: LISTED };

/** `nsbox ns`. */
export const command: Command = {
  name: "ns",
  usage: "[OPTIONS] VERB WORD…",
  description: `Asks the kernel about a namespace, see ioctl_ns(2), or keeps namespaces beyond their processes, by a name in a directory.

NAMESPACE is a path such as /proc/1234/ns/net or /run/netns/a; what a process or a container is in, as 1234/net or web/net; or a PID or the name of a container alone, which stands for all of its namespaces that the verb applies to, or for that of "--kind". \`show\` also takes net:[4026531840], or that number.

An owner or a parent can be named where it is the caller's own user or PID namespace, or below that; so nothing is told of what lies above a container from inside it.

\`keep\` makes in DIR a file a kind, named as under /proc/PID/ns; only kinds that are not the caller's own. nsenter(1) enters them: nsenter --net=DIR/net COMMAND. DIR is a mount of its own, private, in the caller's mount namespace; so CAP_SYS_ADMIN is needed there. Without it a process can keep them: nsbox run -d … sleep infinity, and nsbox exec. A PID namespace stays a name without life: once its PID 1 has ended, no process is born in it any more.`,
  listings: [listing(VERBS)],
  flags: [
    {
      long: "kind",
      short: "k",
      value: "KIND",
      help: `Of all namespaces of a process, that kind alone`,
      text: `KIND is ${KINDS.map(({ name }) => name).join(", ")}.`,
    },
    { ...INPUT_FLAG, help: "With show: from a dump instead of this machine" },
    { long: "explain", help: "With keep: print each step in words, and do nothing" },
    { long: "verbose", short: "v", help: "With keep: print each step, with its time, as it is taken" },
    QUIET,
    JSON_FLAG,
  ],
  positionals: "mixed",
  examples: [
    { line: "nsbox ns show $$/net", text: "All about the network namespace of the shell." },
    { line: "nsbox ns owner $$", text: "The user namespaces that own those of the shell." },
    {
      line: "nsbox ns keep web /run/web",
      text: "Bind the namespaces of container web: nsenter --net=/run/web/net ip address.",
    },
    { line: "nsbox ns release /run/web", text: "Let go of them." },
  ],
  failure: 1,
  run: (input) => perform(input, { of: "ns", verbs: VERBS, always: ["json"], hints: LISTS }),
};
