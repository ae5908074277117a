/**
 * The table of columns in docs/seeing.md, from that in the source: `bun scripts/seeing-docs.ts` writes it
 * between its markers; a test holds the file to that.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { COLUMNS, headingOf } from "../src/commands/looking/columns.ts";

const FILE = join(import.meta.dir, "../docs/seeing.md");

/** `page` with the table as the source has it. */
export function seeingPage(page: string): string {
  const rows = COLUMNS.map((column) => {
    const { help, type, nullable, rank } = column;
    return `| ${headingOf(column)}${rank === undefined ? "" : " *"} | ${help} | ${type}${nullable ? " or null" : ""} |`;
  });
  const table = ["| Column | | JSON |", "|---|---|---|", ...rows].join("\n");
  const [before = "", rest = ""] = page.split("<!-- columns -->");
  const [, after = ""] = rest.split("<!-- /columns -->");
  return `${before}<!-- columns -->\n${table}\n<!-- /columns -->${after}`;
}

if (import.meta.main) writeFileSync(FILE, seeingPage(readFileSync(FILE, "utf8")));
