/** `--args-fd N`: words that do not fit a command line, or shall not be seen in ps(1). */
import { readFileSync } from "node:fs";
import { parse } from "../../cli/argv.ts";
import type { Command, Parsed } from "../../cli/command.ts";
import { UsageError } from "../../util/errors.ts";

const OPTION = "--args-fd";

/** What was typed, with the words of the descriptor in the place of the option. */
export interface Expanded {
  readonly input: Parsed;
  /** Does the same to typed words in bytes, one a character. */
  readonly expand: (typed: string[]) => string[];
}

/** @throws UsageError where the words cannot be read, or ask for more of the kind. */
export function withArgs(table: Command, typed: Parsed): Expanded {
  const more = wordsOf(typed.value("args-fd")!);
  const input = parse(table, inPlace(process.argv.slice(3), more));
  if (input.has("args-fd")) throw new UsageError(`Option "${OPTION}" cannot come from a descriptor itself`);
  return { input, expand: (raw) => inPlace(raw, more.map(inBytes)) };
}

function inPlace(typed: string[], more: string[]): string[] {
  const at = typed.findIndex((word) => word === OPTION || word.startsWith(`${OPTION}=`));
  return typed.toSpliced(at, typed[at] === OPTION ? 2 : 1, ...more);
}

const inBytes = (word: string): string => Buffer.from(word).toString("latin1");

/** Each is ended by NUL; the last may go without. */
function wordsOf(descriptor: string): string[] {
  if (!/^\d{1,7}$/.test(descriptor)) {
    throw new UsageError(`Invalid "${OPTION} ${descriptor}": it takes the number of a descriptor`);
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(Number(descriptor)));
  } catch (error) {
    const cause = error instanceof TypeError ? "what it holds is no UTF-8" : "it cannot be read";
    throw new UsageError(`Cannot take words from descriptor ${descriptor}: ${cause}`);
  }
  const words = text.split("\0");
  return words.at(-1) === "" ? words.slice(0, -1) : words;
}
