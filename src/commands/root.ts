/** `nsbox` itself: what it says of itself, and the way to every command but the two that take the short one. */
import type { Command, Parsed } from "../cli/command.ts";
import { say } from "../cli/say.ts";
import { didYouMean, suggest } from "../cli/suggest.ts";
import { TOPICS } from "../cli/topics.ts";
import { COMMIT, VERSION } from "../cli/version.ts";
import { UsageError } from "../util/errors.ts";
import { COMMANDS, type Row } from "./index.ts";

/** The commands that people call. */
const listed = Object.entries(COMMANDS).filter(([, { group }]) => group !== "internal");

const rowsOf = (wanted: Row["group"]) =>
  listed.filter(([, { group }]) => group === wanted).map(([name, { summary }]) => [name, summary] as const);

/** `nsbox` without a command, and with one that takes the long way. */
export const command: Command = {
  name: "nsbox",
  usage: "[OPTIONS] COMMAND [ARG…]",
  description: `Runs programs in Linux namespaces, makes root filesystems out of programs, and shows every namespace of a
machine.
Each command has its own help, and each topic: \`nsbox help NAME\`.`,
  listings: [
    { title: "Commands", rows: rowsOf("main") },
    { title: "Containers", rows: rowsOf("containers") },
    { title: "Seeing", rows: rowsOf("looking") },
    { title: "Topics", rows: Object.entries(TOPICS).map(([name, { summary }]) => [name, summary]) },
  ],
  flags: [
    { long: "version", short: "V", group: "General", help: "Print the version" },
    { long: "json", group: "General", help: "With --version: print it as JSON, with the commit" },
  ],
  positionals: "stop",
  examples: [
    {
      line: "nsbox build-rootfs /bin/sh /bin/ls ./rootfs",
      text: "Make a root filesystem out of two programs.",
    },
    { line: "nsbox run ./rootfs /bin/sh", text: "Run a shell in it." },
  ],
  failure: 1,
  run,
};

/** Names of other tools, and of what is called otherwise here. */
const OTHER_TOOLS: Readonly<Record<string, string>> = {
  lsns: "ls",
  namespaces: "ls",
  nsenter: "exec",
  enter: "exec",
  findmnt: "mounts",
  network: "net",
  networks: "net",
  unpause: "resume",
};

async function run(input: Parsed): Promise<number> {
  if (input.has("version")) {
    const line = { name: "nsbox", version: VERSION, commit: COMMIT, bun: Bun.version };
    console.log(input.has("json") ? JSON.stringify(line) : `nsbox ${VERSION}`);
    return 0;
  }
  if (input.has("json"))
    throw new UsageError('Option "--json" is for "--version", or stands behind a command');
  const [name, ...args] = input.rest;
  if (name === undefined) return missingCommand();
  if (!Object.hasOwn(COMMANDS, name)) {
    const names = listed.map(([known]) => known);
    const here = Object.hasOwn(OTHER_TOOLS, name) ? OTHER_TOOLS[name] : undefined;
    const hint =
      didYouMean(here === undefined ? suggest(name, names) : [here]) ?? "`nsbox help` lists the commands";
    const looksLikeRoot = name.includes("/") && args.length > 0;
    throw new UsageError(
      `Unknown command "${name}"`,
      looksLikeRoot ? `nsbox run ${input.rest.join(" ")}` : hint,
    );
  }
  return (await import("../cli/tree.ts")).dispatch(COMMANDS, name, args);
}

/** Without a command there is nothing to do: the help, but as an error. */
async function missingCommand(): Promise<number> {
  const [{ usage }, { widthOf }, { painter }] = await Promise.all([
    import("../cli/usage.ts"),
    import("../cli/layout.ts"),
    import("../cli/color.ts"),
  ]);
  say(usage(command, { long: false, width: widthOf(2), paint: painter(2) }));
  return 2;
}
