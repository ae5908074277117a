/** `nsbox tree`: how namespaces, processes and containers hang together. */
import type { Command, Parsed } from "../cli/command.ts";
import { didYouMean, suggest } from "../cli/suggest.ts";
import { forest, HIERARCHIES, type Hierarchy } from "../ns/forest.ts";
import { UsageError } from "../util/errors.ts";
import { KIND_FLAG, readKinds } from "./looking/choose.ts";
import { takeSnapshot } from "./looking/source.ts";
import { printTree, TREE_FLAGS } from "./looking/tree.ts";
import { World } from "./looking/world.ts";

const MEANINGS: Readonly<Record<Hierarchy, string>> = {
  owner: "User namespaces below their parents, each with what it owns (the default)",
  parent: "User namespaces below their parents, and PID namespaces below theirs",
  process: "Processes below their parents, where namespaces change, each with its namespaces",
  container: "Containers, one in the other, each with its processes and namespaces",
};

const PROCESS_ALONE = "`nsbox ls -p PID` lists what a process is in, `nsbox pidtree -p PID` what it is below";

/** `nsbox tree`. */
export const command: Command = {
  name: "tree",
  usage: "[OPTIONS]",
  description: `Shows how the namespaces of this machine hang together.

Each line has the namespace, its oldest topmost process with its cgroup, and what else keeps it where it has none; of a user namespace who made it, of a PID namespace its owner. What a namespace owns or a process is in stands on side branches. Below "?" stands what belongs to something out of reach.

\`nsbox lsuserns\`, \`nsbox lspidns\` and \`nsbox pidtree\` are shorter names of trees, also as links to nsbox: ln -s nsbox lsuserns.`,
  listings: [{ title: "Trees", rows: HIERARCHIES.map((by) => [by, MEANINGS[by]]) }],
  flags: [
    { long: "by", value: "HIERARCHY", help: `What the tree is made by: ${HIERARCHIES.join(", ")}` },
    {
      long: "details",
      short: "d",
      help: "Also list all processes in each namespace, and all that holds it",
    },
    {
      long: "all",
      short: "a",
      help: "By process or container: all processes, not only where namespaces change",
    },
    { ...KIND_FLAG, group: "Options" },
    ...TREE_FLAGS,
  ],
  positionals: "mixed",
  examples: [
    { line: "nsbox tree", text: "Who owns what." },
    {
      line: "nsbox tree --by process --kind net,mnt",
      text: "Where processes leave the network or the mounts.",
    },
    { line: "nsbox tree --by container", text: "What each container is made of." },
    { line: "nsbox tree --input machine.json", text: "What was there when `nsbox dump` wrote the file." },
  ],
  elsewhere: {
    pid: PROCESS_ALONE,
    p: PROCESS_ALONE,
  },
  failure: 1,
  run,
};

async function run(input: Parsed): Promise<number> {
  if (input.rest.length > 0)
    throw new UsageError(
      `Too many words: "${input.rest[0]}"`,
      "It shows everything; `nsbox ls` chooses by words",
    );
  const by = readHierarchy(input.value("by") ?? "owner");
  const kinds = readKinds(input);
  const snapshot = await takeSnapshot(input, {});
  const options = { all: input.has("all"), ...(kinds === undefined ? {} : { kinds }) };
  const lines = { details: input.has("details") };
  return printTree(input, new World(snapshot), { ...forest(snapshot, by, options), lines });
}

function readHierarchy(word: string): Hierarchy {
  const found = HIERARCHIES.find((name) => name === word);
  if (found !== undefined) return found;
  throw new UsageError(
    `Option "--by" does not know "${word}"`,
    didYouMean(suggest(word, HIERARCHIES)) ?? `It takes ${HIERARCHIES.join(", ")}`,
  );
}
