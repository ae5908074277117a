/** Which characters a locale has. */
import { expect, test } from "bun:test";
import { ascii, isUnicode } from "../../src/cli/charset.ts";

test.each([
  [{}, false],
  [{ LANG: "C" }, false],
  [{ LANG: "de_DE.ISO-8859-1" }, false],
  [{ LANG: "de_DE.UTF-8" }, true],
  [{ LANG: "C.utf8" }, true],
  [{ LANG: "C.UTF-8", LC_ALL: "C" }, false],
  [{ LANG: "C", LC_CTYPE: "C.UTF-8" }, true],
  [{ LANG: "C.UTF-8", LC_ALL: "" }, true],
])("%j is UTF-8: %p", (environment, expected) => {
  expect(isUnicode(environment)).toBe(expected);
});

test("characters beyond ASCII become their codes", () => {
  expect(ascii("naïve 😀 ok")).toBe("na\\u00efve \\u{1f600} ok");
});
