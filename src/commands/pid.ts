/** `nsbox pid`: the numbers of processes, from one PID namespace to another. */
import type { Command, Parsed } from "../cli/command.ts";
import { fail } from "../cli/fail.ts";
import { JSON_FLAG } from "../cli/flags.ts";
import { print } from "../cli/print.ts";
import { printTable } from "../cli/table.ts";
import type { Namespace, Process, Snapshot } from "../ns/model.ts";
import { numbersOf, pidIn, processCalled } from "../ns/pid-map.ts";
import { procText } from "../ns/proc-file.ts";
import { NsboxError, UsageError } from "../util/errors.ts";
import { safeJson } from "../util/sanitize.ts";
import { findNamespace, findProcess, titleOf } from "./looking/find.ts";
import { INPUT_FLAG, takeSnapshot } from "./looking/source.ts";

const WHERE =
  "Written as a PID or the name of a container, which stand for the PID namespace that they are in, or as pid:[ID], its number or a path.";

/** `nsbox pid`. */
export const command: Command = {
  name: "pid",
  usage: "[OPTIONS] PID|NAME…",
  description: `Translates PIDs between PID namespaces. A process has a number in its own PID namespace and in every one above it, see pid_namespaces(7). The PIDs given are those of this side unless "--from" says of which; printed are those of this side unless "--in" says of which, one a line in the order they were given.

A thread has numbers too: its own stands for it. With neither, or with "--all", a table of all numbers of each process, from this side down to its own PID namespace.`,
  flags: [
    { long: "in", value: "WHERE", help: "Print their PIDs in that PID namespace", text: WHERE },
    { long: "from", value: "WHERE", help: "The PIDs given are those of that PID namespace", text: WHERE },
    { long: "all", short: "a", help: "Print their PIDs in every PID namespace that sees them" },
    INPUT_FLAG,
    JSON_FLAG,
  ],
  positionals: "mixed",
  examples: [
    { line: "nsbox pid 1 --from web", text: "The PID here of what is PID 1 in the container web." },
    { line: "nsbox pid 4711 --in web", text: "The PID that web's own processes know 4711 by." },
    { line: "nsbox pid $$", text: "The shell's PIDs, here and further in." },
  ],
  failure: 1,
  run,
};

async function run(input: Parsed): Promise<number> {
  if (input.rest.length === 0)
    throw new UsageError("Missing a PID", "nsbox pid PID… --in NAME|PID|NAMESPACE");
  const [from, to] = ["from", "in"].map((flag) => input.value(flag));
  const all = input.has("all") || (from === undefined && to === undefined);
  if (input.has("all") && to !== undefined) {
    throw new UsageError(
      '"--all" and "--in" exclude each other',
      "--all prints the PIDs in every PID namespace",
    );
  }
  const snapshot = await takeSnapshot(input, { threads: false, mounts: false, descriptors: false });
  const source = from === undefined ? undefined : findPidNamespace(snapshot, from);
  const goal = to === undefined ? undefined : findPidNamespace(snapshot, to);
  const found: { process: Process; pid: number }[] = [];
  let status = 0;
  for (const word of input.rest) {
    try {
      const process = source === undefined ? here(input, snapshot, word) : called(snapshot, source, word);
      found.push({ process, pid: goal === undefined ? process.pid : numberIn(snapshot, process, goal) });
    } catch (error) {
      if (error instanceof UsageError) throw error;
      status = fail(error, 1, input.has("json"));
    }
  }
  if (input.has("json")) {
    const rows = found.map(({ process, pid }) => ({
      ...(all ? {} : { translated: pid }),
      pid: process.pid,
      name: process.name,
      numbers: numbersOf(snapshot, process),
    }));
    print(safeJson(rows));
  } else if (all) {
    const rows = found.flatMap(({ process }) =>
      numbersOf(snapshot, process).map(({ namespace, pid }, level) => [
        level === 0 ? String(process.pid) : "",
        level === 0 ? process.name : "",
        namespace === null ? "pid:[?]" : titleOf({ kind: "pid", id: namespace }),
        String(pid),
      ]),
    );
    if (rows.length > 0) printTable(["PID", "NAME", "IN", "IS"], rows);
  } else if (found.length > 0) print(found.map(({ pid }) => String(pid)).join("\n"));
  return status;
}

/** A process; or a thread, which has numbers of its own in the PID namespaces of its process. */
function here(input: Parsed, snapshot: Snapshot, word: string): Process {
  const isListed = snapshot.processes.some(({ pid }) => String(pid) === word);
  const status =
    isListed || input.has("input") || !/^\d+$/.test(word) ? null : procText(`/proc/${word}/status`);
  if (status === null) return findProcess(snapshot, word);
  const field = (key: string) => new RegExp(`^${key}:\\s*(.*)$`, "m").exec(status)?.[1] ?? "";
  const process = findProcess(snapshot, field("Tgid"));
  const pids = field("NSpid").split(/\s+/).map(Number);
  return { ...process, pid: Number(word), name: field("Name"), pids: pids.slice(-process.pids.length) };
}

/** The greatest PID that a kernel gives, see proc_sys_kernel(5): no namespace has so small a number. */
const LARGEST_PID = 2 ** 22;

function findPidNamespace(snapshot: Snapshot, word: string): Namespace {
  const isProcess = /^\d+$/.test(word) ? Number(word) <= LARGEST_PID : !/[/:]/.test(word);
  const found = isProcess ? findNamespace(snapshot, `${word}/pid`) : findNamespace(snapshot, word);
  if (found.kind === "pid") return found;
  throw new NsboxError(`"${word}" is no PID namespace`, {
    cause: `it is ${titleOf(found)}`,
    code: "wrong-kind",
  });
}

function called(snapshot: Snapshot, namespace: Namespace, word: string): Process {
  if (!/^\d+$/.test(word)) {
    throw new UsageError(`"${word}" is no PID`, 'With "--from" the words are PIDs in that PID namespace');
  }
  const found = processCalled(snapshot, namespace.id, Number(word));
  if (found !== undefined) return found;
  throw new NsboxError(`There is no process ${word} in ${titleOf(namespace)}`, { code: "not-found" });
}

function numberIn(snapshot: Snapshot, process: Process, namespace: Namespace): number {
  const pid = pidIn(snapshot, process, namespace.id);
  if (pid !== undefined) return pid;
  const own = process.namespaces.pid;
  throw new NsboxError(`Process ${process.pid} has no PID in ${titleOf(namespace)}`, {
    cause:
      own === undefined
        ? "its PID namespace may not be read"
        : `it is in ${titleOf({ kind: "pid", id: own })}, which is not below that`,
    code: "not-found",
  });
}
