/** Where a picture goes: standard output, or a file that is whole or not there. */
import {
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { isTerminal } from "../../cli/color.ts";
import { print } from "../../cli/print.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";

/** The formats, by the endings of file names. */
export const FORMATS = ["svg", "html", "dot", "mermaid", "json"] as const;

/** One of them. */
export type Format = (typeof FORMATS)[number];

const ENDINGS: Readonly<Record<string, Format>> = {
  svg: "svg",
  html: "html",
  htm: "html",
  dot: "dot",
  gv: "dot",
  mmd: "mermaid",
  mermaid: "mermaid",
  json: "json",
};

/** Those that nobody wants to read on a terminal. */
const FOR_BROWSERS: readonly Format[] = ["svg", "html"];

/**
 * The format: what was asked for, else what the name of the file says, else `otherwise`.
 * @throws UsageError where none is known by that name.
 */
export function chooseFormat(asked: string | undefined, file: string | undefined, otherwise: Format): Format {
  if (asked !== undefined) {
    const known = FORMATS.find((format) => format === asked);
    if (known !== undefined) return known;
    throw new UsageError(`Option "--format" does not know "${asked}"`, `It takes ${FORMATS.join(", ")}`);
  }
  if (file === undefined || file === "-") return otherwise;
  const ending = /\.([a-z]+)$/i.exec(basename(file))?.[1]?.toLowerCase() ?? "";
  const guessed = ENDINGS[ending];
  if (guessed !== undefined) return guessed;
  throw new UsageError(
    `The name "${file}" says no format`,
    `Name it with --format, or end the name in ${Object.keys(ENDINGS)
      .map((one) => `.${one}`)
      .join(", ")}`,
  );
}

/**
 * Whether a format can go where standard output leads.
 * @throws UsageError where that is a terminal and the format is for browsers.
 */
export function checkTerminal(format: Format): void {
  if (!FOR_BROWSERS.includes(format) || !isTerminal(1)) return;
  throw new UsageError(
    `A picture as ${format.toUpperCase()} does not go to a terminal`,
    "Write it into a file, show it, or print text: `-o graph.html`, `--open`, `--format mermaid`",
  );
}

/** Writes `text` to standard output, without a second newline at its end. */
export const printText = (text: string): void => print(text.replace(/\n$/, ""));

/**
 * Writes `text` into `file`: into a new file beside it that takes its place at the end. What is no regular
 * file, such as a device or FIFO, is written to as it is.
 * @throws NsboxError where that fails; nothing half-written stays then.
 */
export function writeWhole(file: string, text: string, mode = 0o666): void {
  const refused = (error: unknown) => {
    const { code = "", message } = error as NodeJS.ErrnoException;
    return new NsboxError(`Cannot write "${file}"`, { cause: message, errno: code });
  };
  try {
    const target = followed(file);
    const there = statSync(target, { throwIfNoEntry: false });
    if (there?.isDirectory()) throw new NsboxError(`Cannot write "${file}"`, { cause: "it is a directory" });
    if (there !== undefined && !there.isFile()) writeTo(openSync(target, "w"), text, false);
    else unbroken(() => replace(target, text, there === undefined ? mode : there.mode & 0o777));
  } catch (error) {
    throw error instanceof NsboxError ? error : refused(error);
  }
}

/** Where `file` leads, if it is a link: the link stays one. */
const followed = (file: string): string =>
  lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ? realpathSync(file) : file;

/** Signals that would end nsbox with a file half-made. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Does `body` to its end, which takes moments, whatever signals come: what they would leave is removed by nobody. */
function unbroken(body: () => void): void {
  const wait = () => {};
  for (const signal of SIGNALS) process.on(signal, wait);
  try {
    body();
  } finally {
    for (const signal of SIGNALS) process.off(signal, wait);
  }
}

function replace(target: string, text: string, mode: number): void {
  const fresh = join(dirname(target), `.${basename(target)}.${crypto.randomUUID().slice(0, 8)}`);
  const fd = openSync(fresh, "wx", mode);
  try {
    writeTo(fd, text, true);
    renameSync(fresh, target);
  } catch (error) {
    unlinkSync(fresh);
    throw error;
  }
}

function writeTo(fd: number, text: string, sync: boolean): void {
  try {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    if (sync) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
