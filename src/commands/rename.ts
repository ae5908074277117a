/** `nsbox rename`: another name for a container. */
import type { Command, Parsed } from "../cli/command.ts";
import { checkName, renameContainer, reserve } from "../runtime/containers/names.ts";
import { openPlace } from "../runtime/containers/place.ts";
import { checkCount, findContainer } from "./containers/find.ts";

/** `nsbox rename`. */
export const command: Command = {
  name: "rename",
  usage: "OLD NEW",
  description: `Gives the container OLD, a name or an id, the name NEW. Running or not, nothing else of it changes.`,
  flags: [],
  positionals: "mixed",
  examples: [{ line: "nsbox rename web web-old", text: "Make the name web free." }],
  failure: 1,
  run,
};

function run({ rest }: Parsed): number {
  checkCount(rest, "OLD NEW", 2);
  const [old = "", name = ""] = rest;
  checkName(name);
  const container = findContainer(old);
  const place = openPlace();
  if (place === undefined) return 1;
  if (container.name === undefined) reserve(place, name, container.id);
  else if (container.name !== name) renameContainer(place, container.name, name);
  return 0;
}
