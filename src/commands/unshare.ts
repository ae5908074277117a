/** `nsbox unshare`: a command in new namespaces over the host's own files. */
import type { Command, Parsed } from "../cli/command.ts";
import { KINDS } from "../ns/kinds.ts";
import type { Caller } from "../sandbox/request.ts";
import { UsageError } from "../util/errors.ts";
import { namedKinds, readHostname, readShare } from "./run/request.ts";
import { initFor } from "./shell.ts";
import { flagsOfRun } from "./unshare/flags.ts" with { type: "macro" };
import { allBut, performUnshare, type Unshared } from "./unshare/perform.ts";

/** `nsbox unshare`. */
export const command: Command = {
  name: "unshare",
  usage: "[OPTIONS] [--] COMMAND [ARG…]",
  description: `Runs COMMAND in new namespaces, over the host's own files and with the caller's environment. The options of the kinds are those of nsbox-run(1); where none is given, every kind is made. An ordinary user always gets a user namespace: without it the kernel makes no other.

In a user namespace the caller is root, and stays who it is outside. With "-m" and "-p" /proc shows the command's own processes. With "-m" mounts stay inside. With "-n" the loopback interface is up.

COMMAND is not confined any further: it has all capabilities that its user namespace gives it. Only its way into the caller's terminal is closed, and it ends with nsbox.`,
  flags: [
    ...flagsOfRun("user-ns", "mount-ns", "pid-ns", "net-ns", "uts-ns", "ipc-ns", "cgroup-ns", "time-ns"),
    ...flagsOfRun("share", "hostname", "no-lo"),
    { long: "init", help: "Run the command as PID 2 under an init that reaps and hands on signals" },
    ...flagsOfRun("explain", "explain-json", "verbose", "quiet"),
  ],
  positionals: "stop",
  examples: [
    { line: "nsbox unshare -m -p -- ps -ef", text: "Own mounts and processes: ps is all there is." },
    { line: "nsbox unshare -n ip link", text: "An empty network, but for lo." },
  ],
  elsewhere: {
    fork: "It is always so: leave it out",
    "mount-proc": "/proc is there with `-m` and `-p`",
    "map-root-user": "It is always so with `-U`",
  },
  failure: 125,
  run: (input) => performUnshare(command, input, read),
};

function read(input: Parsed, caller: Caller): Unshared {
  if (input.rest.length === 0) {
    throw new UsageError("Missing COMMAND", "nsbox unshare -m -p -- ps -ef, or `nsbox shell`");
  }
  const named = namedKinds(input);
  const share = readShare(input);
  if (named.length > 0 && share.length > 0) {
    throw new UsageError(
      'Option "--share" cannot be combined with namespaces that are named one by one',
      "Name the kinds that are wanted, or share those that are not",
    );
  }
  const wanted = caller.uid === 0 ? named : [...named, "user"];
  const kinds =
    named.length > 0
      ? KINDS.map(({ name }) => name).filter((name) => wanted.includes(name))
      : allBut(share, caller);
  const hostname = readHostname(input, kinds);
  for (const [option, kind] of [
    ["no-lo", "net"],
    ["init", "pid"],
  ] as const) {
    if (!input.has(option) || kinds.includes(kind)) continue;
    const { letter, title } = KINDS.find(({ name }) => name === kind)!;
    throw new UsageError(
      `Option "--${option}" needs a ${title} namespace of the command's own`,
      `Add "-${letter}"`,
    );
  }
  const notes =
    kinds.includes("pid") && !kinds.includes("mnt")
      ? ["/proc stays the host's, and shows its processes (-m changes that)"]
      : [];
  const request = {
    command: input.rest,
    kinds,
    hostname,
    loopback: !input.has("no-lo"),
    init: input.has("init") ? initFor(caller) : undefined,
  };
  return { request, notes };
}
