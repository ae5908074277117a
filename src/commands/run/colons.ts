/** Values of several parts, in which a path may hold the character that parts them. */

/** Stands for a character that parts nothing: no argument holds it. */
const HIDDEN = "\0";

/** Hides what is written with a backslash before it, so that a pattern does not see it. */
export const hide = (value: string, separator: ":" | ","): string =>
  value.replaceAll(`\\${separator}`, HIDDEN);

/** Brings it back, without the backslash. */
export const show = (part: string, separator: ":" | ","): string => part.replaceAll(HIDDEN, separator);

/** Brings it back as it was written. */
export const asWritten = (part: string, separator: ":" | ","): string =>
  part.replaceAll(HIDDEN, `\\${separator}`);

/** The parts of `value`; a separator with a backslash before it belongs to a part, without the backslash. */
export const split = (value: string, separator: ":" | ","): string[] =>
  hide(value, separator)
    .split(separator)
    .map((part) => show(part, separator));
