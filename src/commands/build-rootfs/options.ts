/** What was typed for build-rootfs, or stands in a file, as options of the build. */
import { existsSync } from "node:fs";
import { type Form, formFor } from "../../../rootfs-tools/archive/forms.ts";
import type { BuildOptions } from "../../../rootfs-tools/build.ts";
import { checkSysroot } from "../../../rootfs-tools/load/sysroot.ts";
import type { Flag, Parsed } from "../../cli/command.ts";
import { Progress } from "../../cli/progress.ts";
import { VERSION } from "../../cli/version.ts";
import { DEFAULT_PATH } from "../../sandbox/environment.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";
import { readHwcaps, readLibraryPath } from "../search-flags.ts";
import { readContents } from "./contents-flags.ts";
import { type FromFile, readFromFile, withFile } from "./from.ts";
import { readOutput } from "./output.ts";
import { PROOF_FLAGS, readProofs } from "./proof-flags.ts";

/** What Bun makes of bytes that are no UTF-8: the file that was meant cannot be named any more. */
const GARBLED = "\uFFFD";
const NOTHING: FromFile = { programs: [], target: undefined, trace: [], ordered: [] };
/** With one of these a tree has something in it without a PROGRAM. */
const FILLING = ["trace", "trace-file", "add", "package"];
const MOST_ID = 4294967294;

/** Everything that was asked for. */
export interface Asked {
  readonly options: BuildOptions;
  /** What was typed, with what the file says. */
  readonly input: Parsed;
  /** What is to be traced: the words behind `--`, or those of the file; none where nothing is. */
  readonly command: readonly string[];
}

/** Reads all of it. Throws UsageError and NsboxError. */
export function readOptions(typed: Parsed, flags: readonly Flag[]): Asked {
  const from = typed.value("from");
  const file = from === undefined ? NOTHING : readFromFile(from, flags);
  const input = from === undefined ? typed : withFile(typed, file, flags);
  const split = input.has("trace") ? (input.dashes ?? input.rest.length) : input.rest.length;
  const typedCommand = input.rest.slice(split);
  const command = typedCommand.length > 0 ? typedCommand : file.trace;
  const isFilled = command.length > 0 || FILLING.some((name) => input.has(name));
  // Whoever takes it for the place of the output has no TARGET: the form is what is wrong then.
  const form = input.value("output");
  if (form !== undefined) formFor("", form);
  const { programs, target } = readWords(input.rest.slice(0, split), file, isFilled);
  refuseForgotten(target, programs, {
    lacksCommand: input.has("trace") && command.length === 0,
    dashes: input.dashes,
  });
  const garbled = [...programs, target].find((word) => word.includes(GARBLED));
  if (garbled !== undefined) {
    throw new NsboxError(`Cannot use the name "${garbled}"`, { cause: "it is not UTF-8" });
  }
  const root = input.value("root");
  const epoch = readEpoch(process.env["SOURCE_DATE_EPOCH"]);
  const output = readOutput(input, target, epoch);
  const owner = readOwner(input, output.form);
  const dryRun = input.has("dry-run");
  const isDocumented = PROOF_FLAGS.some(({ long }) => input.has(long));
  const options: BuildOptions = {
    programs,
    target,
    ...output,
    contents: readContents(input),
    ...(isDocumented
      ? {
          documents: {
            ...readProofs(input, target),
            target,
            epoch,
            tool: { name: "nsbox", version: VERSION },
          },
        }
      : {}),
    searchPath: root === undefined ? (process.env["PATH"] ?? DEFAULT_PATH) : DEFAULT_PATH,
    ...(root === undefined ? {} : { root: checkSysroot(root) }),
    libraryPath: readLibraryPath(input),
    hwcaps: readHwcaps(input),
    bare: input.has("bare"),
    noClobber: input.has("no-clobber"),
    dryRun,
    hints: !input.has("quiet"),
    verify: !input.has("no-verify"),
    ...(epoch === undefined ? {} : { epoch }),
    ...(owner === undefined ? {} : { owner }),
    guard: async (work) => (await import("./interrupt.ts")).interruptible(work),
    progress: (total) => progress(total, !dryRun && !input.has("quiet") && !input.has("json")),
  };
  return { options, input, command };
}

/** PROGRAM… and TARGET: the file's programs come first, a TARGET that is typed counts more than the file's. */
function readWords(rest: readonly string[], file: FromFile, isFilled: boolean) {
  const target = rest.at(-1) ?? file.target;
  const programs = [...file.programs, ...rest.slice(0, -1)];
  if (target === undefined || (programs.length === 0 && rest.length > 0 && file === NOTHING && !isFilled)) {
    throw new UsageError(
      "build-rootfs wants at least one PROGRAM and a TARGET",
      "nsbox build-rootfs PROGRAM… TARGET",
    );
  }
  return { programs, target };
}

/** The last word as a program of the host's: then TARGET was forgotten, and a tree would be made by its name. */
function refuseForgotten(
  target: string,
  programs: readonly string[],
  { lacksCommand, dashes }: { readonly lacksCommand: boolean; readonly dashes: number | undefined },
): void {
  if (target.includes("/") || target === "-" || existsSync(target) || Bun.which(target) === null) return;
  if (dashes !== undefined && dashes > 0) {
    throw new UsageError(
      `TARGET is missing: words behind "--" are a COMMAND only with "--trace"`,
      `nsbox build-rootfs --trace ${programs.slice(0, dashes).join(" ")} -- ${[...programs.slice(dashes), target].join(" ")}`,
    );
  }
  throw new UsageError(
    `TARGET is missing: the last word, "${target}", is a program`,
    lacksCommand
      ? `nsbox build-rootfs --trace ./rootfs -- ${target}`
      : `nsbox build-rootfs ${[...programs, target].join(" ")} ./rootfs, or "./${target}" if that is the name`,
  );
}

/** SOURCE_DATE_EPOCH in seconds: what a build that is reproducible takes for "now". */
function readEpoch(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  const seconds = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(seconds)) return seconds;
  throw new NsboxError(`Cannot use SOURCE_DATE_EPOCH "${text}"`, {
    cause: "it is no number of seconds since 1970",
  });
}

function readOwner(input: Parsed, form: Form): BuildOptions["owner"] {
  const text = input.value("owner");
  if (input.has("squash-owner")) {
    if (text !== undefined) throw new UsageError('Options "--owner" and "--squash-owner" exclude each other');
    if (form !== "directory") return { uid: 0, gid: 0 };
    return { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
  }
  if (text === undefined) return undefined;
  const [, user, group = user] = /^(\d+)(?::(\d+))?$/.exec(text) ?? [];
  const [uid, gid] = [Number(user), Number(group)];
  if (user !== undefined && uid <= MOST_ID && gid <= MOST_ID) return { uid, gid };
  throw new UsageError(
    `Option "--owner" cannot use "${text}"`,
    "It takes numbers: --owner 1000 or --owner 1000:100",
  );
}

function progress(total: number, on: boolean): (bytes: number) => void {
  const line = new Progress(total, on);
  let left = total;
  return (count) => {
    left -= count;
    if (left > 0) line.add(count);
    else line.end();
  };
}
