/** `--trace`: a command is run and watched, and what it used is kept. */
import { readTraceFile, Trace, writeTraceFile } from "../../../rootfs-tools/trace/trace.ts";
import type { Parsed } from "../../cli/command.ts";
import { type Watched, watchCommand } from "../../runtime/trace/launch.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";

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

/**
 * The trace that the options ask for: of the command behind `--`, and of the trace file; undefined where they
 * ask for none.
 * @throws UsageError where the options contradict each other; NsboxError as `runTrace`.
 */
export async function traceFor(input: Parsed, note: (text: string) => void): Promise<Trace | undefined> {
  const file = input.value("trace-file");
  if (file === "") throw new UsageError('Option "--trace-file" has an empty value');
  const patterns = input.values("trace-allow");
  if (!input.has("trace") && file === undefined) {
    for (const option of ["trace-allow", "trace-timeout", "trace-allow-failure"]) {
      if (input.has(option)) throw new UsageError(`Option "--${option}" needs "--trace" or "--trace-file"`);
    }
    return undefined;
  }
  const relative = patterns.find((pattern) => !/^[/*{]/.test(pattern));
  if (relative !== undefined) {
    throw new UsageError(`"--trace-allow ${relative}" matches no path: those are absolute`);
  }
  if (input.has("trace")) {
    const timeout = secondsOf(input.value("trace-timeout"));
    const allowFailure = input.has("trace-allow-failure");
    return runTrace(commandOf(input), { file, timeout, allowFailure, note });
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
  return kept;
}

/** The words behind `--`, which are a command with `--trace`. @throws UsageError where there are none. */
export function commandOf({ rest, dashes }: Parsed): readonly string[] {
  const command = dashes === undefined ? [] : rest.slice(dashes);
  if (command.length > 0) return command;
  throw new UsageError(
    'Option "--trace" needs a COMMAND behind "--"',
    "nsbox build-rootfs --trace ./rootfs -- python3 -c 'import ssl'",
  );
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
