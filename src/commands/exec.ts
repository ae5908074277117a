/** `nsbox exec`: one more command in a container that runs. */
import type { Command, Parsed } from "../cli/command.ts";
import { QUIET } from "../cli/flags.ts";
import { note } from "../cli/log.ts";
import { KINDS } from "../ns/kinds.ts";
import { launch } from "../runtime/launch.ts";
import { launchAgain } from "../runtime/launch-again.ts";
import { UsageError } from "../util/errors.ts";
import { planExec } from "./exec/plan.ts";

/** `nsbox exec`. */
export const command: Command = {
  name: "exec",
  usage: "[OPTIONS] NAME|PID COMMAND [ARG…]",
  description: `Executes COMMAND in a container that runs: in all its namespaces, its cgroups, below its root, and confined as what runs there is. NAME is that of a container of nsbox, or the beginning of its id; PID is any process of any container, of whatever made it.

In a container of nsbox the command gets the same user, capabilities, limits, environment, system call filter and Landlock rules as the container's own. In any other it gets those of the process PID: its ids and groups, no more than its capabilities, its no_new_privs. Only root can read a process's filter; where it cannot be read, nsbox's default filter and no_new_privs hold instead, and a note says so.

Nothing of nsbox is seen inside before the command runs: what enters is nobody's to look into, has no descriptor open but the three standard ones, and enters everything before the process that becomes the command is made.

The exit status is the command's, as that of \`nsbox run\`: 128+n where signal n ended it, which is 137 where the container ended; 127 where it was not found, 126 where it could not be executed, 125 where nsbox itself failed.`,
  flags: [
    {
      long: "tty",
      short: "t",
      help: "Give the command a terminal of its own",
      text: "A pseudoterminal in the container's /dev/pts, with the size and the modes of the caller's.",
    },
    {
      long: "detach",
      short: "d",
      help: "Return as soon as the command has started; its streams are /dev/null",
      text: "Nothing of nsbox stays. The command ends with the container at the latest.",
    },
    {
      long: "env",
      short: "e",
      value: "NAME[=VALUE]",
      multiple: true,
      help: "Set a variable, or hand on the caller's",
      text: "A container of nsbox brings its own environment; elsewhere it is PATH, HOME and TERM.",
    },
    {
      long: "workdir",
      short: "w",
      value: "DIR",
      help: "Start in this directory of the container instead of its own",
    },
    {
      long: "user",
      value: "USER[:GROUP]",
      help: "Be this user of the container, by name or number",
      text: "Names are looked up in the container's own /etc/passwd and /etc/group. Root has the capabilities that root has there; who is not root has none but those that every program there inherits.",
    },
    {
      long: "ns",
      value: "KIND[,KIND]",
      multiple: true,
      help: "Enter these namespaces alone",
      text: `Kinds: ${KINDS.map(({ name }) => name).join(", ")}. Without mnt the root is the caller's, and so are the programs. Without the container's user namespace the command has no capabilities. An ordinary user always enters the user namespace, from which its rights come.`,
    },
    {
      long: "privileged",
      help: "All capabilities there are in the user namespace, and no filter, no_new_privs or Landlock",
    },
    { long: "no-cgroup", help: "Stay in the caller's cgroups" },
    { long: "explain", help: "Print each step in words, with its system call and man page, and run nothing" },
    { long: "explain-json", help: "Print the plan as JSON and run nothing" },
    { long: "verbose", short: "v", help: "Print each step, with its time, as it is taken" },
    QUIET,
  ],
  positionals: "stop",
  examples: [
    { line: "nsbox exec web /bin/sh", text: "A shell in the container that was started with `--name web`." },
    { line: "nsbox exec 4711 ps", text: "What process 4711 sees of processes." },
    { line: "nsbox exec --ns net 4711 ip address", text: "The host's ip(8) in its network." },
  ],
  failure: 125,
  run,
};

async function run(input: Parsed): Promise<number> {
  if (input.has("explain") && input.has("explain-json")) {
    throw new UsageError('Options "--explain" and "--explain-json" contradict each other');
  }
  const { plan, kinds, notes } = planExec(command, input);
  if (input.has("explain") || input.has("explain-json")) {
    const { explain } = await import("./run/explain.ts");
    return explain(plan, kinds, input.has("explain-json"));
  }
  for (const text of notes) await note(text);
  const told = input.has("verbose") ? (await import("../plan/narrate.ts")).narrated(plan) : plan;
  // What ps shows of the monitor; a longer word than this the kernel would not take.
  const title = `nsbox ${process.argv.slice(2).join(" ")}`.slice(0, 4096);
  throw launchAgain(told, title, launch(told, title));
}
