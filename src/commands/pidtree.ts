/** `nsbox pidtree`: processes in the tree of PID namespaces. */
import type { Command, Parsed } from "../cli/command.ts";
import { pidForest } from "../ns/forest/pids.ts";
import type { Snapshot } from "../ns/model.ts";
import { processCalled } from "../ns/pid-map.ts";
import { NsboxError, UsageError } from "../util/errors.ts";
import { takeSnapshot } from "./looking/source.ts";
import { printTree, TREE_FLAGS } from "./looking/tree.ts";
import { World } from "./looking/world.ts";

/** `nsbox pidtree`. */
export const command: Command = {
  name: "pidtree",
  usage: "[OPTIONS]",
  description: `Shows every process in its PID namespace, and each PID namespace below the process that its first process is a child of. A process has a PID in its own namespace and in each above: (5310/1) is 5310 here and 1 inside, from the top to the bottom.

It also works under this name: ln -s nsbox pidtree.`,
  flags: [
    { long: "pid", short: "p", value: "PID", help: "Only this process, and what leads to it from the top" },
    {
      long: "ns",
      short: "n",
      value: "NAMESPACE",
      help: "With --pid: the PID namespace that numbers it, as pid:[4026531836] or 4026531836",
    },
    ...TREE_FLAGS,
  ],
  positionals: "mixed",
  examples: [
    { line: "nsbox pidtree", text: "All processes." },
    { line: "nsbox pidtree -p $$", text: "The shell, and all above it." },
  ],
  failure: 1,
  run,
};

async function run(input: Parsed): Promise<number> {
  if (input.rest.length > 0)
    throw new UsageError(`Too many words: "${input.rest[0]}"`, "One process is chosen by --pid, -p");
  const pid = readPid(input.value("pid"));
  const namespace = readNamespace(input.value("ns"));
  if (namespace !== undefined && pid === undefined) {
    throw new UsageError('Option "--ns" says how to read the PID of "--pid", which is missing');
  }
  const snapshot = await takeSnapshot(input, { mounts: false, descriptors: false, threads: false });
  const only = pid === undefined ? undefined : numberHere(snapshot, pid, namespace);
  const roots = pidForest(snapshot, only);
  return printTree(input, new World(snapshot), { by: "pid", roots, edges: [], lines: { brief: true } });
}

function readPid(word: string | undefined): number | undefined {
  if (word === undefined) return undefined;
  if (/^[1-9]\d{0,9}$/.test(word)) return Number(word);
  throw new UsageError(`Option "--pid" needs a PID, not "${word}"`);
}

function readNamespace(word: string | undefined): number | undefined {
  if (word === undefined) return undefined;
  const [, bracketed, bare] = /^(?:pid:\[(\d{1,15})\]|(\d{1,15}))$/.exec(word) ?? [];
  const digits = bracketed ?? bare;
  if (digits !== undefined) return Number(digits);
  throw new UsageError(`Not a valid PID namespace ID: "${word}"`, "Write pid:[4026531836] or 4026531836");
}

/** The viewer's number of the process that PID namespace `namespace` calls `pid`. */
function numberHere(snapshot: Snapshot, pid: number, namespace = snapshot.viewer.namespaces.pid): number {
  const known = snapshot.namespaces.some(({ id, kind }) => id === namespace && kind === "pid");
  if (!known && namespace !== undefined && namespace !== snapshot.viewer.namespaces.pid) {
    throw new NsboxError(`Unknown PID namespace pid:[${namespace}]`, {
      hint: "`nsbox lspidns` lists those in reach",
      code: "not-found",
    });
  }
  const here = namespace === undefined || namespace === snapshot.viewer.namespaces.pid;
  const found = here
    ? snapshot.processes.find((process) => process.pid === pid)
    : processCalled(snapshot, namespace, pid);
  if (found !== undefined) return found.pid;
  const where = namespace === undefined ? "" : ` (in pid:[${namespace}])`;
  throw new NsboxError(`Unknown process PID ${pid}${where}`, { code: "not-found" });
}
