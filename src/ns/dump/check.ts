/** Checks of values that came as JSON: each returns its value, typed and made anew, or throws `Fault`. */

/** What is wrong, and where: `namespaces[3].owner: should be a whole number`. */
export class Fault extends Error {}

/** Turns what came as JSON into what it should be. */
export type Check<T> = (value: unknown) => T;

/** The way to the value that is looked at: only needed for the words of a fault. */
const way: (string | number)[] = [];

/** Runs `check` on a whole document. */
export function checked<T>(check: Check<T>, document: unknown): T {
  way.length = 0;
  return check(document);
}

/** Says that the value that is looked at is not `expected`. */
export function wrong(expected: string): never {
  const path = way.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
  throw new Fault(`${path.replace(/^\./, "").slice(0, 200) || "the document"} should be ${expected}`);
}

/** A whole number of at least `least` that is held exactly. */
export const whole =
  (least = 0, most = Number.MAX_SAFE_INTEGER): Check<number> =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
      ? (value as number)
      : wrong(`a whole number from ${least} to ${most}`);

/** Text of at most `longest` characters. */
export const text =
  (longest = 1 << 16): Check<string> =>
  (value) =>
    typeof value === "string" && value.length <= longest
      ? value
      : wrong(`text of at most ${longest} characters`);

/** Text that matches; `expected` says what that is. */
export const matching =
  (pattern: RegExp, expected: string): Check<string> =>
  (value) =>
    typeof value === "string" && value.length < 100 && pattern.test(value) ? value : wrong(expected);

/** true or false. */
export const flag: Check<boolean> = (value) => (typeof value === "boolean" ? value : wrong("true or false"));

/** One of these values. */
export const oneOf =
  <const T extends string | number>(values: readonly T[]): Check<T> =>
  (value) =>
    values.find((known) => known === value) ?? wrong(`one of ${values.join(", ")}`);

/** null, or what `check` wants. */
export const orNull =
  <T>(check: Check<T>): Check<T | null> =>
  (value) =>
    value === null ? null : check(value);

/** At most `most` of them. */
export const list =
  <T>(check: Check<T>, most = 1 << 20): Check<readonly T[]> =>
  (value) => {
    if (!Array.isArray(value) || value.length > most) return wrong(`a list of at most ${most}`);
    const made: T[] = [];
    for (let at = 0; at < value.length; at++) {
      way.push(at);
      made.push(check(value[at]));
      way.pop();
    }
    return made;
  };

const members = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : wrong("an object");

/** An object with any keys, at most `most` of them. */
export const record =
  <T>(check: Check<T>, most = 1 << 16): Check<Readonly<Record<string, T>>> =>
  (value) => {
    const entries = Object.entries(members(value));
    if (entries.length > most) return wrong(`an object of at most ${most} members`);
    return Object.fromEntries(
      entries.map(([key, member]) => {
        way.push(key);
        const made = check(member);
        way.pop();
        return [key, made];
      }),
    );
  };

type Shape<T> = { readonly [Key in keyof T]-?: Check<NonNullable<T[Key]> | Extract<T[Key], null>> };

/** An object of these members; those in `optional` may be missing. What else it has is left out. */
export function object<T extends object>(
  shape: Shape<T>,
  optional: readonly (keyof T & string)[] = [],
): Check<T> {
  const checks = Object.entries(shape) as [string, Check<unknown>][];
  return (value) => {
    const given = members(value);
    const made: Record<string, unknown> = {};
    for (const [key, check] of checks) {
      const there = Object.hasOwn(given, key);
      if (!there && (optional as readonly string[]).includes(key)) continue;
      way.push(key);
      made[key] = there ? check(given[key]) : wrong("there");
      way.pop();
    }
    return made as T;
  };
}
