/** Arguments and environment as bytes, one a character: Bun turns what is no UTF-8 into U+FFFD. */
import { readFileSync } from "node:fs";

/** The NUL-ended strings of a file under /proc/self, one character a byte. See proc_pid_cmdline(5). */
const strings = (file: string): string[] =>
  readFileSync(`/proc/self/${file}`, "latin1").split("\0").slice(0, -1);

/** The words of the command line behind the program's name. */
export const rawWords = (): string[] => strings("cmdline").slice(1);

/** The environment that nsbox was started with. */
export function rawEnvironment(): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const entry of strings("environ")) {
    const equals = entry.indexOf("=");
    if (equals > 0) variables[entry.slice(0, equals)] = entry.slice(equals + 1);
  }
  return variables;
}
