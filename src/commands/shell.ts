/** `nsbox shell`: a shell in namespaces of every kind. */
import { accessSync, constants } from "node:fs";
import type { Command, Parsed } from "../cli/command.ts";
import { KINDS, type KindName } from "../ns/kinds.ts";
import { INIT_MODE, INIT_NO_TIMEOUT } from "../plan/constants.ts";
import type { OwnInit } from "../sandbox/init.ts";
import type { Caller } from "../sandbox/request.ts";
import { UsageError } from "../util/errors.ts";
import { readHostname, readShare } from "./run/request.ts";
import { flagsOfRun } from "./unshare/flags.ts" with { type: "macro" };
import { allBut, performUnshare, type Unshared } from "./unshare/perform.ts";

/** `nsbox shell`. */
export const command: Command = {
  name: "shell",
  usage: "[OPTIONS]",
  description: `Opens a shell in namespaces of every kind that the kernel has, over the host's own files: there one may look around, mount, configure a network, send signals and change the host name, and the host notices none of it. But files are the host's: what is removed is gone.

Whoever calls it is root inside, and in all else who it is outside: the files it may not write, it may not write there. /proc shows the shell's own processes; the loopback interface is up; mounts stay inside. The shell is PID 2, under an init.

It is $SHELL where that can be executed, else bash, else sh, and its exit status is that of nsbox. It is not confined as what \`nsbox run\` starts: see \`nsbox help security\`.`,
  flags: flagsOfRun("share", "hostname", "no-lo", "explain", "explain-json", "verbose", "quiet"),
  positionals: "stop",
  examples: [
    { line: "nsbox shell", text: "Look around: id, ps -ef, ip link, ls -l /proc/self/ns." },
    { line: "nsbox shell --share net", text: "With the host's network." },
  ],
  failure: 125,
  run: (input) => performUnshare(command, input, read),
};

function read(input: Parsed, caller: Caller): Unshared {
  if (input.rest.length > 0) {
    throw new UsageError(
      `Too many words: "${input.rest[0]}"`,
      `A command goes with \`nsbox unshare -- ${input.rest.join(" ")}\``,
    );
  }
  const kinds = allBut(readShare(input), caller);
  const hostname = readHostname(input, kinds);
  if (input.has("no-lo") && !kinds.includes("net")) {
    throw new UsageError('Option "--no-lo" needs a network namespace of the command\'s own');
  }
  const init = kinds.includes("pid") ? initFor(caller) : undefined;
  const request = { command: [shellOf(caller)], kinds, hostname, loopback: !input.has("no-lo"), init };
  return { request, notes: [welcome(kinds)] };
}

/** The helper as PID 1, with nothing beyond reaping and handing on signals. */
export const initFor = (caller: Caller): OwnInit => ({
  mode: INIT_MODE.INIT_COMMAND,
  flags: 0,
  process: INIT_NO_TIMEOUT,
  all: INIT_NO_TIMEOUT,
  session: caller.env["XDG_RUNTIME_DIR"] ?? "",
});

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function shellOf({ env, bytes }: Caller): string {
  const own = env["SHELL"] ?? "";
  const readable = bytes ? Buffer.from(own, "latin1").toString() : own;
  if (own.startsWith("/") && isExecutable(readable)) return own;
  return ["/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash"].find(isExecutable) ?? "sh";
}

/** What to try for each kind. */
const TRY: Partial<Readonly<Record<KindName, string>>> = {
  user: "id",
  pid: "ps -ef",
  net: "ip link",
  uts: "hostname zion",
  mnt: "mount -t tmpfs none /mnt",
};

function welcome(kinds: readonly KindName[]): string {
  const titles = KINDS.filter(({ name }) => kinds.includes(name)).map(({ title }) => title);
  const all = kinds.length === KINDS.length;
  const tries = [...kinds.flatMap((kind) => TRY[kind] ?? []), "ls -l /proc/self/ns"];
  const where = all
    ? "namespaces of every kind"
    : `namespaces of ${kinds.length} kinds (${titles.join(", ")})`;
  return `A shell in ${where}, over the host's own files. Try: ${tries.join("; ")}. "exit" leaves it`;
}
