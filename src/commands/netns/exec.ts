/** `nsbox netns exec`: a command of the host's in a named network namespace. */
import { readdirSync, realpathSync, statSync } from "node:fs";
import type { Parsed } from "../../cli/command.ts";
import { note } from "../../cli/log.ts";
import { launch } from "../../runtime/launch.ts";
import { launchAgain } from "../../runtime/launch-again.ts";
import { findNamed, noSuchNetwork } from "../../runtime/netns/named.ts";
import { type NetnsExec, planNetnsExec } from "../../sandbox/network/netns-exec.ts";
import type { Caller } from "../../sandbox/request.ts";
import { rawEnvironment, rawWords } from "../../sys/raw-words.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";

/** What Bun makes of bytes that are no UTF-8. */
const GARBLED = "\uFFFD";
/** More files than that are nobody's. */
const MOST = 1000;

/** Runs the command `words[1]` in the namespace `words[0]`. Returns only where the plan is printed. */
export async function run(input: Parsed, words: readonly string[]): Promise<number> {
  const [name, ...typed] = words;
  if (name === undefined || typed.length === 0) {
    throw new UsageError("exec takes NAME and COMMAND", "nsbox netns exec NAME COMMAND [ARG…]");
  }
  const found = findNamed(name);
  if (found === undefined) throw noSuchNetwork("enter", name);
  const bytes = [process.argv.join(), ...Object.values(process.env)].join().includes(GARBLED);
  const caller: Caller = {
    uid: process.geteuid!(),
    gid: process.getegid!(),
    env: bytes ? rawEnvironment() : process.env,
    color: input.value("color"),
    bytes,
  };
  const command = bytes ? rawWords().slice(-typed.length) : typed;
  const raw = (text: string) => (bytes ? Buffer.from(text).toString("latin1") : text);
  const files = await ownFiles(name);
  const request: NetnsExec = {
    command,
    name: raw(name),
    path: raw(found.path),
    files: files.map(({ source, target }) => ({ source: raw(source), target: raw(target) })),
  };
  const plan = planNetnsExec(request, caller);
  if (input.has("explain")) return (await import("../run/explain.ts")).explain(plan, ["net", "mnt"], false);
  const told = input.has("verbose") ? (await import("../../plan/narrate.ts")).narrated(plan) : plan;
  // What ps shows of the monitor; a longer word than this the kernel would not take.
  const title = `nsbox ${process.argv.slice(2).join(" ")}`.slice(0, 4096);
  throw launchAgain(told, title, launch(told, title));
}

/** The files of /etc/netns/NAME that have something of their name in /etc to stand over. */
async function ownFiles(name: string): Promise<NetnsExec["files"]> {
  const directory = `/etc/netns/${name}`;
  const files: { source: string; target: string }[] = [];
  for (const file of namesIn(directory)) {
    const source = `${directory}/${file}`;
    const target = realPath(`/etc/${file}`);
    if (target === undefined || statSync(source, { throwIfNoEntry: false }) === undefined) {
      await note(
        `"${source}" is left out: ${target === undefined ? `"/etc/${file}" is not there` : "it leads nowhere"}`,
      );
    } else files.push({ source, target });
  }
  if (files.length <= MOST) return files;
  throw new NsboxError(`Cannot use "${directory}"`, { cause: `it holds more than ${MOST} files` });
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw new NsboxError(`Cannot list "${directory}"`, { errno: code ?? "EIO" });
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
