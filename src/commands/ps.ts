/** `nsbox ps`: the containers of this user. */
import type { Command, Parsed } from "../cli/command.ts";
import { fail } from "../cli/fail.ts";
import { JSON_FLAG } from "../cli/flags.ts";
import { print } from "../cli/print.ts";
import { printTable } from "../cli/table.ts";
import { openPlace } from "../runtime/containers/place.ts";
import { type Container, listContainers } from "../runtime/containers/settle.ts";
import { isPaused } from "../runtime/limits/freeze.ts";
import { cgroupMounts } from "../sandbox/limits/layout.ts";
import { safeJson } from "../util/sanitize.ts";
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
      text: "state=STATE, one of starting, running, paused, restarting and exited; name=TEXT, a part of the name; status=N, the exit status. Those that have ended are looked through too. Of several with the same key one must hold, of different keys all.",
    },
    { long: "ids", short: "q", help: "Print ids only" },
    {
      long: "ns",
      help: "Print the ids of the namespaces that each is in",
      text: "Those of its first process, a column a kind; a narrow terminal has no room for all. `nsbox ls` tells more of them. With --json: as the member namespaces.",
    },
    JSON_FLAG,
  ],
  positionals: "mixed",
  examples: [
    { line: "nsbox ps -a", text: "All containers." },
    { line: "nsbox ps -q --filter state=exited", text: "The ids of those that have ended." },
    { line: "nsbox ps --ns", text: "Which containers share a namespace." },
  ],
  failure: 1,
  run,
};

async function run(input: Parsed): Promise<number> {
  checkCount(input.rest, "no words", 0);
  const matches = readFilters(input.values("filter"));
  const all = input.has("all") || input.has("filter");
  const place = openPlace();
  const { containers, refused } =
    place === undefined ? { containers: [], refused: [] } : listContainers(place);
  const shown = containers.filter(
    (container) => (all || container.status?.state !== "exited") && matches(container),
  );
  const mounts = cgroupMounts();
  const toJson = (container: Container) => jsonOf(container, isPaused(container, mounts));
  if (input.has("ns") && !input.has("ids")) await printNamespaces(shown, input.has("json"), toJson);
  else if (input.has("json")) print(safeJson(shown.map(toJson)));
  else if (input.has("ids")) {
    if (shown.length > 0) print(shown.map(({ id }) => id).join("\n"));
  } else printContainers(shown, (container) => rowOf(container, isPaused(container, mounts)));
  for (const error of refused) fail(error, 1, input.has("json"));
  return refused.length > 0 ? 1 : 0;
}

/** With the namespaces of each, where it runs. */
async function printNamespaces(
  shown: readonly Container[],
  json: boolean,
  toJson: (container: Container) => object,
): Promise<void> {
  const { namespaceHeadings, namespacesIn } = await import("./containers/namespaces.ts");
  const rows = shown.map((container) => ({ container, ids: namespacesIn(container) }));
  if (json) {
    print(safeJson(rows.map(({ container, ids }) => ({ ...toJson(container), namespaces: ids }))));
    return;
  }
  const cells = rows.map(({ container: { id, name, status }, ids }) => [
    id,
    name ?? "-",
    String(status?.pid.pid || "-"),
    ...namespaceHeadings.map(({ kind }) => String(ids?.[kind] ?? (ids === null ? "-" : "?"))),
  ]);
  const headings = ["ID", "NAME", "PID", ...namespaceHeadings.map(({ heading }) => heading)];
  // Half an id tells nothing: where there is no room, kinds are left out, and those that are made least first.
  const ranks = [
    HIGHEST,
    HIGHEST,
    HIGHEST,
    ...namespaceHeadings.map(({ kind }) => KEPT_LONGEST.indexOf(kind)),
  ];
  printTable(headings, cells, { ...AS_IT_IS, ranks });
}

const KEPT_LONGEST: readonly string[] = ["time", "cgroup", "ipc", "uts", "user", "mnt", "pid", "net"];
const HIGHEST = KEPT_LONGEST.length;

/** Commands have the characters that they were typed with, whatever the locale. */
const AS_IT_IS = { ascii: false };

/** Ports have a column where some are published. */
function printContainers(shown: readonly Container[], toRow: (container: Container) => string[]): void {
  const portsOf = ({ config }: Container) => config?.ports?.join(", ") ?? "-";
  const some = shown.some(({ config }) => config?.ports !== undefined);
  const rows = shown.map((container) =>
    toRow(container).toSpliced(4, 0, ...(some ? [portsOf(container)] : [])),
  );
  printTable(["ID", "NAME", "STATUS", "PID", ...(some ? ["PORTS"] : []), "COMMAND"], rows, AS_IT_IS);
}

const rowOf = (container: Container, paused: boolean): string[] => [
  container.id,
  container.name ?? "-",
  stateWords(container, Date.now(), paused),
  String(container.status?.pid.pid || "-"),
  container.config?.command.join(" ") ?? "?",
];

const jsonOf = ({ id, name, config, status }: Container, paused: boolean) => ({
  id,
  name: name ?? null,
  ...statusJson(status, paused),
  created: config?.created ?? null,
  command: config?.command ?? null,
  root: config?.root ?? null,
  ports: config?.ports ?? [],
});
