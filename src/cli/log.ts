/**
 * Notes and warnings, on standard error, by consola with a reporter of our own. It is loaded with the first
 * one that is to be printed, since most runs print none.
 */
import type { ConsolaInstance, LogType } from "consola/core";
import { painter, type Style } from "./color.ts";
import { sanitize } from "./sanitize.ts";
import { say } from "./say.ts";

/** consola's numbers: warnings are 1, notes 3, details 4. */
const LEVELS = { quiet: 1, normal: 3, verbose: 4 } as const;

/** How much is said. */
export type Verbosity = keyof typeof LEVELS;

const LABELS: Partial<Record<LogType, Style>> = { warn: "warning", info: "note" };

const { NSBOX_LOG } = process.env;
let level: number = NSBOX_LOG === "debug" ? LEVELS.verbose : LEVELS.normal;
let loading: Promise<ConsolaInstance> | undefined;

/** Takes `-q` or `-v`. */
export function setVerbosity(verbosity: Verbosity): void {
  level = LEVELS[verbosity];
}

function logger(): Promise<ConsolaInstance> {
  loading ??= import("consola/core").then(({ createConsola }) => {
    const paint = painter(2);
    const log = ({ type, args }: { type: LogType; args: unknown[] }): void => {
      const style = LABELS[type];
      const label = style === undefined ? "" : `${paint(style, `${style}:`)} `;
      say(`${label}${sanitize(String(args[0]))}`);
    };
    return createConsola({ level: LEVELS.verbose, throttle: 0, reporters: [{ log }] });
  });
  return loading;
}

/** `warning: …`: something that the user should not rely on. */
export async function warning(text: string): Promise<void> {
  (await logger()).warn(text);
}

/** `note: …`: something worth knowing; `-q` silences it. */
export async function note(text: string): Promise<void> {
  if (level >= LEVELS.normal) (await logger()).info(text);
}

/** What is being done, for `-v`. */
export async function detail(text: string): Promise<void> {
  if (level >= LEVELS.verbose) (await logger()).debug(text);
}
