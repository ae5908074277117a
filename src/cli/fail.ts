/** The one place that prints an error and turns it into an exit status. */
import { NsboxError, UsageError } from "../util/errors.ts";
import { safeJson, sanitize } from "../util/sanitize.ts";
import { type Paint, painter } from "./color.ts";
import type { Command } from "./command.ts";
import { JSON_FLAG } from "./flags.ts";
import { say } from "./say.ts";

/**
 * Prints `error` on standard error and returns the exit status it means: its own where it has one, 2 for a
 * mistake on the command line, else `failure`. Where that is 125 no mistake gets a status of another program.
 */
export function fail(error: unknown, failure: Command["failure"], json: boolean): number {
  // Whoever reads our output had enough of it: `nsbox help | head -1`.
  if (error instanceof Error && "code" in error && error.code === "EPIPE") return 0;
  const known = error instanceof NsboxError ? error : internal(error);
  say(json ? errorJson(known) : errorText(known, painter(2)));
  const { NSBOX_LOG } = process.env;
  if (known !== error && NSBOX_LOG === "debug") say(stackOf(error));
  return known.details.status ?? (error instanceof UsageError && failure === 1 ? 2 : failure);
}

/** The error as people read it: what failed, why, and what to do. */
export function errorText({ message, details }: NsboxError, paint: Paint): string {
  const lines = [`${paint("error", "error:")} ${sanitize(message)}`];
  if (details.cause !== undefined) lines.push(`  cause: ${sanitize(details.cause)}`);
  if (details.hint !== undefined) lines.push(`  ${paint("hint", "hint:")}  ${sanitize(details.hint)}`);
  return lines.join("\n");
}

/** The error as a program reads it: one object on one line; what is not known is left out. */
export function errorJson({ message, details }: NsboxError): string {
  const { cause, op, errno, hint, code = "failed" } = details;
  return safeJson({ code, message, cause, op, errno, hint });
}

/** A thrown value that nobody foresaw is a bug of ours; say so instead of guessing. */
function internal(error: unknown): NsboxError {
  const message = error instanceof Error ? error.message : String(error);
  return new NsboxError(`Internal error: ${message}`, {
    code: "internal",
    hint: "This is a fault in nsbox; with NSBOX_LOG=debug it prints where",
  });
}

const stackOf = (error: unknown): string => {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  return stack.split("\n").map(sanitize).join("\n");
};

/**
 * Whether `--json` stands among the command's own words. Looked up in the raw words, since the mistake may
 * be one that kept them from being parsed.
 */
export function wantsJson(command: Command, args: readonly string[]): boolean {
  if (!command.flags.some(({ long }) => long === JSON_FLAG.long)) return false;
  const isVerb = (word: string) => command.leaves !== undefined && Object.hasOwn(command.leaves, word);
  const ends = (word: string) =>
    word === "--" || (command.positionals === "stop" && word[0] !== "-") || isVerb(word);
  const end = args.findIndex(ends);
  return args.slice(0, end < 0 ? undefined : end).includes(`--${JSON_FLAG.long}`);
}
