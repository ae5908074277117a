/** `nsbox ldd`: what programs load, without running anything of them. */

import { Host } from "../../rootfs-tools/load/host.ts";
import { LoaderSet } from "../../rootfs-tools/load/loader-set.ts";
import { checkSysroot } from "../../rootfs-tools/load/sysroot.ts";
import { isWhole, missingOf, type Resolution, resolveOne } from "../../rootfs-tools/prove/resolution.ts";
import type { Command, Parsed } from "../cli/command.ts";
import { fail } from "../cli/fail.ts";
import { JSON_FLAG } from "../cli/flags.ts";
import { print } from "../cli/print.ts";
import { DEFAULT_PATH } from "../sandbox/environment.ts";
import { NsboxError, UsageError } from "../util/errors.ts";
import { sanitize, sanitizeJson } from "../util/sanitize.ts";
import { type Chain, chainLines, chainsTo } from "./ldd/chains.ts";
import { toJson } from "./ldd/json.ts";
import { listLines, missingLines, placeLines } from "./ldd/list.ts";
import { treeLines } from "./ldd/tree.ts";
import { HWCAPS_FLAG, LIBRARY_PATH_FLAG, readHwcaps, readLibraryPath } from "./search-flags.ts";

/** `nsbox ldd`. */
export const command = {
  name: "ldd",
  usage: "[OPTIONS] PROGRAM…",
  description: `Prints the shared libraries that the loader would load for each PROGRAM, a path or a name on PATH:
in the form of ldd(1), without addresses. They are found by reading the files. Nothing is ever run, unlike
ldd(1), which runs the audit libraries that a file names: PROGRAM need not be trusted, nor be made for this
machine.

A script is answered with its interpreters and what they load, a library with what it would bring along. A
library that is missing is shown as "not found" and stops nothing; the status is 1 then.`,
  flags: [
    { long: "tree", short: "t", help: "Show who needs whom, and by which rule it was found" },
    { long: "missing", short: "m", help: "Show only what is missing" },
    {
      long: "why",
      value: "LIB",
      help: "Show every chain from PROGRAM to LIB",
      text: 'LIB is a name such as "libz.so.1", or a path. The status is 1 if nothing leads there.',
    },
    {
      long: "root",
      short: "r",
      value: "SYSROOT",
      help: "Resolve inside another system, of any architecture",
      text: "Paths, links, the loader, its cache and its configuration are those below SYSROOT; nothing there leads outside.",
    },
    LIBRARY_PATH_FLAG,
    HWCAPS_FLAG,
    { long: "verbose", short: "v", help: "With what is missing, show where it was looked for" },
    JSON_FLAG,
  ],
  positionals: "mixed",
  examples: [
    { line: "nsbox ldd bash", text: "What bash loads." },
    { line: "nsbox ldd --tree /usr/bin/git", text: "Which library needs which." },
    { line: "nsbox ldd --why libz.so.1 git", text: "What brings libz." },
    { line: "nsbox ldd --missing /opt/app/bin/*", text: "What is not installed." },
    { line: "nsbox ldd --root ./rootfs /bin/sh", text: "Inside another tree." },
  ],
  failure: 1,
  run,
} satisfies Command;

function run(input: Parsed): number {
  if (input.rest.length === 0) throw new UsageError("ldd wants at least one PROGRAM", "nsbox ldd PROGRAM…");
  const host = new Host(checkSysroot(input.value("root") ?? "/"));
  const libraryPath = readLibraryPath(input);
  const loaders = new LoaderSet(host, { libraryPath, hwcaps: readHwcaps(input) });
  const search = {
    host,
    loaders,
    searchPath: host.prefix === "" ? (process.env["PATH"] ?? DEFAULT_PATH) : DEFAULT_PATH,
  };
  const resolutions: Resolution[] = [];
  const errors: NsboxError[] = [];
  for (const argument of input.rest) {
    try {
      resolutions.push(resolveOne(argument, search));
    } catch (error) {
      if (!(error instanceof NsboxError)) throw error;
      errors.push(error);
    }
  }
  const wanted = input.value("why");
  const chains = wanted === undefined ? undefined : resolutions.map((one) => chainsTo(wanted, one));
  if (input.has("json")) {
    const programs = resolutions.map((one, index) =>
      chains === undefined ? toJson(one) : { ...toJson(one), why: chains[index] ?? [] },
    );
    const refused = errors.map(({ message, details: { cause, code } }) => ({ message, cause, code }));
    print(sanitizeJson(JSON.stringify({ programs, errors: refused }, undefined, 2)));
  } else {
    const lines = resolutions.flatMap((one, index) => linesOf(one, input, chains?.[index]));
    if (lines.length > 0) print(lines.map((line) => line.replace(/[^\t].*/s, sanitize)).join("\n"));
    for (const error of errors) fail(error, 1, false);
  }
  if (errors.length > 0) return 1;
  return (chains === undefined ? resolutions.every(isWhole) : chains.some(({ length }) => length > 0))
    ? 0
    : 1;
}

function linesOf(one: Resolution, input: Parsed, chains: readonly Chain[] | undefined): string[] {
  if (chains !== undefined) return chainLines(one, chains);
  const verbose = input.has("verbose");
  if (input.has("missing")) return isWhole(one) ? [] : [`${one.argument}:`, ...missingLines(one, verbose)];
  if (input.has("tree")) return treeLines(one);
  const heading = input.rest.length > 1 ? [`${one.argument}:`] : [];
  const places = verbose
    ? missingOf(one).flatMap((missing) => [`\t${missing.name}:`, ...placeLines(missing)])
    : [];
  return [...heading, ...listLines(one), ...places];
}
