/** Dynamic string tokens, see ld.so(8). */

/** What the tokens stand for; a token without a value makes the whole string unusable. */
export interface Tokens {
  ORIGIN(): string | undefined;
  LIB(): string | undefined;
  PLATFORM(): string | undefined;
}

const TOKEN = /\$(?:\{(ORIGIN|LIB|PLATFORM)\}|(ORIGIN|LIB|PLATFORM)(?![A-Za-z0-9_]))/g;

/** Replaces the tokens in `text`, with and without braces. Anything else with a dollar stays as it is. */
export function expandTokens(text: string, tokens: () => Tokens): string | undefined {
  if (!text.includes("$")) return text;
  const values = tokens();
  let usable = true;
  const expanded = text.replace(TOKEN, (_, braced: keyof Tokens | undefined, bare: keyof Tokens) => {
    const value = values[braced ?? bare]();
    if (value === undefined) usable = false;
    return value ?? "";
  });
  return usable ? expanded : undefined;
}
