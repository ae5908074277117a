/** `nsbox ps`: the containers of this user. */
import type { Command, Parsed } from "../cli/command.ts";
import { fail } from "../cli/fail.ts";
import { JSON_FLAG } from "../cli/flags.ts";
import { print } from "../cli/print.ts";
import { safeJson } from "../cli/sanitize.ts";
import { printTable } from "../cli/table.ts";
import { openPlace } from "../runtime/containers/place.ts";
import { type Container, listContainers } from "../runtime/containers/settle.ts";
import { readFilters } from "./containers/filters.ts";
import { checkCount } from "./containers/find.ts";
import { stateWords, statusJson } from "./containers/words.ts";

/** `nsbox ps`. */
export const command: Command = {
  name: "ps",
  usage: "[OPTIONS]",
  description: `Lists the containers that live: those made by \`nsbox run\` with "--detach" or "--name".

What it finds broken, it repairs: a container whose supervisor was killed is "lost", and what a killed nsbox left half-made is removed.`,
  flags: [
    { long: "all", short: "a", help: "Also list those that have ended" },
    {
      long: "filter",
      value: "KEY=VALUE",
      multiple: true,
      help: "List only those with this state, name or exit status",
      text: "state=STATE, one of starting, running, restarting and exited; name=TEXT, a part of the name; status=N, the exit status. Those that have ended are looked through too. Of several with the same key one must hold, of different keys all.",
    },
    { long: "ids", short: "q", help: "Print ids only" },
    JSON_FLAG,
  ],
  positionals: "mixed",
  examples: [
    { line: "nsbox ps -a", text: "All containers." },
    { line: "nsbox ps -q --filter state=exited", text: "The ids of those that have ended." },
  ],
  failure: 1,
  run,
};

function run(input: Parsed): number {
  checkCount(input.rest, "no words", 0);
  const matches = readFilters(input.values("filter"));
  const all = input.has("all") || input.has("filter");
  const place = openPlace();
  const { containers, refused } =
    place === undefined ? { containers: [], refused: [] } : listContainers(place);
  const shown = containers.filter(
    (container) => (all || container.status?.state !== "exited") && matches(container),
  );
  if (input.has("json")) print(safeJson(shown.map(toJson)));
  else if (input.has("ids")) {
    if (shown.length > 0) print(shown.map(({ id }) => id).join("\n"));
  } else printTable(["ID", "NAME", "STATUS", "PID", "COMMAND"], shown.map(toRow));
  for (const error of refused) fail(error, 1, input.has("json"));
  return refused.length > 0 ? 1 : 0;
}

const toRow = (container: Container): string[] => [
  container.id,
  container.name ?? "-",
  stateWords(container),
  String(container.status?.pid.pid || "-"),
  container.config?.command.join(" ") ?? "?",
];

const toJson = ({ id, name, config, status }: Container) => ({
  id,
  name: name ?? null,
  ...statusJson(status),
  created: config?.created ?? null,
  command: config?.command ?? null,
  root: config?.root ?? null,
});
