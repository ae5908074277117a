/** The `#!` line of a script, see execve(2), and what env(1) makes of it. */
import { NsboxError } from "../../src/util/errors.ts";

/** What a script is run by. */
export interface Shebang {
  /** The path after `#!`. */
  readonly interpreter: string;
  /** The program that env(1) is to look up on PATH. */
  readonly envProgram?: string;
}

const decoder = new TextDecoder();

/**
 * Reads the `#!` line from a file's `first` 256 bytes; `undefined` where there is none. Throws NsboxError
 * naming `path` where the kernel or env(1) would fail on it.
 */
export function parseScript(first: Uint8Array, path: string): Shebang | undefined {
  if (first[0] !== 0x23 || first[1] !== 0x21) return undefined;
  const refuse = (cause: string) => new NsboxError(`Cannot use "${path}" as a program`, { cause });
  const text = decoder.decode(first.subarray(2));
  const end = text.search(/[\n\0]/);
  // The kernel cuts arguments off there, and runs no interpreter whose name was cut.
  if (first.length >= 256 && !/\S[\s\0]/.test(text)) throw refuse("its #! line is longer than 256 bytes");
  const line = (end < 0 ? text : text.slice(0, end)).replace(/^[ \t]+|[ \t]+$/g, "");
  const [, interpreter, argument] = /^([^ \t]+)[ \t]*(.*)$/s.exec(line) ?? [];
  if (interpreter === undefined || interpreter === "\r") throw refuse("its #! line names no interpreter");
  if (line.endsWith("\r")) {
    const name = argument === "" || argument === undefined ? interpreter : argument;
    throw refuse(`its #! line ends in a carriage return, which becomes part of ${JSON.stringify(name)}`);
  }
  if (!/(?:^|\/)env$/.test(interpreter) || argument === undefined || argument === "") return { interpreter };
  const envProgram = envArgument(argument);
  return envProgram === undefined ? { interpreter } : { interpreter, envProgram };
}

/** The kernel hands on all after the interpreter as one argument; only -S splits it. */
function envArgument(argument: string): string | undefined {
  const split = /^(?:-[iv0]*S[ \t]*|--split-string[= ])(.*)$/s.exec(argument)?.[1];
  if (split === undefined) return argument.startsWith("-") || argument.includes("=") ? undefined : argument;
  const words = split.match(/(?:"[^"]*"|'[^']*'|[^ \t"'])+/g) ?? [];
  for (let index = 0; index < words.length; index++) {
    const word = (words[index] ?? "").replace(/["']/g, "");
    if (word === "-u" || word === "-C") index++;
    else if (!word.startsWith("-") && !word.includes("=")) return word;
  }
  return undefined;
}
