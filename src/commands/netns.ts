/** `nsbox netns`: network namespaces that have a name. */
import type { Command, Parsed } from "../cli/command.ts";
import { JSON_FLAG, QUIET } from "../cli/flags.ts";
import { didYouMean, suggest } from "../cli/suggest.ts";
import { NsboxError, UsageError } from "../util/errors.ts";
import { VERBS, type Verb } from "./netns/verbs.ts";

/** What ip-netns(8) calls them. */
const OTHERS: Readonly<Record<string, string>> = {
  list: "ls",
  show: "ls",
  del: "rm",
  delete: "rm",
  create: "add",
};

const NAMES = Object.keys(VERBS);

/** `nsbox netns`. */
export const command: Command = {
  name: "netns",
  usage: "[OPTIONS] VERB WORD…",
  description: `Keeps network namespaces by names, as ip-netns(8) does: a name is a file in /run/netns with the namespace bound over it. What either of them has made the other one lists, enters and removes. \`nsbox run -N NAME\` runs a container in one.

A namespace that is made has nothing but lo, and that is down. It lives as long as it has a name, or a process is in it.

\`exec\` runs COMMAND over the host's own files, with the caller's environment, ids and capabilities. It gets a mount namespace of its own, where /sys shows the devices of that network, and each file of /etc/netns/NAME stands over that of its name in /etc. Its exit status is the command's: 128+n where signal n ended it, 127 where it was not found, 126 where it could not be executed, 125 where nsbox itself failed.

All of this needs root, or root of a user namespace for what belongs to that.`,
  listings: [
    { title: "Verbs", rows: Object.values(VERBS).map(({ usage, summary }) => [usage, summary] as const) },
  ],
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
    { line: "nsbox netns attach web 4711", text: "A name for the network of process 4711." },
    { line: "nsbox netns rm net1", text: "Without that name." },
  ],
  failure: 1,
  run,
};

async function run(input: Parsed): Promise<number> {
  const [word, ...words] = input.rest;
  if (word === undefined) throw new UsageError("Missing a verb", `It is one of ${NAMES.join(", ")}`);
  const verb: Verb | undefined = Object.hasOwn(VERBS, word) ? VERBS[word as keyof typeof VERBS] : undefined;
  if (verb === undefined) {
    const called = Object.hasOwn(OTHERS, word) ? `It is called \`nsbox netns ${OTHERS[word]}\`` : undefined;
    throw new UsageError(
      `Unknown word "${word}" behind "netns"`,
      called ?? didYouMean(suggest(word, NAMES)) ?? `It is one of ${NAMES.join(", ")}`,
    );
  }
  try {
    for (const [long] of input.ordered) {
      if (verb.takes.includes(long) || ["quiet", "color"].includes(long)) continue;
      throw new UsageError(
        `\`nsbox netns ${word}\` takes no option "--${long}"`,
        `nsbox netns ${verb.usage}`,
      );
    }
    const { run: start } = await verb.load();
    return await start(input, words);
  } catch (error) {
    if (verb.failure === undefined || !(error instanceof NsboxError)) throw error;
    throw new NsboxError(error.message, { ...error.details, status: verb.failure });
  }
}
