/** `nsbox build-rootfs`: makes a root filesystem from programs and what their loaders load. */
import { STDOUT } from "../../rootfs-tools/archive/forms.ts";
import { type BuildOptions, type BuildResult, buildRootfs } from "../../rootfs-tools/build.ts";
import type { Command, Flag, Parsed } from "../cli/command.ts";
import { note } from "../cli/log.ts";
import { print } from "../cli/print.ts";
import { say } from "../cli/say.ts";
import { NsboxError } from "../util/errors.ts";
import { CONTENTS_FLAGS } from "./build-rootfs/contents-flags.ts";
import { readOptions } from "./build-rootfs/options.ts";
import { OUTPUT_FLAGS } from "./build-rootfs/output-flags.ts";
import { PROOF_FLAGS } from "./build-rootfs/proof-flags.ts";
import { asJson, asText } from "./build-rootfs/summary.ts";
import { TRACE_FLAGS } from "./build-rootfs/trace-flags.ts";
import { REPORT_FLAGS, SEARCH_FLAGS, TREE_FLAGS } from "./build-rootfs/tree-flags.ts";

const FLAGS: readonly Flag[] = [
  ...SEARCH_FLAGS,
  ...CONTENTS_FLAGS,
  ...TRACE_FLAGS,
  ...TREE_FLAGS,
  ...OUTPUT_FLAGS,
  ...PROOF_FLAGS,
  ...REPORT_FLAGS,
];

/** `nsbox build-rootfs`. */
export const command: Command = {
  name: "build-rootfs",
  usage: "[OPTIONS] PROGRAM… TARGET [-- COMMAND [ARG…]]",
  description: `Copies each PROGRAM, a path or a name on PATH, into TARGET, with its loader and exactly the shared
libraries that the loader would load. They are found by reading the files; nothing is ever run, so
PROGRAM need not be trusted. TARGET is a directory, or an archive or image by its ending or --output. A script brings its interpreter. Only with --trace is COMMAND run, and what it
uses taken as well. With --trace, --add or --package there may be no PROGRAM.

Paths, links, modes, owners and times are kept. A file of the same size, time, owner and mode is left alone,
any other is replaced at once, so programs that run from TARGET go on. All of it is made beside TARGET and
moved there at the end: a build that fails leaves TARGET as it was.

Names are looked up inside TARGET: links in it never lead outside.`,
  flags: FLAGS,
  positionals: "mixed",
  examples: [
    { line: "nsbox build-rootfs bash ls ./rootfs", text: "A tree to run a shell in" },
    { line: "nsbox build-rootfs --dry-run /usr/bin/git ./rootfs", text: "What git would need" },
    {
      line: "nsbox build-rootfs --trace ./rootfs -- python3 -c 'import ssl'",
      text: "python3 and every module it loads for that",
    },
    { line: "nsbox build-rootfs bash ls rootfs.tar.zst", text: "The same tree as an archive" },
    { line: "nsbox build-rootfs --from tree.toml", text: "A tree that is kept in a repository" },
  ],
  failure: 1,
  async run(typed: Parsed): Promise<number> {
    const start = performance.now();
    const { options, input, command } = readOptions(typed, FLAGS);
    const notes: string[] = [];
    const trace = await traceFor(input, command, (text) => notes.push(text));
    const result = await build(trace === undefined ? options : { ...options, trace });
    const done = { dryRun: options.dryRun ?? false, milliseconds: performance.now() - start };
    // What stands on standard output is the archive then.
    const tell = options.target === STDOUT ? say : print;
    tell(input.has("json") ? asJson(result, done) : asText(result, done));
    if (!input.has("json") && !input.has("quiet")) {
      for (const text of [...notes, ...result.notes]) await note(text);
    }
    return 0;
  },
};

/** Loaded where something of it is asked for. */
async function traceFor(input: Parsed, command: readonly string[], note: (text: string) => void) {
  if (command.length === 0 && !TRACE_FLAGS.some(({ long }) => input.has(long))) return undefined;
  const { tracedFor } = await import("./build-rootfs/trace-run.ts");
  return tracedFor(input, command, note);
}

/** Whoever set LD_LIBRARY_PATH may expect that it counts: if a library is missing, that is said. */
async function build(options: BuildOptions): Promise<BuildResult> {
  try {
    return await buildRootfs(options);
  } catch (error) {
    if (!(error instanceof NsboxError) || error.details.code !== "missing-library") throw error;
    if ((process.env["LD_LIBRARY_PATH"] ?? "") === "") throw error;
    const hint = "LD_LIBRARY_PATH is set, but only --library-path counts here";
    throw new NsboxError(error.message, { ...error.details, hint });
  }
}
