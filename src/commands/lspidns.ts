/** `nsbox lspidns`: the tree of PID namespaces. */
import type { Command, Parsed } from "../cli/command.ts";
import { forest } from "../ns/forest.ts";
import { UsageError } from "../util/errors.ts";
import { takeSnapshot } from "./looking/source.ts";
import { printTree, TREE_FLAGS } from "./looking/tree.ts";
import { World } from "./looking/world.ts";

/** `nsbox lspidns`. */
export const command: Command = {
  name: "lspidns",
  usage: "[OPTIONS]",
  description:
    "Shows the PID namespaces of this machine below their parents, with their owners and who made these: `nsbox tree --by parent --kind pid`. It also works under this name: ln -s nsbox lspidns.",
  flags: [
    { long: "user", short: "u", help: "Also show the user namespaces that own them, as part of the tree" },
    ...TREE_FLAGS,
  ],
  positionals: "mixed",
  examples: [
    { line: "nsbox lspidns", text: "PID namespaces." },
    { line: "nsbox lspidns -u", text: "Each below its owner, where that is not its parent's." },
  ],
  failure: 1,
  run,
};

async function run(input: Parsed): Promise<number> {
  if (input.rest.length > 0) throw new UsageError(`Too many words: "${input.rest[0]}"`, "It takes none");
  const snapshot = await takeSnapshot(input, {});
  const options = { kinds: ["pid"] as const, owners: input.has("user") };
  return printTree(input, new World(snapshot), forest(snapshot, "parent", options));
}
