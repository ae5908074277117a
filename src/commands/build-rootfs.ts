/** `nsbox build-rootfs`: makes a root filesystem from programs and what their loaders load. */
import { existsSync } from "node:fs";
import {
  type BinlibdepcpOptions,
  type BinlibdepcpResult,
  binlibdepcp,
  type Program,
} from "../../rootfs-tools/index.ts";
import type { Command, Parsed } from "../cli/command.ts";
import { JSON_FLAG, QUIET } from "../cli/flags.ts";
import { note } from "../cli/log.ts";
import { print } from "../cli/print.ts";
import { sanitize, sanitizeJson } from "../cli/sanitize.ts";
import { DEFAULT_PATH } from "../sandbox/environment.ts";
import { NsboxError, UsageError } from "../util/errors.ts";

/** What Bun makes of bytes that are no UTF-8: the file that was meant cannot be named any more. */
const GARBLED = "\uFFFD";

/** `nsbox build-rootfs`. */
export const command = {
  name: "build-rootfs",
  usage: "[OPTIONS] PROGRAM… DIR",
  description: `Copies each PROGRAM, a path or a name on PATH, into DIR, with its loader and exactly the shared
libraries that the loader would load. They are found by reading the files; nothing is ever run, so
PROGRAM need not be trusted. A script brings its interpreter.

Paths, links, modes, owners and times are kept. A file of the same size, time and mode is left alone,
any other is replaced at once, so programs that run from DIR go on. If a library is missing, nothing is
written.

Names are looked up inside DIR: links in it never lead outside, as long as nobody else changes DIR meanwhile.`,
  flags: [
    {
      long: "no-clobber",
      short: "n",
      help: "Keep every file that is there",
    },
    {
      long: "bare",
      help: "Add no /etc, /proc, /sys, /dev, /tmp and /root",
      text: "Without it, a small /etc (passwd, group, nsswitch.conf, hosts) gives names to users and groups, and a tree with a shell but no hostname(1) gets a script that prints the name. Existing files are never overwritten by these.",
    },
    {
      long: "library-path",
      short: "L",
      value: "DIRS",
      multiple: true,
      help: "Search DIRS (colon-separated) as LD_LIBRARY_PATH would be",
      text: "The variable itself is never looked at: it would make the result depend on who asks.",
    },
    { long: "dry-run", help: "List what would be there, write nothing" },
    {
      ...JSON_FLAG,
      text: "It says of every file why it is there: who needs it, and the rule it was found by.",
    },
    QUIET,
  ],
  positionals: "mixed",
  examples: [
    { line: "nsbox build-rootfs bash ls ./rootfs", text: "A tree to run a shell in" },
    { line: "nsbox build-rootfs --dry-run /usr/bin/git ./rootfs", text: "What git would need" },
  ],
  failure: 1,
  async run(input: Parsed): Promise<number> {
    const programs = input.rest.slice(0, -1);
    const directory = input.rest.at(-1);
    if (directory === undefined || programs.length === 0) {
      throw new UsageError(
        "build-rootfs wants at least one PROGRAM and a DIR",
        "nsbox build-rootfs PROGRAM… DIR",
      );
    }
    const garbled = input.rest.find((word) => word.includes(GARBLED));
    if (garbled !== undefined) {
      throw new NsboxError(`Cannot use the name "${garbled}"`, { cause: "it is not UTF-8" });
    }
    refuseForgotten(directory, programs);
    const start = performance.now();
    const options: BinlibdepcpOptions = {
      programs,
      directory,
      searchPath: process.env["PATH"] ?? DEFAULT_PATH,
      libraryPath: input.values("library-path").flatMap((list) => list.split(":")),
      bare: input.has("bare"),
      dryRun: input.has("dry-run"),
      noClobber: input.has("no-clobber"),
    };
    const result = build(options);
    const milliseconds = performance.now() - start;
    const text = input.has("json")
      ? asJson(result, options, milliseconds)
      : asText(result, options, milliseconds);
    print(text);
    if (!input.has("json") && !input.has("quiet")) {
      for (const text of result.notes) await note(text);
    }
    return 0;
  },
} satisfies Command;

/** The last word as a program of the host's: then DIR was forgotten, and a tree would be made by its name. */
function refuseForgotten(directory: string, programs: readonly string[]): void {
  if (directory.includes("/") || existsSync(directory) || Bun.which(directory) === null) return;
  throw new UsageError(
    `DIR is missing: the last word, "${directory}", is a program`,
    `nsbox build-rootfs ${[...programs, directory].join(" ")} ./rootfs, or "./${directory}" if that is the name`,
  );
}

/** Whoever set LD_LIBRARY_PATH may expect that it counts: if a library is missing, that is said. */
function build(options: BinlibdepcpOptions): BinlibdepcpResult {
  try {
    return binlibdepcp(options);
  } catch (error) {
    if (!(error instanceof NsboxError) || error.details.code !== "missing-library") throw error;
    if ((process.env["LD_LIBRARY_PATH"] ?? "") === "") throw error;
    const hint = "LD_LIBRARY_PATH is set, but only --library-path counts here";
    throw new NsboxError(error.message, { ...error.details, hint });
  }
}

/** What the files and links come to. */
function totals({ entries }: BinlibdepcpResult) {
  const files = entries.filter(({ kind }) => kind !== "link" && kind !== "directory");
  const written = files.filter(({ action }) => action === "created" || action === "replaced");
  const sum = (of: typeof files) => of.reduce((bytes, entry) => bytes + entry.size, 0);
  return {
    files: files.length,
    links: entries.filter(({ kind }) => kind === "link").length,
    bytes: sum(files),
    written: written.length,
    bytesWritten: sum(written),
  };
}

function asJson(
  result: BinlibdepcpResult,
  { dryRun = false }: BinlibdepcpOptions,
  milliseconds: number,
): string {
  const { directory, programs, notes } = result;
  const files = result.entries.map(({ path, kind, target, size: bytes, action, why }) => ({
    path,
    kind,
    target,
    bytes,
    action,
    why,
  }));
  const all = { directory, dryRun, programs, files, notes, totals: { ...totals(result), milliseconds } };
  return sanitizeJson(JSON.stringify(all, undefined, 2));
}

function asText(
  result: BinlibdepcpResult,
  { dryRun = false }: BinlibdepcpOptions,
  milliseconds: number,
): string {
  const { files, bytes, written, bytesWritten } = totals(result);
  const lines = result.programs.map(describe);
  if (dryRun) {
    for (const { path, target, action } of result.entries) {
      lines.push(`${action.padEnd(9)} ${path}${target === undefined ? "" : ` -> ${target}`}`);
    }
  }
  const done = `${dryRun ? "would write" : "wrote"} ${written} (${size(bytesWritten)})`;
  lines.push(
    `${result.directory}: ${count(files, "file")}, ${size(bytes)}; ${done} in ${Math.round(milliseconds)} ms`,
  );
  return lines.map(sanitize).join("\n");
}

function describe({ path, kind, interpreters, libraries }: Program): string {
  const needs = [
    ...interpreters,
    ...(libraries.length > 0 ? [count(libraries.length, "library", "libraries")] : []),
  ];
  const what = kind === "dynamic" ? "" : kind === "library" ? "shared object" : kind;
  return `${path}: ${[what, ...needs].filter((part) => part !== "").join(", ")}`;
}

const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
