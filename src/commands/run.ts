/** `nsbox run`: options to a request, a request to a plan, and the plan to words or to work. */
import type { Command, Parsed } from "../cli/command.ts";
import type { EncodedPlan } from "../plan/plan.ts";
import { launch } from "../runtime/launch.ts";
import { sharedNote } from "../sandbox/namespaces.ts";
import type { PlannedRun } from "../sandbox/plan-run.ts";
import { UsageError } from "../util/errors.ts";
import { elsewhere, runFlags } from "./run/flags.ts" with { type: "macro" };
import { isKept } from "./run/is-kept.ts";
import { planTyped } from "./run/plan.ts";

/** `nsbox run`. */
export const command: Command = {
  name: "run",
  usage: "[OPTIONS] ROOTFS COMMAND [ARG…]",
  description: `Runs COMMAND in Linux namespaces of its own, with the directory ROOTFS as its root.

Options end at ROOTFS: all behind it is the command's, dashes and all. Without a namespace option every kind is made, except that root gets a user namespace only with "-U" or an option that maps ids; an ordinary user always gets one, and is root in it. With namespace options exactly those kinds are made, and a note says what stays shared.

With "-m" ROOTFS becomes the root by pivot_root, and gets a small /dev, /proc, /sys (with "-n", read-only) and /tmp where it has none. Without it nothing is mounted: the command is in a chroot, and loses CAP_SYS_CHROOT, by which it could climb out.

The command is confined beyond its namespaces: no new privileges, a small set of capabilities, a system call filter, parts of /proc and /sys hidden or read-only, no device but those of /dev. Each of these has a switch, and "--privileged" is most of them. Root in a run without a user namespace is the machine's root, held by these layers alone; with "--map-auto", and for an ordinary user, it is nobody outside.

The kernel spares PID 1 signals that it sends itself: SIGPIPE, abort(3), the Ctrl-Z that an editor answers. Where that matters, use "--init".

Names of hosts are looked up only where ROOTFS has an /etc/resolv.conf, or the command is on a network (--network), which brings one.

The exit status is the command's: 128+n where signal n ended it, 127 where it was not found, 126 where it could not be executed, and 125 where nsbox itself failed; then the command did not run.`,
  flags: runFlags(),
  elsewhere: elsewhere(),
  positionals: "stop",
  examples: [
    { line: "nsbox run ./rootfs /bin/sh", text: "A shell in namespaces of every kind." },
    {
      line: "nsbox run -p -m -u zion ./rootfs /bin/sh",
      text: "Own processes, mounts and host name; the network is the host's.",
    },
    { line: "nsbox run --share net ./rootfs /bin/sh", text: "Everything but the network." },
    {
      line: "nsbox run -b ./src:/src:ro --overlay ./rootfs /bin/sh",
      text: "A directory of the host, and changes to ROOTFS that are gone afterwards.",
    },
    {
      line: "nsbox run --map-auto --user 1000 ./rootfs /bin/sh",
      text: "Another user inside, by the caller's subordinate ids.",
    },
    {
      line: "nsbox run -b /usr:/usr:ro --symlink usr/bin:/bin --symlink usr/lib:/lib --symlink usr/lib64:/lib64 none bash",
      text: "Nothing but the host's /usr.",
    },
    { line: "nsbox run --explain ./rootfs /bin/sh", text: "What would be done, step by step." },
  ],
  failure: 125,
  run,
};

async function run(typed: Parsed): Promise<number> {
  const { input, expand } = typed.has("args-fd")
    ? (await import("./run/args-fd.ts")).withArgs(command, typed)
    : { input: typed, expand: undefined };
  try {
    return await runInput(input, expand);
  } catch (error) {
    // From here on nobody else gives them back.
    if (input.has("network")) (await import("../runtime/networks/leases.ts")).dropTaken();
    throw error;
  }
}

async function runInput(input: Parsed, expand: ((words: string[]) => string[]) | undefined): Promise<number> {
  const { planned, request, id, preserve } = await planTyped(command, input, expand);
  const kept = isKept(input);
  if (input.has("explain") && input.has("explain-json")) {
    throw new UsageError('Options "--explain" and "--explain-json" contradict each other');
  }
  if (input.has("explain") || input.has("explain-json")) {
    const whole = kept ? (await import("./run/keep.ts")).explained(planned.plan, input) : planned.plan;
    const { explain } = await import("./run/explain.ts");
    return explain(whole, planned.kinds, input.has("explain-json"));
  }
  if (!input.has("quiet")) await printNotes(sharedNote(request, planned.kinds), planned, input);
  if (preserve.length > 0) (await import("../runtime/preserve.ts")).preserve(preserve);
  const narrate = input.has("verbose")
    ? (await import("../plan/narrate.ts")).narrated
    : (plan: EncodedPlan) => plan;
  // What ps shows of the monitor; a longer word than this the kernel would not take.
  const title = `nsbox ${process.argv.slice(2).join(" ")}`.slice(0, 4096);
  if (kept)
    throw (await import("./run/keep.ts")).launchKept(planned, narrate, { ...request, id: id! }, input, title);
  const plan = narrate(planned.plan);
  const error = launch(plan, title);
  throw (await import("../runtime/launch-again.ts")).launchAgain(plan, title, error);
}

/** What is worth knowing before the command runs. */
async function printNotes(shared: string | undefined, planned: PlannedRun, input: Parsed): Promise<void> {
  const { scoped } = planned;
  const notes = shared === undefined ? [...planned.notes] : [shared, ...planned.notes];
  if (scoped && !(await import("../runtime/landlock.ts")).hasScopes()) {
    notes.push(
      "This kernel's Landlock has no scopes (Linux 6.12 has): abstract sockets and signals to the host stay open",
    );
  }
  if (input.has("overlay") || input.has("overlay-dir")) {
    const note = (await import("./run/owner-note.ts")).ownerNote(input, process.geteuid!());
    if (note !== undefined) notes.push(note);
  }
  if (input.has("privileged")) {
    notes.push(
      "Privileged: all capabilities that nsbox has, no masks, no filter but for the terminal, no Landlock",
    );
  }
  if (notes.length === 0) return;
  const { note } = await import("../cli/log.ts");
  for (const text of notes) await note(text);
}
