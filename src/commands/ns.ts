/** `nsbox ns`: namespaces that are kept by a name in a directory. */
import type { Command, Parsed } from "../cli/command.ts";
import { QUIET } from "../cli/flags.ts";
import { note } from "../cli/log.ts";
import { didYouMean, suggest } from "../cli/suggest.ts";
import { flagOf } from "../ns/kinds.ts";
import { block } from "../plan/block.ts";
import type { Op } from "../plan/plan.ts";
import { statePath } from "../runtime/containers/place.ts";
import { trueDirectory } from "../runtime/ns-dirs/path.ts";
import { prepare } from "../runtime/ns-dirs/prepare.ts";
import { newRecordId, readNsDirs } from "../runtime/ns-dirs/records.ts";
import { releaseNsDir } from "../runtime/ns-dirs/release.ts";
import { NsboxError, UsageError } from "../util/errors.ts";
import { displayOf, perform, refuseGarbled } from "./containers/mounting.ts";
import { otherwise } from "./containers/ns-note.ts";
import { findTarget } from "./containers/target.ts";

/** `nsbox ns`. */
export const command: Command = {
  name: "ns",
  usage: "[OPTIONS] keep NAME|PID DIR | release DIR",
  description: `Keeps namespaces beyond their processes: \`keep\` binds those of a container, or of any process in one, in the directory DIR; \`nsbox run --ns-dir DIR\` does so before its command starts. \`release\` unmounts them all, and removes what nsbox made there, DIR included.

In DIR stands a file a kind, named as under /proc/PID/ns; only kinds that are not the caller's own. nsenter(1) enters them: nsenter --net=DIR/net COMMAND. DIR is a mount of its own, private, in the caller's mount namespace; so CAP_SYS_ADMIN is needed there. Without it a process can keep them: nsbox run -d … sleep infinity, and nsbox exec.

A PID namespace stays a name without life: once its PID 1 has ended, no process is born in it any more.`,
  flags: [
    { long: "explain", help: "With keep: print each step in words, and do nothing" },
    { long: "verbose", short: "v", help: "With keep: print each step, with its time, as it is taken" },
    QUIET,
  ],
  positionals: "mixed",
  examples: [
    { line: "nsbox ns keep web /run/web", text: "Bind the namespaces of container web." },
    { line: "nsenter --net=/run/web/net ip address", text: "Use one of them." },
    { line: "nsbox ns release /run/web", text: "Let go of them." },
  ],
  failure: 1,
  run,
};

/** How each is typed. */
const VERBS = { keep: "nsbox ns keep NAME|PID DIR", release: "nsbox ns release DIR" } as const;

function run(input: Parsed): number | Promise<number> {
  refuseGarbled();
  const [verb, ...words] = input.rest;
  if (verb === "keep") return keep(input, words);
  if (verb === "release") return release(words);
  const usages = Object.values(VERBS).join(", or ");
  if (verb === undefined) throw new UsageError("Missing keep or release", usages);
  throw new UsageError(
    `Unknown word "${verb}" behind "ns"`,
    didYouMean(suggest(verb, Object.keys(VERBS))) ?? usages,
  );
}

async function keep(input: Parsed, [word, typed, ...more]: readonly string[]): Promise<number> {
  if (word === undefined || typed === undefined || more.length > 0) {
    throw new UsageError("keep takes NAME or PID, and DIR", VERBS.keep);
  }
  const { title, pid, start, kinds } = findTarget(word).target;
  if (kinds.length === 0) {
    throw new NsboxError(`Cannot keep the namespaces of ${title}`, { cause: "they are the caller's own" });
  }
  const path = trueDirectory(typed);
  if (!input.has("explain")) prepare(path, kinds);
  const flags = kinds.reduce((sum, kind) => sum + flagOf(kind), 0);
  const ops: readonly Op[] = [
    { op: "open_target", title, pid, start, root: 0, mounts: 0 },
    {
      op: "keep_namespaces",
      path,
      flags,
      state: statePath(),
      id: newRecordId(),
      otherwise: otherwise(input),
      pid,
    },
  ];
  const display = displayOf(input);
  if (kinds.includes("pid") && !input.has("explain")) {
    await note("The PID namespace lives as long as its first process, and is a mere name afterwards");
  }
  return perform(input, { blocks: ops.map(block), argv: ["ns"], env: [], display, bytes: false });
}

function release([typed, ...more]: readonly string[]): number {
  if (typed === undefined || more.length > 0) throw new UsageError("release takes DIR", VERBS.release);
  const path = trueDirectory(typed);
  const found = readNsDirs().filter((each) => each.path === path);
  const refused = (cause: string) =>
    new NsboxError(`Cannot release "${typed}"`, { cause, code: "not-found" });
  if (found.length === 0) throw refused("nsbox has bound no namespaces there");
  if (found.some(({ busy }) => busy)) throw refused("another nsbox is binding namespaces there just now");
  for (const each of found) releaseNsDir(each);
  return 0;
}
