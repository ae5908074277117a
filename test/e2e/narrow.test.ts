/** The commands that look, on a terminal of 40 columns. */
import { expect, test } from "bun:test";
import { Session } from "./session.ts";
import { NSBOX, USER } from "./support.ts";

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
  const argv = ["sh", "-c", `stty cols 40; "${NSBOX}" ${line} 2>/dev/null; true`];
  await using session = new Session(USER, argv);
  await session.process.exited;
  const rows = session.screen.text.split("\r\n");
  expect(rows.filter((row) => Bun.stringWidth(row) > 40)).toEqual([]);
  if (!/ps|orphans/.test(line)) expect(rows.length).toBeGreaterThan(1);
});
