/**
 * The words of the command line, read strictly by a command's table. It stands on the start-up path of
 * `nsbox run`, so it loads nothing and does one pass; node:util's parser takes longer to load than this
 * takes to run, and cannot leave the words of another program alone.
 */
import type { Command, Flag, Parsed } from "./command.ts";
import { COMMON_FLAGS, HELP } from "./flags.ts";
import * as mistake from "./mistakes.ts";

/** What the parser needs of a command. */
export type Table = Pick<Command, "name" | "flags" | "positionals" | "leaves" | "elsewhere">;

/** Reads `args`, the words behind the command's name. Whatever the table does not allow is a UsageError. */
export function parse(table: Table, args: readonly string[]): Parsed {
  // Letters and long names share the map: no long name is one letter long.
  const lookup = new Map<string, Flag>();
  for (const flags of [table.flags, COMMON_FLAGS]) {
    for (const flag of flags) {
      lookup.set(flag.long, flag);
      if (flag.short !== undefined) lookup.set(flag.short, flag);
    }
  }
  const ordered: [long: string, value: string | true][] = [];
  let rest: string[] = [];
  let at = 0;
  let dashes: number | undefined;

  const add = (flag: Flag, spelled: string, value: string | true): void => {
    if (value !== true && flag.multiple === undefined && ordered.some(([long]) => long === flag.long)) {
      throw mistake.twice(flag, spelled);
    }
    ordered.push([flag.long, value]);
  };

  /** The next word as the value of the option just read. */
  const next = (flag: Flag, spelled: string): string => {
    const word = args[at];
    if (word === undefined || word === "--") throw mistake.missingValue(flag, spelled);
    if (looksLikeOption(word)) throw mistake.missingValue(flag, spelled, word);
    at++;
    return word;
  };

  const readLong = (word: string): void => {
    const equals = word.indexOf("=");
    const name = word.slice(2, equals < 0 ? undefined : equals);
    const flag = lookup.get(name);
    if (flag?.long !== name) throw mistake.unknownLong(table, lookup, name);
    if (equals < 0) {
      const bare = flag.value === undefined || flag.optional !== undefined;
      add(flag, word, bare || next(flag, word));
      return;
    }
    const value = word.slice(equals + 1);
    if (flag.value === undefined) throw mistake.noValue(`--${name}`);
    if (value === "" && flag.optional) throw mistake.emptyValue(`--${name}`);
    add(flag, `--${name}`, value);
  };

  const readShorts = (word: string): void => {
    // `-network` would set a variable "twork" if `-n -e VALUE` were all that was looked for.
    if (lookup.get(word.slice(1))?.long === word.slice(1)) throw mistake.oneDash(word);
    for (let letter = 1; letter < word.length; letter++) {
      const name = word[letter]!;
      const flag = lookup.get(name);
      if (flag === undefined) throw mistake.unknownShort(table, lookup, word, letter);
      const spelled = `-${name}`;
      const behind = word.slice(letter + 1);
      const takesWord = flag.value !== undefined && (flag.last !== undefined || flag.optional === undefined);
      if (behind[0] === "=") throw mistake.equalsBehindShort(flag, spelled, behind.slice(1), takesWord);
      if (behind !== "" && takesWord && flag.last)
        throw mistake.notLast(flag, word, letter, lookup, args[at]);
      add(flag, spelled, !takesWord || behind || next(flag, spelled));
      if (takesWord) return;
    }
  };

  try {
    while (at < args.length) {
      const word = args[at]!;
      if (word === "--") {
        dashes = rest.length;
        rest = rest.concat(args.slice(at + 1));
        break;
      }
      if (word[0] === "-" && word !== "-") {
        at++;
        if (word[1] === "-") readLong(word);
        else readShorts(word);
      } else if (table.positionals === "stop" || isLeft(table, rest)) {
        rest = rest.concat(args.slice(at));
        break;
      } else {
        at++;
        rest.push(word);
      }
    }
  } catch (error) {
    // Who has asked for help gets it, whatever is wrong with the rest of the line.
    if (!ordered.some(([long]) => long === HELP.long)) throw error;
  }

  return new Words(ordered, rest, dashes);
}

/** All behind these words is another program's. */
const isLeft = ({ leaves }: Table, [verb, ...words]: readonly string[]): boolean =>
  leaves !== undefined && verb !== undefined && leaves[verb] === words.length + 1;

/** Plain loops: the array methods would cost more to load than these take to run. */
class Words implements Parsed {
  readonly ordered: Parsed["ordered"];
  readonly rest: readonly string[];
  readonly dashes: number | undefined;
  readonly given = new Set<string>();

  constructor(ordered: Parsed["ordered"], rest: readonly string[], dashes: number | undefined) {
    this.ordered = ordered;
    for (let at = 0; at < ordered.length; at++) this.given.add(ordered[at]![0]);
    this.rest = rest;
    this.dashes = dashes;
  }

  has(long: string): boolean {
    return this.given.has(long);
  }

  value(long: string): string | undefined {
    return this.values(long).pop();
  }

  values(long: string): string[] {
    const found: string[] = [];
    if (!this.given.has(long)) return found;
    for (let at = 0; at < this.ordered.length; at++) {
      const value = this.ordered[at]![1];
      if (this.ordered[at]![0] === long && value !== true) found.push(value);
    }
    return found;
  }
}

/** A dash with a letter behind it. Negative numbers and the lone dash are values like any other. */
const looksLikeOption = (word: string): boolean =>
  word[0] === "-" && word.length > 1 && !(word[1]! >= "0" && word[1]! <= "9");
