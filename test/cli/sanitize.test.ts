import { expect, test } from "bun:test";
import { safeJson, sanitize } from "../../src/util/sanitize.ts";

const HOSTILE = "a\x1b]0;title\x07b\x9b31m\rc\nd\te\x7f\u202ef\u2028\ud800g\udc00";

test("plain text of any script stays as it is", () => {
  const text = "größe 箱 📦 café “quoted” …";
  expect(sanitize(text)).toBe(text);
});

test("nothing is left that a terminal would obey", () => {
  expect(sanitize(HOSTILE)).toBe(
    "a\\x1b]0;title\\x07b\\x9b31m\\rc\\nd\\te\\x7f\\u202ef\\u2028\\ud800g\\udc00",
  );
});

test("every control character is shown as its code", () => {
  for (let point = 0; point < 0xa0; point++) {
    const shown = sanitize(String.fromCharCode(point));
    expect(shown).toMatch(/^[ -~]+$/);
  }
});

test("JSON is as safe to show and reads back as it was", () => {
  const json = safeJson({ text: HOSTILE });
  expect(sanitize(json)).toBe(json);
  expect(JSON.parse(json)).toEqual({ text: HOSTILE });
});
