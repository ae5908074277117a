import { describe, expect, test } from "bun:test";
import type { Command } from "../../src/cli/command.ts";
import { COMMON_FLAGS } from "../../src/cli/flags.ts";
import { manPage } from "../../src/cli/man.ts";
import { usage } from "../../src/cli/usage.ts";
import { command as help } from "../../src/commands/help.ts";
import { COMMANDS } from "../../src/commands/index.ts";
import { command as root } from "../../src/commands/root.ts";
import { MIXED, STOP } from "./fake.ts";

const text = (command: Command, long: boolean, width = 80): string =>
  usage(command, { long, width, paint: (_, text) => text });

const commands = [STOP, MIXED, help, root].map((command) => [command.name, command] as const);

describe.each(commands)("the help of %s", (_, command) => {
  const shown = [...command.flags, ...COMMON_FLAGS].filter(({ hidden }) => !hidden);

  test("has every option of the table, and none that is hidden", () => {
    for (const page of [text(command, false), text(command, true)]) {
      for (const { long, short, help } of shown) {
        expect(page).toContain(`--${long}`);
        if (short !== undefined) expect(page).toContain(`-${short}`);
        expect(page.replace(/\s+/g, " ")).toContain(help);
      }
      expect(page).not.toContain("--secret");
    }
  });

  test.each([60, 80, 100])("keeps to %d columns where words allow", (width) => {
    for (const long of [true, false]) {
      const usageLine = /^Usage:/;
      const lines = text(command, long, width).split("\n");
      const given = new Set(command.examples.map(({ line }) => `  ${line}`));
      for (const line of lines) {
        if (!usageLine.test(line) && !given.has(line))
          expect(Bun.stringWidth(line)).toBeLessThanOrEqual(width);
        expect(line).toBe(line.trimEnd());
      }
    }
  });

  test("ends with the examples when it is long", () => {
    expect(text(command, true).indexOf("Examples:")).toBeGreaterThan(text(command, true).indexOf("--help"));
    expect(text(command, false)).not.toContain("Examples:");
  });

  test("is a man page that groff takes without a warning", () => {
    const page = manPage(command, "does a thing");
    for (const { long } of shown) expect(page).toContain(`\\-\\-${long.replaceAll("-", "\\-")}`);
    expect(page).not.toContain("secret");
    expect(page).toMatch(/^[\n\x20-\x7e]+$/);
    if (Bun.which("groff") === null) return;
    const { stderr, stdout } = Bun.spawnSync(["groff", "-ww", "-man", "-Tutf8"], {
      stdin: Buffer.from(page),
    });
    expect(stderr.toString()).toBe("");
    const plain = stdout.toString().replace(/\x1b\[[0-9;]*m|.\x08/g, "");
    for (const { long } of shown) expect(plain).toContain(`--${long}`);
  });
});

test("the long help tells what the short one leaves out", () => {
  expect(text(STOP, false)).not.toContain("more to say");
  expect(text(STOP, true)).toContain("  a line\n  that stands as it is");
  expect(text(STOP, true)).toContain("May be given more than once.");
});

test("an option is spelled as it is typed", () => {
  const page = text(STOP, false);
  expect(page).toContain("  -p, --pid-ns ");
  expect(page).toContain("  -u HOSTNAME, --uts-ns[=HOSTNAME]\n");
  expect(page).toContain("      --hostname NAME ");
  expect(page).toContain("  -t, --tty[=SIZE] ");
});

test("a line of a man page that looks like a request is none", () => {
  expect(manPage(STOP, "x")).toContain("\n\\&.starts like a request\n");
});

test("nsbox lists its commands, and not those it calls itself", () => {
  const page = text(root, false);
  for (const [name, { group, summary }] of Object.entries(COMMANDS)) {
    if (group !== "internal") expect(page.replace(/\s+/g, " ")).toContain(`${name} ${summary}`);
    else expect(page).not.toContain(summary);
  }
});
