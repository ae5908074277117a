/** Commands whose first word is a verb: `nsbox ns`, `net`, `netns`. */
import type { Parsed } from "../cli/command.ts";
import { didYouMean, suggest } from "../cli/suggest.ts";
import { NsboxError, UsageError } from "../util/errors.ts";

/** One verb. */
export interface Verb {
  /** It and its words. */
  readonly usage: string;
  /** One line, no full stop. */
  readonly summary: string;
  /** The options that mean something to it, besides those that all have. */
  readonly takes: readonly string[];
  /** Its failures have that status, since all others are a command's. */
  readonly failure?: 125;
  load(): Promise<{ run(input: Parsed, words: readonly string[]): number | Promise<number> }>;
}

/** A command's verbs. */
export interface Verbs {
  /** The command. */
  readonly of: string;
  readonly verbs: Readonly<Record<string, Verb>>;
  /** Options that every verb takes, besides `--quiet` and `--color`. */
  readonly always: readonly string[];
  /** What others call a verb. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** What to say of words that are none, where that is known. */
  readonly hints?: Readonly<Record<string, string>>;
}

/** The verbs, for the help. */
export const listing = (verbs: Readonly<Record<string, Verb>>) => ({
  title: "Verbs",
  rows: Object.values(verbs).map(({ usage, summary }) => [usage, summary] as const),
});

/** Runs the verb that was typed. @throws UsageError where it is none, or takes an option not that was given. */
export async function perform(
  input: Parsed,
  { of, verbs, always, aliases = {}, hints = {} }: Verbs,
): Promise<number> {
  const [word, ...words] = input.rest;
  const names = Object.keys(verbs);
  const all = `It is one of ${names.join(", ")}`;
  if (word === undefined) throw new UsageError("Missing a verb", all);
  const name = Object.hasOwn(aliases, word) ? aliases[word]! : word;
  const verb = Object.hasOwn(verbs, name) ? verbs[name]! : undefined;
  if (verb === undefined) {
    const hint = Object.hasOwn(hints, word) ? hints[word] : didYouMean(suggest(word, names));
    throw new UsageError(`Unknown word "${word}" behind "${of}"`, hint ?? all);
  }
  try {
    const taken = [...verb.takes, ...always, "quiet", "color"];
    const other = input.ordered.find(([long]) => !taken.includes(long));
    if (other !== undefined) {
      throw new UsageError(
        `\`nsbox ${of} ${name}\` takes no option "--${other[0]}"`,
        `nsbox ${of} ${verb.usage}`,
      );
    }
    return await (await verb.load()).run(input, words);
  } catch (error) {
    if (verb.failure === undefined || !(error instanceof NsboxError)) throw error;
    throw new NsboxError(error.message, { ...error.details, status: verb.failure });
  }
}
