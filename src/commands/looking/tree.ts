/** What `nsbox tree` and its short names have in common: a forest as lines, or as JSON. */

import { drawBranches } from "../../cli/branches.ts";
import { unicode } from "../../cli/charset.ts";
import type { Flag, Parsed } from "../../cli/command.ts";
import { JSON_FLAG, QUIET } from "../../cli/flags.ts";
import { note } from "../../cli/log.ts";
import { print } from "../../cli/print.ts";
import { terminalWidth } from "../../cli/table.ts";
import { type Edge, type Node, walk } from "../../ns/forest.ts";
import { safeJson } from "../../util/sanitize.ts";
import { gapsNote } from "./gaps.ts";
import { type Lines, linesOf } from "./node-lines.ts";
import { INPUT_FLAG } from "./source.ts";
import type { World } from "./world.ts";

/** Draws with ASCII characters. */
const ASCII_FLAG: Flag = {
  long: "ascii",
  help: "Draw with ASCII characters",
  text: "As is done anyway where the locale (LC_ALL, LC_CTYPE, LANG) is not one of UTF-8.",
};

/** What every command that draws a tree takes. */
export const TREE_FLAGS: readonly Flag[] = [ASCII_FLAG, INPUT_FLAG, JSON_FLAG, QUIET];

/** What is printed. */
export interface Drawing {
  readonly by: string;
  readonly roots: readonly Node[];
  readonly edges: readonly Edge[];
  readonly lines?: Lines;
}

/** Prints the trees as the options say, and what could not be seen; returns the exit status. */
export async function printTree(input: Parsed, world: World, drawing: Drawing): Promise<number> {
  const { roots } = drawing;
  if (input.has("json")) print(treeJson(drawing, world));
  else {
    const width = terminalWidth();
    const style = {
      unicode: unicode() && !input.has("ascii"),
      ...(width === undefined ? {} : { width }),
    };
    const lines: string[] = [];
    drawBranches(linesOf(world, roots, drawing.lines), style, (line) => lines.push(line));
    if (lines.length > 0) print(lines.join("\n"));
  }
  const gaps = gapsNote(world.snapshot.gaps);
  if (gaps !== undefined) await note(gaps);
  return 0;
}

/** The nodes as a list, parents first, each with the key of the one above: trees may be as deep as they like. */
function treeJson({ by, roots, edges }: Drawing, { snapshot }: World): string {
  const above: string[] = [];
  const nodes = [...walk(roots)].map(({ node, depth }) => {
    above.length = depth;
    const parent = above[depth - 1] ?? null;
    above[depth] = node.key;
    const { children: _, key, ...rest } = node;
    return { key, above: parent, depth, ...rest };
  });
  const { taken, gaps } = snapshot;
  return safeJson({ format: "nsbox-tree", version: 1, by, taken, nodes, edges, gaps });
}
