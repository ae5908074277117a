/** `--trace`: a command is run and watched, and what it used is kept. */
import { readTraceFile, Trace, writeTraceFile } from "../../../rootfs-tools/trace/trace.ts";
import type { Parsed } from "../../cli/command.ts";
import { type Watched, watchCommand } from "../../runtime/trace/launch.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";
import { TRACE_FLAGS } from "./trace-flags.ts";

/** How a command is traced. */
export interface TraceRunOptions {
  /** A trace file: what it holds is added, and then it holds all. */
  readonly file?: string | undefined;
  /** Seconds after which the command is ended. */
  readonly timeout?: number | undefined;
  /** A failure of the command is none of ours. */
  readonly allowFailure?: boolean;
  /** Gets what the person should know, without a label. */
  readonly note?: (text: string) => void;
  /** The executable that words a failure of the sandbox, where it is not this process's own; for tests. */
  readonly executable?: string;
}

const GARBLED = "\uFFFD";
const MOST_SECONDS = 2 ** 31 / 1000;

/** A trace, and what of it is taken though policy would withhold it. */
export interface Traced {
  readonly seen: Trace;
  readonly allow: readonly string[];
}

/**
 * The trace that the options ask for: of `command`, and of the trace file.
 * @throws UsageError where the options contradict each other; NsboxError as `runTrace`.
 */
export async function tracedFor(
  input: Parsed,
  command: readonly string[],
  note: (text: string) => void,
): Promise<Traced> {
  const file = input.value("trace-file");
  if (file === "") throw new UsageError('Option "--trace-file" has an empty value');
  const allow = input.values("trace-allow");
  const runs = input.has("trace") || command.length > 0;
  if (!runs && file === undefined) {
    const { long } = TRACE_FLAGS.find((flag) => input.has(flag.long))!;
    throw new UsageError(`Option "--${long}" needs "--trace" or "--trace-file"`);
  }
  if (runs && input.has("root")) {
    throw new UsageError(
      'Options "--trace" and "--root" contradict each other: a command runs over the host\'s own files',
      'Trace it where SYSROOT is the host, and take the "--trace-file" from there',
    );
  }
  const relative = allow.find((pattern) => !/^[/*{]/.test(pattern));
  if (relative !== undefined) {
    throw new UsageError(`"--trace-allow ${relative}" matches no path: those are absolute`);
  }
  if (runs) {
    if (command.length === 0) {
      throw new UsageError(
        'Option "--trace" needs a COMMAND behind "--"',
        "nsbox build-rootfs --trace ./rootfs -- python3 -c 'import ssl'",
      );
    }
    const timeout = secondsOf(input.value("trace-timeout"));
    const allowFailure = input.has("trace-allow-failure");
    return { seen: await runTrace(command, { file, timeout, allowFailure, note }), allow };
  }
  for (const option of ["trace-timeout", "trace-allow-failure"]) {
    if (input.has(option)) throw new UsageError(`Option "--${option}" needs "--trace"`);
  }
  const kept = readTraceFile(file!);
  if (kept === undefined) {
    throw new NsboxError(`Cannot read the trace file "${file}"`, {
      cause: "no such file or directory (ENOENT)",
      hint: "With --trace and a COMMAND behind -- it is made",
    });
  }
  return { seen: kept, allow };
}

function secondsOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const seconds = /^\d{1,7}(?:\.\d+)?$/.test(value) ? Number(value) : 0;
  if (seconds > 0 && seconds < MOST_SECONDS) return seconds;
  throw new UsageError(`Invalid "--trace-timeout ${value}": it takes seconds`);
}

/**
 * Runs `command` in a sandbox over the host's own files and tells what it and its children used; see
 * docs/trace.md.
 * @throws NsboxError where it cannot be run, or fails: then a trace file is as it was.
 */
export async function runTrace(command: readonly string[], options: TraceRunOptions = {}): Promise<Trace> {
  const { file, timeout, allowFailure = false, note = () => {}, executable } = options;
  const garbled = command.find((word) => word.includes(GARBLED));
  if (garbled !== undefined) {
    throw new NsboxError(`Cannot trace a command with the word "${garbled}"`, { cause: "it is not UTF-8" });
  }
  // A bad file is an error before anything runs.
  if (file !== undefined) readTraceFile(file);
  const trace = new Trace();
  trace.addCommand(command);
  const watched = await watchCommand(command, (way, path) => trace.add(path, way), { timeout, executable });
  judge(command, watched, allowFailure, note);
  if (file !== undefined) {
    const kept = readTraceFile(file);
    if (kept !== undefined) trace.merge(kept);
    writeTraceFile(file, trace);
  }
  return trace;
}

/** @throws NsboxError where the command failed by itself, and that counts. */
function judge(
  command: readonly string[],
  { status, ended, unread }: Watched,
  allowFailure: boolean,
  note: (text: string) => void,
): void {
  const name = JSON.stringify(command[0]);
  if (unread > 0) {
    note(
      `${unread} calls of ${name} named files that could not be read: names that are not UTF-8, or protected memory`,
    );
  }
  if (status === 0) return;
  const how = status > 128 ? `was ended by signal ${status - 128}` : `ended with status ${status}`;
  if (ended === "by itself" && !allowFailure) {
    throw new NsboxError(`The traced command ${name} failed`, {
      cause: `it ${how}`,
      ...(status < 125 || status > 127
        ? { hint: '"--trace-allow-failure" takes what it used all the same' }
        : {}),
      code: "trace-failed",
    });
  }
  note(`${name} ${ended === "by itself" ? how : `was ended ${ended}`}: what it used by then counts`);
}
