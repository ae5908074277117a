/** Tables, as wide as they need or as narrow as they must. */
import { describe, expect, test } from "bun:test";
import { tableLines } from "../../src/cli/table.ts";

const HEADINGS = ["ID", "NAME", "COUNT", "COMMAND"];
const ROWS = [
  ["1", "first", "10", "sleep 60"],
  ["22", "the second one has a name", "9", "a command that is rather long"],
];

describe("a table", () => {
  test("is as wide as its cells where nothing limits it", () => {
    expect(tableLines(HEADINGS, ROWS)).toEqual([
      "ID  NAME                       COUNT  COMMAND",
      "1   first                      10     sleep 60",
      "22  the second one has a name  9      a command that is rather long",
    ]);
  });

  test("sets numbers to the right, and stands without headings", () => {
    const lines = tableLines(
      [],
      [
        ["1", "a"],
        ["22", "b"],
      ],
      { right: new Set([0]) },
    );
    expect(lines).toEqual([" 1  a", "22  b"]);
  });

  test("cuts the last column first, and marks what is cut", () => {
    const lines = tableLines(HEADINGS, ROWS, { width: 54 });
    expect(lines[2]).toMatch(/^22 {2}the second one has a name {2}9 {6}a command that (…|~)$/);
  });

  test.each([10, 20, 30, 40, 60])("is never wider than %d columns", (width) => {
    for (const ranks of [undefined, [4, 2, 1, 3]]) {
      const lines = tableLines(HEADINGS, ROWS, { width, ...(ranks === undefined ? {} : { ranks }) });
      expect(Math.max(...lines.map((line) => Bun.stringWidth(line)))).toBeLessThanOrEqual(width);
    }
  });

  test("leaves out the columns of the lowest rank before it cuts any to a stump", () => {
    const [headings] = tableLines(HEADINGS, ROWS, { width: 30, ranks: [4, 2, 1, 3] });
    expect(headings).toBe("ID  NAME          COMMAND");
  });

  test("counts the columns that characters take on a terminal", () => {
    expect(
      tableLines(
        ["A", "B"],
        [
          ["日本", "x"],
          ["a", "y"],
        ],
      )[2],
    ).toBe("a     y");
  });

  test("prints what a terminal would obey as its code", () => {
    expect(tableLines(["A"], [["\x1b[31m"]])[1]).toBe("\\x1b[31m");
  });
});
