/** Trees drawn with lines. */
import { expect, test } from "bun:test";
import { type BranchLine, type BranchStyle, drawBranches } from "../../src/cli/branches.ts";

function drawn(lines: readonly BranchLine[], style: BranchStyle): string[] {
  const out: string[] = [];
  drawBranches(lines, style, (line) => out.push(line));
  return out;
}

const TREE: readonly BranchLine[] = [
  { depth: 0, text: "root" },
  { depth: 1, text: "owned", side: true },
  { depth: 1, text: "child" },
  { depth: 2, text: "grandchild" },
  { depth: 1, text: "last" },
  { depth: 2, text: "its owned", side: true },
  { depth: 0, text: "other root" },
];

test("a tree is drawn with box characters", () => {
  expect(drawn(TREE, { unicode: true })).toEqual([
    "root",
    "├┄ owned",
    "├─ child",
    "│  ╰─ grandchild",
    "╰─ last",
    "   ╰┄ its owned",
    "other root",
  ]);
});

test("and with ASCII characters", () => {
  expect(drawn(TREE, { unicode: false })).toEqual([
    "root",
    "|. owned",
    "|- child",
    "|  `- grandchild",
    "`- last",
    "   `. its owned",
    "other root",
  ]);
});

test("a line that is too long goes on beside the drawing", () => {
  const long = [
    { depth: 0, text: "root" },
    { depth: 1, text: "one two three four five" },
    { depth: 1, text: "end" },
  ];
  expect(drawn(long, { unicode: true, width: 20 })).toEqual([
    "root",
    "├─ one two three",
    "│     four five",
    "╰─ end",
  ]);
});

test("a chain of 20,000 is drawn, no line longer than the deepest that is drawn as such", () => {
  const chain = Array.from({ length: 20_000 }, (_, depth) => ({ depth, text: "x" }));
  const lines = drawn(chain, { unicode: true });
  expect(lines.length).toBe(20_000);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(300);
});

test("however deep a line stands in a narrow terminal, it fits, and all of its text is there", () => {
  const words = [
    "two words",
    "ünï",
    "漢字のプロセス (4194304)",
    "a-name-without-any-gap-in-it-anywhere (4194304/1)",
  ];
  const chain = Array.from({ length: 100 }, (_, depth) => ({ depth, text: words[depth % words.length]! }));
  const letters = (text: string) => text.replace(/[\s│├─╰|`-]/g, "");
  const all = letters(chain.map(({ text }) => text).join(""));
  for (const unicode of [true, false]) {
    for (let width = 10; width <= 200; width++) {
      const lines = drawn(chain, { unicode, width });
      expect(lines.filter((line) => Bun.stringWidth(line) > width)).toEqual([]);
      expect(letters(lines.join(""))).toBe(all);
    }
  }
});
