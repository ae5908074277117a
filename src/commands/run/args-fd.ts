/** `--args-fd N`: words that do not fit a command line, or shall not be seen in ps(1). */
import { readFileSync } from "node:fs";
import { parse } from "../../cli/argv.ts";
import type { Command, Parsed } from "../../cli/command.ts";
import { UsageError } from "../../util/errors.ts";

const OPTION = "--args-fd";

/**
 * What was typed, with the words of the descriptor in the place of the option.
 * @throws UsageError where they cannot be read, or ask for more of the kind.
 */
export function withArgs(table: Command, input: Parsed): Parsed {
  const typed = process.argv.slice(3);
  const at = typed.findIndex((word) => word === OPTION || word.startsWith(`${OPTION}=`));
  const length = typed[at] === OPTION ? 2 : 1;
  const words = [...typed.slice(0, at), ...wordsOf(input.value("args-fd")!), ...typed.slice(at + length)];
  const read = parse(table, words);
  if (read.has("args-fd")) throw new UsageError(`Option "${OPTION}" cannot come from a descriptor itself`);
  return read;
}

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
