/**
 * The table in docs/limits.md, from that in the source: `bun scripts/limits-docs.ts` writes it between its
 * markers; a test holds the file to that.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LIMITS } from "../src/cgroup/limits.ts";
import type { Spelling } from "../src/cgroup/spelling.ts";

const FILE = join(import.meta.dir, "../docs/limits.md");

const files = (spelling: Spelling | undefined): string =>
  spelling === undefined ? "—" : spelling.files.map((file) => `\`${file}\``).join(", ");

/** `page` with the table as the source has it. */
export function limitsPage(page: string): string {
  const rows = LIMITS.map(({ option, v1, v2 }) => `| \`--${option}\` | ${files(v1)} | ${files(v2)} |`);
  const table = ["| Option | cgroup v1 | cgroup v2 |", "|---|---|---|", ...rows].join("\n");
  const [before = "", rest = ""] = page.split("<!-- limits -->");
  const [, after = ""] = rest.split("<!-- /limits -->");
  return `${before}<!-- limits -->\n${table}\n<!-- /limits -->${after}`;
}

if (import.meta.main) writeFileSync(FILE, limitsPage(readFileSync(FILE, "utf8")));
