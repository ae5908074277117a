/** The table of ways out, and the page that shows it. */
import { describe, expect, test } from "bun:test";
import { PROGRAMS } from "./compile.ts";
import { DOCUMENT, withTable } from "./table.ts";
import { WAYS } from "./ways.ts";

describe("the table of ways out", () => {
  test("stands in docs/escapes.md as `bun test/escape/table.ts` writes it", async () => {
    const text = await Bun.file(DOCUMENT).text();
    expect(text).toBe(withTable(text));
  });

  test("names every way once", () => {
    const names = WAYS.map(({ name }) => name);
    expect(names.length).toBe(new Set(names).size);
    expect(names.length).toBeGreaterThanOrEqual(25);
  });

  test("uses every program that there is", () => {
    const words = WAYS.flatMap(({ attack, image = "" }) => [...attack, image]).join(" ");
    expect(PROGRAMS.filter((name) => !words.includes(name))).toEqual([]);
  });
});
