/** `nsbox lsuserns`: the tree of user namespaces. */
import type { Command, Parsed } from "../cli/command.ts";
import { forest } from "../ns/forest.ts";
import { UsageError } from "../util/errors.ts";
import { KIND_FLAG, readKinds } from "./looking/choose.ts";
import { takeSnapshot } from "./looking/source.ts";
import { printTree, TREE_FLAGS } from "./looking/tree.ts";
import { World } from "./looking/world.ts";

/** `nsbox lsuserns`. */
export const command: Command = {
  name: "lsuserns",
  usage: "[OPTIONS]",
  description:
    "Shows the user namespaces of this machine below their parents, and who made each: `nsbox tree --by owner`. It also works under this name: ln -s nsbox lsuserns.",
  flags: [
    { long: "details", short: "d", help: "Also show what each of them owns, by kind and id" },
    {
      ...KIND_FLAG,
      long: "filter",
      short: "f",
      group: "Options",
      help: "With --details, which it implies: only these kinds",
    },
    ...TREE_FLAGS,
  ],
  positionals: "mixed",
  examples: [
    { line: "nsbox lsuserns", text: "User namespaces, and who made them." },
    { line: "nsbox lsuserns -d -f net,mnt", text: "With the network and mount namespaces that each owns." },
  ],
  elsewhere: {
    kind: "Kinds are chosen by --filter, -f",
    t: "Kinds are chosen by --filter, -f",
  },
  failure: 1,
  run,
};

async function run(input: Parsed): Promise<number> {
  if (input.rest.length > 0) throw new UsageError(`Too many words: "${input.rest[0]}"`, "It takes none");
  const kinds = readKinds(input, "filter");
  const snapshot = await takeSnapshot(input, {});
  const owned = input.has("details") || kinds !== undefined;
  const options = { owned, ...(kinds === undefined ? {} : { kinds }) };
  return printTree(input, new World(snapshot), forest(snapshot, "owner", options));
}
