/** `nsbox graphns`: the picture that the tool of that name draws. */
import type { Command } from "../cli/command.ts";
import { command as graph } from "./graph.ts";

/** `nsbox graphns`. */
export const command: Command = {
  ...graph,
  name: "graphns",
  description: `The same as \`nsbox graph --by parent\`, with all its options: the hierarchies of user and PID namespaces, and a dashed line from each PID namespace to the user namespace that owns it. With "--by" it draws any other.`,
  examples: [{ line: "nsbox graphns --open", text: "See it now." }],
  run: (input) =>
    graph.run(
      input.has("by")
        ? input
        : { ...bare(input), value: (long) => (long === "by" ? "parent" : input.value(long)) },
    ),
};

/** The words as typed, with methods that can be taken along. */
const bare = (input: Parameters<Command["run"]>[0]): Parameters<Command["run"]>[0] => ({
  has: (long) => input.has(long),
  value: (long) => input.value(long),
  values: (long) => input.values(long),
  ordered: input.ordered,
  rest: input.rest,
  dashes: input.dashes,
});
