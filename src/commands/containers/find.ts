/** From the words of a command line to containers, and one command over several of them. */
import { fail } from "../../cli/fail.ts";
import { didYouMean, suggest } from "../../cli/suggest.ts";
import { namesById } from "../../runtime/containers/names.ts";
import { openPlace } from "../../runtime/containers/place.ts";
import { type Container, resolve } from "../../runtime/containers/settle.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";

const LISTS = "`nsbox ps -a` lists all containers";

/**
 * The container that `word` means: its name, its id, or a beginning that no other id has.
 * @throws NsboxError where there is none, or more than one.
 */
export function findContainer(word: string): Container {
  const place = openPlace();
  const found = place === undefined ? [] : resolve(place, word);
  if (!isList(found)) return found;
  if (found.length > 1) {
    throw new NsboxError(`"${word}" may be any of ${found.length} containers`, {
      cause: found.slice(0, 3).join(", "),
      hint: "Write more of the id",
      code: "ambiguous",
    });
  }
  const names = place === undefined ? [] : namesById(place).values();
  throw new NsboxError(`There is no container "${word}"`, {
    hint: didYouMean(suggest(word, names)) ?? LISTS,
    code: "not-found",
  });
}

const isList = (found: Container | readonly string[]): found is readonly string[] => Array.isArray(found);

/** What people call it. */
export const labelOf = ({ name, id }: Container): string => name ?? id;

/**
 * Sees how many words there are. `usage` says what they should be, `lists` where to find them.
 * @throws UsageError where they are not between `least` and `most`.
 */
export function checkCount(
  words: readonly string[],
  usage: string,
  least: number,
  most = least,
  lists = LISTS,
): void {
  if (words.length < least) throw new UsageError(`Words are missing: ${usage}`, lists);
  if (words.length > most) throw new UsageError(`Too many words: "${words[most]}"`, `It takes ${usage}`);
}

/** Does `work` for each word, reporting each failure by itself. Returns 1 where any failed. */
export async function eachWord(
  words: readonly string[],
  work: (word: string) => void | Promise<void>,
  lists = LISTS,
): Promise<number> {
  checkCount(words, "NAME…", 1, Number.POSITIVE_INFINITY, lists);
  let status = 0;
  for (const word of words) {
    try {
      await work(word);
    } catch (error) {
      status = fail(error, 1, false) === 0 ? status : 1;
    }
  }
  return status;
}
