/** Each command of docs/tutorial-networks.md is run, in the page's order, and prints what the page says. */
import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { INTERNET, onHost, SWITCH } from "./net-host.ts";
import { AS_ROOT, hostProgram, SCRATCH } from "./support.ts";

const NEEDED = ["ip", "ping", "ovs-vsctl", "ovs-vswitchd", "pasta", "dnsmasq", "socat"];

const PAGE = readFileSync(join(import.meta.dir, "../../docs/tutorial-networks.md"), "utf8");

interface Step {
  readonly command: string;
  readonly lines: string[];
}

/** Commands and what they print. */
function stepsOf(page: string): Step[] {
  const steps: Step[] = [];
  for (const [, block = ""] of page.matchAll(/^```console\n(.*?)^```$/gms)) {
    for (const line of block.split("\n").slice(0, -1)) {
      if (line.startsWith("# ")) steps.push({ command: line.slice(2), lines: [] });
      else steps.at(-1)?.lines.push(line);
    }
  }
  return steps;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/ +/g, " +");

/** A line with a gap as a pattern; one that is a gap alone stands for any number of lines. Blanks may be more. */
const patternOf = (lines: readonly string[]): RegExp =>
  new RegExp(
    `^${lines.map((line) => (line === "…" ? "(?:.*\\n)*?" : `${line.split("…").map(escaped).join(".*")}\\n`)).join("")}$`,
  );

test.skipIf(!AS_ROOT || !NEEDED.every(hostProgram))(
  `the tutorial about networks does what it says (needs root and ${NEEDED.join(", ")})`,
  async () => {
    const steps = stepsOf(PAGE);
    expect(steps.length).toBeGreaterThan(40);
    const script = steps.map(({ command }) => `{ ${command}\n} 2>&1; printf '\\1%s\\n' $?`).join("\n");
    const directory = mkdtempSync(join(SCRATCH, "tutorial-"));
    const { out, err } = await onHost(
      `${INTERNET} ${SWITCH} cd ${directory}
      mkdir /run/bin; ln -s "$NSBOX" /run/bin/nsbox; PATH=/run/bin:$PATH\n${script}`,
      {},
      55_000,
    );
    expect(err).toBe("");
    const parts = out.split(/\x01(\d+)\n/);
    expect(parts.length).toBe(2 * steps.length + 1);
    const wrong = steps.flatMap(({ command, lines }, at) => {
      const [printed = "", status] = parts.slice(2 * at, 2 * at + 2);
      return status === "0" && patternOf(lines).test(printed) ? [] : [{ command, status, printed }];
    });
    expect(wrong).toEqual([]);
  },
  60_000,
);
