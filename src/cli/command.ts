/**
 * What a subcommand is: one table that the parser, `-h`, `--help` and the man page all read.
 *
 * A command's module exports it as `command`; its one-line summary stands in `src/commands/index.ts`,
 * so that commands can be listed without being loaded.
 */

/** One option. Without `value` it is a switch. */
export interface Flag {
  /** The long name without its dashes. */
  readonly long: string;
  /** The letter of the short form. */
  readonly short?: string;
  /** What stands for the value in the help: `DIR`. */
  readonly value?: string;
  /** The value may be left out, and is given with `=` only: `--long[=VALUE]`. */
  readonly optional?: true;
  /** May be given more than once; without it a second value is an error. */
  readonly multiple?: true;
  /** What to do instead, where a second value was given. */
  readonly again?: string;
  /** The short form stands last in its group and takes the next word, never the rest of its own. */
  readonly last?: true;
  /** The heading that the help lists it under. */
  readonly group?: string;
  /** One line for `-h`, no full stop. */
  readonly help: string;
  /** What `--help` and the man page say beyond `help`. */
  readonly text?: string;
  /** Works, but stands in no help. */
  readonly hidden?: true;
}

/** A line to copy and paste, and what it does. */
export interface Example {
  readonly line: string;
  readonly text: string;
}

/** Terms and what each means, under a heading: the words a usage line names, or a list of commands. */
export interface Listing {
  readonly title: string;
  readonly rows: readonly (readonly [term: string, text: string])[];
}

/** A subcommand, or `nsbox` itself. */
export interface Command {
  readonly name: string;
  /** What follows the name in the usage line: `[OPTIONS] ROOTFS COMMAND [ARG…]`. */
  readonly usage: string;
  /** Paragraphs, parted by empty lines. One whose lines begin with a space is printed as it stands. */
  readonly description: string;
  /** Printed between description and options. */
  readonly listings?: readonly Listing[];
  readonly flags: readonly Flag[];
  /**
   * `mixed`: options may stand anywhere before `--`. `stop`: they end at the first word that is none, and
   * all from there on is left alone, dashes included; one `--` right there is dropped.
   */
  readonly positionals: "mixed" | "stop";
  /** With `mixed`: a first word, and how many words, itself among them, end the options as `stop` does. */
  readonly leaves?: Readonly<Record<string, number>>;
  readonly examples: readonly Example[];
  /** Options of other tools, long ones and letters, without their dashes, and what to do here instead. */
  readonly elsewhere?: Readonly<Record<string, string>>;
  /** Exit status of a failure; 125 where the status belongs to another program, usage errors included. */
  readonly failure: 1 | 125;
  /** Does the work and returns the exit status. */
  run(input: Parsed): number | Promise<number>;
}

/** What was typed, checked against the table. Options go by their long names. */
export interface Parsed {
  has(long: string): boolean;
  /** The value given last. */
  value(long: string): string | undefined;
  /** All values, in order. */
  values(long: string): readonly string[];
  /** Every option as typed; `true` where it came without a value. */
  readonly ordered: readonly (readonly [long: string, value: string | true])[];
  /** The words that are no options. */
  readonly rest: readonly string[];
  /** How many of them stand before "--"; undefined where there is none. */
  readonly dashes?: number | undefined;
}

/** The words that call a command: `nsbox run`, and `nsbox` for nsbox itself. */
export const callOf = (name: string): string => (name === "nsbox" ? name : `nsbox ${name}`);
