/**
 * Notes, on standard error, by consola with a reporter of our own. It is loaded with the first one that is
 * to be printed, since most runs print none.
 */
import type { ConsolaInstance } from "consola/core";
import { sanitize } from "../util/sanitize.ts";
import { painter } from "./color.ts";
import { say } from "./say.ts";

let quiet = false;
let loading: Promise<ConsolaInstance> | undefined;

/** Takes `-q`. */
export function setQuiet(silent: boolean): void {
  quiet = silent;
}

function logger(): Promise<ConsolaInstance> {
  loading ??= import("consola/core").then(({ createConsola, LogLevels }) => {
    const label = painter(2)("note", "note:");
    const log = ({ args }: { args: unknown[] }): void => say(`${label} ${sanitize(String(args[0]))}`);
    return createConsola({ level: LogLevels.info, throttle: 0, reporters: [{ log }] });
  });
  return loading;
}

/** `note: …`: something worth knowing; `-q` silences it. */
export async function note(text: string): Promise<void> {
  if (!quiet) (await logger()).info(text);
}
