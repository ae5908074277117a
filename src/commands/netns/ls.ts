/** `nsbox netns ls`: the network namespaces that have a name. */
import type { Parsed } from "../../cli/command.ts";
import { note } from "../../cli/log.ts";
import { print } from "../../cli/print.ts";
import { printTable } from "../../cli/table.ts";
import { discover } from "../../ns/discover.ts";
import type { Snapshot } from "../../ns/model.ts";
import { type NamedNetwork, namedNetworks } from "../../runtime/netns/named.ts";
import { replayUndo } from "../../runtime/undo.ts";
import { UsageError } from "../../util/errors.ts";
import { safeJson } from "../../util/sanitize.ts";
import { gapsNote } from "../looking/gaps.ts";

/** So many users are named in the table; `--json` has all. */
const MOST = 3;

/** Who is in one. */
interface Users {
  /** PIDs, in order. */
  readonly processes: readonly number[];
  readonly containers: Snapshot["containers"];
}

/** Prints them, by name. */
export async function run(input: Parsed, words: readonly string[]): Promise<number> {
  if (words.length > 0) throw new UsageError(`Too many words: "${words[0]}"`, "nsbox netns ls");
  replayUndo();
  const networks = namedNetworks();
  const snapshot =
    networks.length === 0 ? undefined : discover({ threads: false, mounts: false, descriptors: false });
  const rows = networks.map((network) => ({ network, users: usersOf(network, snapshot) }));
  if (input.has("json")) print(safeJson(rows.map(toJson)));
  else {
    printTable(
      ["NAME", "NETNS", "PROCESSES", "USERS"],
      rows.map(({ network, users }) => [
        network.name,
        network.id === null ? "-" : String(network.id),
        network.id === null ? "-" : String(users.processes.length),
        network.id === null ? "is no network namespace" : wordsOf(users, snapshot),
      ]),
      { ascii: false },
    );
  }
  const gaps = snapshot === undefined ? undefined : gapsNote(snapshot.gaps);
  if (gaps !== undefined) await note(gaps);
  return 0;
}

function usersOf({ id }: NamedNetwork, snapshot: Snapshot | undefined): Users {
  const found = snapshot?.processes.filter(({ namespaces }) => id !== null && namespaces.net === id) ?? [];
  const indexes = new Set(found.flatMap(({ container }) => container ?? []));
  const containers = snapshot?.containers.filter((_, index) => indexes.has(index)) ?? [];
  return { processes: found.map(({ pid }) => pid), containers };
}

/** Containers by name; where there are none, processes. */
function wordsOf({ processes, containers }: Users, snapshot: Snapshot | undefined): string {
  const names =
    containers.length > 0
      ? containers.map(({ name, id, pid }) => name ?? id ?? String(pid))
      : processes.map((pid) => `${pid} ${snapshot?.processes.find((one) => one.pid === pid)?.name ?? "?"}`);
  const more = names.length > MOST ? ` +${names.length - MOST}` : "";
  return names.length === 0 ? "-" : names.slice(0, MOST).join(", ") + more;
}

const toJson = ({ network: { name, path, id }, users }: { network: NamedNetwork; users: Users }) => ({
  name,
  path,
  id,
  processes: users.processes,
  containers: users.containers.map(({ engine, name: called, id: its, pid }) => ({
    engine,
    name: called,
    id: its,
    pid,
  })),
});
