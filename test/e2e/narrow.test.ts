/** The commands that look, on a terminal of 40 columns. */
import { expect, test } from "bun:test";
import { Session } from "./session.ts";
import { NSBOX, USER } from "./support.ts";

/** What `nsbox LINE` shows on such a terminal, below so many shells that are each other's children. */
async function shown(line: string, shells = 1): Promise<string[]> {
  // A shell that has more to do stays: `true`.
  const script = `if [ "$1" -gt 1 ]; then sh -c "$0" "$0" $(($1 - 1)); else "${NSBOX}" ${line} 2>/dev/null; fi; true`;
  await using session = new Session(USER, [
    "sh",
    "-c",
    `stty cols 40; sh -c "$0" "$0" "$1"; true`,
    script,
    `${shells}`,
  ]);
  await session.process.exited;
  return session.screen.text.split("\r\n");
}

test.each([
  "ls",
  "ls --orphans",
  "tree",
  "tree --by process",
  "pidtree",
  "caps $$",
  "caps $$ $$/net",
  "mounts $$",
  "mounts -f $$",
  "mounts $$ /proc",
  "diff 1 $$ --only capabilities,limits",
  "pid $$",
  "ns show $$/net",
  "check -v",
  "ps --ns",
])("no line of nsbox %s is longer than 40 columns", async (line) => {
  const rows = await shown(line);
  expect(rows.filter((row) => Bun.stringWidth(row) > 40)).toEqual([]);
  if (!/ps|orphans/.test(line)) expect(rows.length).toBeGreaterThan(1);
});

test("nor is one of nsbox pidtree where processes stand thirty deep", async () => {
  const rows = await shown("pidtree", 30);
  expect(rows.filter((row) => Bun.stringWidth(row) > 40)).toEqual([]);
  expect(rows.length).toBeGreaterThan(30);
});
