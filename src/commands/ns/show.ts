/** `nsbox ns show`: all that is known of a namespace. */
import { ascii, unicode } from "../../cli/charset.ts";
import { painter } from "../../cli/color.ts";
import type { Parsed } from "../../cli/command.ts";
import { fail } from "../../cli/fail.ts";
import { fill } from "../../cli/layout.ts";
import { print } from "../../cli/print.ts";
import { terminalWidth } from "../../cli/table.ts";
import { countOf } from "../../cli/units.ts";
import { userChain } from "../../ns/capabilities-in.ts";
import { KINDS } from "../../ns/kinds.ts";
import type { Holder, Namespace, Snapshot } from "../../ns/model.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";
import { safeJson, sanitize } from "../../util/sanitize.ts";
import { findNamespace, findProcess, titleOf } from "../looking/find.ts";
import { takeSnapshot } from "../looking/source.ts";
import { processWord, userWord } from "../worlds/words.ts";
import { chosenKind } from "./ask.ts";

/** So many processes, children or the like are named; `--json` has all. */
const MOST = 10;
/** PIDs are at most that, ids of namespaces are more: see proc_sys_kernel(5). */
const LARGEST_PID = 2 ** 22;

/** Prints each namespace. Returns 1 where one was not found; the others are printed. */
export async function run(input: Parsed, words: readonly string[]): Promise<number> {
  if (words.length === 0) throw new UsageError("Missing a namespace", "nsbox ns show 1234/net");
  const snapshot = await takeSnapshot(input, {});
  let status = 0;
  const found: Namespace[] = [];
  for (const word of words) {
    try {
      found.push(...named(input, snapshot, word));
    } catch (error) {
      if (error instanceof UsageError) throw error;
      status = fail(error, 1, input.has("json"));
    }
  }
  if (input.has("json")) print(safeJson(found.map((one) => json(snapshot, one))));
  else if (found.length > 0) print(found.map((one) => text(snapshot, one)).join("\n\n"));
  return status;
}

function named(input: Parsed, snapshot: Snapshot, word: string): Namespace[] {
  const isProcess = /^\d+$/.test(word) ? Number(word) <= LARGEST_PID : !/[/:]/.test(word);
  if (!isProcess) return [findNamespace(snapshot, word)];
  const kind = chosenKind(input);
  if (kind !== undefined) return [findNamespace(snapshot, `${word}/${kind}`)];
  const { pid, namespaces } = findProcess(snapshot, word);
  const found = KINDS.flatMap(({ name }) => snapshot.namespaces.filter(({ id }) => id === namespaces[name]));
  if (found.length > 0) return found;
  throw new NsboxError(`The namespaces of process ${pid} are not known`, { cause: "they may not be read" });
}

/** From its owner (or parent) up to the topmost in reach. */
function chainOf(snapshot: Snapshot, first: number | null, isUser: boolean): string {
  if (first === null) return "?";
  if (isUser) {
    const { ids, complete } = userChain(snapshot, first);
    const titles = ids.map((id) => titleOf({ kind: "user", id }));
    return [...titles, ...(complete ? [] : ["?"])].join(" < ");
  }
  const parents = new Map(snapshot.namespaces.map(({ id, parent }) => [id, parent]));
  const ids = new Set<number>();
  for (let at: number | null = first; at !== null && !ids.has(at); at = parents.get(at) ?? null) ids.add(at);
  return [...ids].map((id) => titleOf({ kind: "pid", id })).join(" < ");
}

const few = <T>(all: readonly T[], word: (one: T) => string): string => {
  const more = all.length - MOST;
  return all.slice(0, MOST).map(word).join(", ") + (more > 0 ? `, and ${more} more` : "");
};

const byId = (snapshot: Snapshot) => new Map(snapshot.namespaces.map((one) => [one.id, one]));

function text(snapshot: Snapshot, one: Namespace): string {
  const { kind, initial, owner, parent, serial, device, uid, processes, leader, holders } = one;
  const all = byId(snapshot);
  const process = (pid: number): string => {
    const found = snapshot.processes.find((each) => each.pid === pid);
    return found === undefined ? String(pid) : processWord(found);
  };
  const titles = (ids: readonly number[]) => few(ids, (id) => titleOf(all.get(id) ?? { kind, id }));
  const rows: [string, string][] = [
    ["kind", `${kind}${initial ? ", made with the kernel" : ""}`],
    ["device", `${device >>> 8}:${device & 0xff}`],
    ["serial", serial === null ? "? (Linux 6.18 has it)" : String(serial)],
  ];
  // The owner of a user namespace is its parent.
  if (kind !== "user") rows.push(["owner", chainOf(snapshot, owner, true)]);
  if (kind === "user" || kind === "pid") {
    const above = parent ?? (kind === "user" ? owner : null);
    rows.push(["parent", initial ? "none" : chainOf(snapshot, above, kind === "user")]);
  }
  rows.push([kind === "user" ? "made by" : "owner made by", userWord(snapshot, uid)]);
  rows.push([
    "processes",
    processes.length === 0 ? "none" : `${processes.length}: ${few(processes, process)}`,
  ]);
  if (leader !== null) rows.push(["leader", process(leader)]);
  for (const holder of holders.slice(0, MOST)) rows.push(["held by", holderWords(holder)]);
  if (holders.length > MOST) rows.push(["held by", `${holders.length - MOST} more`]);
  if (one.children.length > 0) rows.push(["children", titles(one.children)]);
  if (one.owned.length > 0)
    rows.push(["owns", `${countOf(one.owned.length, "namespace")}: ${titles(one.owned)}`]);
  const lines = rows.map(([name, value]) => `  ${name.padEnd(VALUES - 3)} ${beside(sanitize(value))}`);
  return [painter(1)("heading", titleOf(one)), ...lines.map((line) => (unicode() ? line : ascii(line)))].join(
    "\n",
  );
}

/** Where the values begin, and how narrow they may get. */
const VALUES = 16;
const NARROWEST = 16;

/** On a terminal `text` is wrapped in its own column. */
function beside(text: string): string {
  const width = terminalWidth();
  if (width === undefined) return text;
  return fill(text, Math.max(width, VALUES + NARROWEST), VALUES).slice(VALUES);
}

/** What keeps it alive, in words. */
function holderWords(holder: Holder): string {
  switch (holder.by) {
    case "thread":
      return `thread ${holder.name} (${holder.tid}) of process ${holder.pid}`;
    case "children":
      return `${holder.name} (${holder.pid}), whose children will be in it`;
    case "mount":
      return `bind mount on ${holder.path} in ${titleOf({ kind: "mnt", id: holder.namespace })}`;
    case "descriptor":
      return `descriptor ${holder.fd} of ${holder.name} (${holder.pid})`;
    case "socket":
      return `socket ${holder.fd} of ${holder.name} (${holder.pid})`;
  }
}

function json(snapshot: Snapshot, one: Namespace) {
  const start = one.kind === "user" ? one.id : (one.owner ?? undefined);
  return { ...one, users: userChain(snapshot, start).ids.filter((id) => id !== one.id) };
}
