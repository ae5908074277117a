/** `nsbox caps`: what a process may towards a namespace, and why. */
import type { Command, Parsed } from "../cli/command.ts";
import { JSON_FLAG } from "../cli/flags.ts";
import { print } from "../cli/print.ts";
import { capabilitiesIn } from "../ns/capabilities-in.ts";
import { mayEnter } from "../ns/may-enter.ts";
import type { Namespace, Process, Snapshot } from "../ns/model.ts";
import { NsboxError, UsageError } from "../util/errors.ts";
import { safeJson } from "../util/sanitize.ts";
import { findNamespace, findProcess, titleOf } from "./looking/find.ts";
import { INPUT_FLAG, takeSnapshot } from "./looking/source.ts";
import { remarksOn } from "./worlds/caps-remarks.ts";
import { capsText } from "./worlds/caps-text.ts";
import { detailsOf } from "./worlds/known.ts";

/** `nsbox caps`. */
export const command: Command = {
  name: "caps",
  usage: "[OPTIONS] PID|NAME [NAMESPACE]",
  description: `Says which capabilities a process has towards a namespace, by which rule of user_namespaces(7), and whether it may enter it. NAME is a container, which stands for its first process. NAMESPACE is written as "net:[4026531840]", as that number, as a path, or as what another process is in: 1234/net, web/net. Without it, it is the user namespace of the process itself.

Each namespace is owned by a user namespace, and that one decides. Where it is the process's own, or below that, its effective set holds. Where it is, or is below, a user namespace that the process's effective user made as a child of the process's own, it has every capability. Elsewhere it has none, root or not.

Drawn below that are the user namespaces from the nearest common one down, once to the process and once to the target; behind each stands what the process has in it. Entering is judged by capabilities and by what setns(2) demands of each kind; a system call filter or a security module may refuse it still.`,
  flags: [
    { long: "brief", short: "b", help: "Print what it has and why, without the tree" },
    INPUT_FLAG,
    JSON_FLAG,
  ],
  positionals: "mixed",
  examples: [
    { line: "nsbox caps $$", text: "What the shell has in its own user namespace." },
    { line: "nsbox caps $$ /proc/1/ns/net", text: "May the shell configure the network that PID 1 is in?" },
    { line: "nsbox caps web 1/mnt", text: "What a container called web has towards the mounts of the host." },
  ],
  failure: 1,
  run,
};

async function run(input: Parsed): Promise<number> {
  const [who, what, ...more] = input.rest;
  if (who === undefined) throw new UsageError("Missing a process", "nsbox caps PID|NAME [NAMESPACE]");
  if (more.length > 0) throw new UsageError(`Too many words: "${more[0]}"`, "It takes one NAMESPACE");
  const snapshot = await takeSnapshot(input, {});
  const process = findProcess(snapshot, who);
  const target = what === undefined ? ownUser(snapshot, process) : findNamespace(snapshot, what);
  const details = detailsOf(input, process);
  const caps = capabilitiesIn(snapshot, process, details, target);
  const entry = mayEnter(snapshot, process, details, target);
  const remarks = remarksOn(snapshot, process, details, caps, entry);
  if (input.has("json")) {
    print(
      safeJson({
        process: {
          pid: process.pid,
          name: process.name,
          uid: process.uid,
          user: process.namespaces.user ?? null,
        },
        target: { kind: target.kind, id: target.id },
        ...caps,
        enter: entry,
        remarks,
      }),
    );
  } else
    print(capsText({ snapshot, process, details, target, caps, entry, remarks, brief: input.has("brief") }));
  return 0;
}

function ownUser(snapshot: Snapshot, process: Process): Namespace {
  const { user } = process.namespaces;
  const found = snapshot.namespaces.find(({ id }) => id === user);
  if (found !== undefined) return found;
  throw new NsboxError(`The user namespace of process ${process.pid} is not known`, {
    cause:
      user === undefined ? "it may not be read" : `${titleOf({ kind: "user", id: user })} is out of reach`,
  });
}
