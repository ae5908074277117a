/** The words for what can be wrong on a command line. Each hint is a spelling that the parser takes. */
import { UsageError } from "../util/errors.ts";
import { type Command, callOf, type Flag } from "./command.ts";
import { didYouMean, suggest } from "./suggest.ts";

/** The parser's table: letters and long names to their options. */
export type Lookup = ReadonlyMap<string, Flag>;

/** A value option was given a second time. */
export const twice = (flag: Flag, spelled: string): UsageError =>
  new UsageError(`Option "${spelled}" was given twice`, flag.again ?? `It takes one ${flag.value}`);

/** `--switch=value`. */
export const noValue = (spelled: string): UsageError => new UsageError(`Option "${spelled}" takes no value`);

/** `--optional=` with nothing behind it. */
export const emptyValue = (spelled: string): UsageError =>
  new UsageError(`Option "${spelled}=" has an empty value`, `Write "${spelled}" to give none`);

/** The words end, or another option stands, where a value should. */
export function missingValue(flag: Flag, spelled: string, instead?: string): UsageError {
  const problem = `Option "${spelled}" needs a value: ${flag.value}`;
  if (instead === undefined) return new UsageError(problem);
  return new UsageError(
    `${problem}, not the option "${instead}"`,
    `Write "--${flag.long}=${instead}" if that is the value`,
  );
}

/** `-x=value`. */
export function equalsBehindShort(
  flag: Flag,
  spelled: string,
  value: string,
  takesWord: boolean,
): UsageError {
  if (flag.value === undefined) return noValue(spelled);
  const right = takesWord ? `${spelled} ${value}` : `--${flag.long}=${value}`;
  return new UsageError(`Option "${spelled}" takes no "="`, `Write "${right}"`);
}

/** A `last` letter with more behind it: either other letters, or the value itself. */
export function notLast(
  flag: Flag,
  word: string,
  letter: number,
  lookup: Lookup,
  next = flag.value,
): UsageError {
  const before = word.slice(0, letter);
  const behind = word.slice(letter + 1);
  const switches = [...behind].every((name) => lookup.has(name) && lookup.get(name)?.value === undefined);
  const right = switches ? `${before}${behind}${flag.short} ${next}` : `${before}${flag.short} ${behind}`;
  return new UsageError(
    `Option "-${flag.short}" must stand last in "${word}"`,
    `It takes the next word as its ${flag.value}: "${right}"`,
  );
}

const lists = (command: string): string => `\`${callOf(command)} -h\` lists the options`;

/** `--unknown`. */
export function unknownLong(
  table: Pick<Command, "name" | "elsewhere">,
  lookup: Lookup,
  name: string,
): UsageError {
  const { elsewhere = {} } = table;
  if (Object.hasOwn(elsewhere, name)) return new UsageError(`Unknown option "--${name}"`, elsewhere[name]);
  const known = new Set([...lookup.values()].filter(({ hidden }) => !hidden).map(({ long }) => long));
  const near = suggest(name, known).map((long) => `--${long}`);
  return new UsageError(`Unknown option "--${name}"`, didYouMean(near) ?? lists(table.name));
}

/** `-name` for `--name`. */
export const oneDash = (word: string): UsageError =>
  new UsageError(`Unknown option "${word}"`, didYouMean([`-${word}`]));

/** A letter of a group that no option has. */
export function unknownShort(
  { name: command, elsewhere = {} }: Pick<Command, "name" | "elsewhere">,
  lookup: Lookup,
  word: string,
  letter: number,
): UsageError {
  const name = String.fromCodePoint(word.codePointAt(letter)!);
  const otherCase = name === name.toLowerCase() ? name.toUpperCase() : name.toLowerCase();
  const near = lookup.has(otherCase) ? [`-${otherCase}`] : [];
  const where = [...word].length > 2 ? ` in "${word}"` : "";
  if (Object.hasOwn(elsewhere, name))
    return new UsageError(`Unknown option "-${name}"${where}`, elsewhere[name]);
  return new UsageError(`Unknown option "-${name}"${where}`, didYouMean(near) ?? lists(command));
}
