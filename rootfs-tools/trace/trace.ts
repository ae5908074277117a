/** What programs used of the host's files while they ran: pure data, and the file that keeps it. */
import { lstatSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { NsboxError } from "../../src/util/errors.ts";
import { errnoOf, failed } from "../files/failure.ts";
import { readSmallFile } from "../files/small-file.ts";

/** How a path was used, in the order in which the file has them. */
export const WAYS = ["exec", "open", "list", "stat", "connect", "write"] as const;

/** One of them: executed; opened for reading; a directory's names read; looked at; connected to; changed. */
export type TraceWay = (typeof WAYS)[number];

/** The word by which a file is known, and the version of its format. */
const MARK = "nsbox-trace";
const VERSION = 1;
const LONGEST = 2 ** 26;
const LONGEST_PATH = 4096;

/** Paths, each with all the ways in which it was used. */
export class Trace {
  readonly #paths = new Map<string, Set<TraceWay>>();
  /** The commands that were watched, each once. */
  readonly commands: (readonly string[])[] = [];

  /** The paths, absolute; links and `..` in them are as the programs wrote them. */
  get paths(): ReadonlyMap<string, ReadonlySet<TraceWay>> {
    return this.#paths;
  }

  /** Takes note of one use. */
  add(path: string, way: TraceWay): void {
    let ways = this.#paths.get(path);
    if (ways === undefined) {
      ways = new Set();
      this.#paths.set(path, ways);
    }
    ways.add(way);
  }

  /** Takes note of a command. */
  addCommand(command: readonly string[]): void {
    if (!this.commands.some((other) => other.join("\0") === command.join("\0"))) this.commands.push(command);
  }

  /** Adds all that `other` holds. */
  merge(other: Trace): void {
    for (const command of other.commands) this.addCommand(command);
    for (const [path, ways] of other.paths) for (const way of ways) this.add(path, way);
  }

  /** The text of the file: the same uses make the same bytes, in whatever order they came. */
  toText(): string {
    const paths = [...this.#paths].sort(([a], [b]) => (a < b ? -1 : 1));
    const uses = paths.map(([path, ways]) => [path, WAYS.filter((way) => ways.has(way))]);
    const line = (value: unknown) => JSON.stringify(value);
    const commands = this.commands.map((command) => `\n    ${line(command)}`).sort();
    const entries = uses.map(([path, ways]) => `\n    ${line(path)}: ${line(ways)}`);
    return `{\n  "${MARK}": ${VERSION},\n  "commands": [${commands.join(",")}\n  ],\n  "paths": {${entries.join(",")}\n  }\n}\n`;
  }
}

/**
 * Reads the text of such a file; `name` is for the error.
 * @throws NsboxError where it is none, or of another version.
 */
export function parseTrace(text: string, name: string): Trace {
  const refuse = (cause: string) =>
    new NsboxError(`Cannot use "${name}" as a trace file`, { cause, code: "trace-file" });
  let whole: unknown;
  try {
    whole = JSON.parse(text);
  } catch (error) {
    throw refuse(`it is no JSON: ${error instanceof Error ? error.message : error}`);
  }
  if (!isTable(whole) || !(MARK in whole)) throw refuse(`it has no "${MARK}"`);
  if (whole[MARK] !== VERSION) throw refuse(`its version is ${whole[MARK]}, and only ${VERSION} is known`);
  const { commands, paths } = whole;
  if (!Array.isArray(commands) || !commands.every(isWords))
    throw refuse('its "commands" are no lists of words');
  if (!isTable(paths)) throw refuse('its "paths" are no table');
  const trace = new Trace();
  for (const command of commands) trace.addCommand(command);
  for (const [path, ways] of Object.entries(paths)) {
    if (!path.startsWith("/") || path.includes("\0") || path.length > LONGEST_PATH) {
      throw refuse(`${JSON.stringify(path.slice(0, 80))} is no absolute path`);
    }
    if (!isWords(ways)) throw refuse(`the ways of "${path}" are no list`);
    for (const word of ways) {
      const way = WAYS.find((known) => known === word);
      if (way === undefined)
        throw refuse(`"${path}" has the way "${word}", which is none of ${WAYS.join(", ")}`);
      trace.add(path, way);
    }
  }
  return trace;
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isWords = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((word) => typeof word === "string");

/**
 * Reads a trace file; undefined where there is none.
 * @throws NsboxError where it cannot be read, or is something else.
 */
export function readTraceFile(path: string): Trace | undefined {
  const message = `Cannot read the trace file "${path}"`;
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    const bytes = readSmallFile(path, LONGEST);
    if (bytes.length === 0) throw new NsboxError(message, { cause: "it is empty, or no regular file" });
    if (bytes.length === LONGEST) throw new NsboxError(message, { cause: "it is larger than 64 MiB" });
    return parseTrace(new TextDecoder().decode(bytes), path);
  } catch (error) {
    throw failed(message, error);
  }
}

/**
 * Puts `trace` in the place of the file at `path`: whoever reads it meanwhile sees the old one or the new one.
 * @throws NsboxError where it cannot be written; then it is as it was.
 */
export function writeTraceFile(path: string, trace: Trace): void {
  const fresh = `${path}.${process.pid}.new`;
  try {
    writeFileSync(fresh, trace.toText(), { flag: "wx", mode: 0o644 });
    renameSync(fresh, path);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") rmSync(fresh, { force: true });
    throw failed(`Cannot write the trace file "${path}"`, error);
  }
}
