/** From a row of the table to command lines, as words or as a shell line. */
import { CONTROLS } from "./controls.ts";
import { OUTSIDE, type Surroundings } from "./outside.ts";
import type { Way } from "./way.ts";

/** What stands for the names in braces. */
export interface Places {
  readonly secret: string;
  /** Directory outside. */
  readonly folder: string;
  readonly tree: string;
  /** Directories of the compiled programs. */
  readonly programs: string;
  readonly outside: string;
  readonly uid: number;
  /** What launches: nsbox, or the program that is the control. */
  readonly launcher: string;
  readonly try: string;
}

/** What every command says first under nsbox, so that a run which never began is not taken for one that failed. */
export const STARTED = "the command runs";

/** Replaces the names in braces. */
export function filled(words: readonly string[], places: Places): string[] {
  const values: Readonly<Record<string, string>> = {
    ...Object.fromEntries(Object.entries(places).map(([name, value]) => [name, `${value}`])),
    file: `${places.folder}/secret`,
  };
  return words.map((word) => word.replace(/\{([a-z]+)\}/g, (whole, name) => values[name] ?? whole));
}

/** The attack as it is called inside: programs lie in /ways. */
const inside = ({ attack: [program = "", ...words] }: Way, programs: readonly string[]): string[] => [
  programs.includes(program) ? `/ways/${program}` : program,
  ...words,
];

/**
 * The whole command line of an attempt: what is planted, who calls (`prefix`), and the attack, unprotected or
 * under `nsbox run OPTIONS`. `programs` are the names of those in /ways.
 */
export function commandLine(
  way: Way,
  places: Places,
  prefix: readonly string[],
  programs: readonly string[],
  options: readonly string[] | "control",
): string[] {
  const { before = [], around = [] }: Surroundings = OUTSIDE[way.outside];
  const attack = inside(way, programs);
  const says = way.refused === undefined ? ["sh", "-c", `echo ${STARTED}; exec "$@"`, "sh"] : [];
  const launch =
    options === "control"
      ? [...CONTROLS[way.control].argv, ...attack]
      : ["{launcher}", "run", "-q", ...(way.given ?? []), ...options, "{tree}", ...says, ...attack];
  return filled([...before, ...prefix, ...around, ...launch], places);
}
