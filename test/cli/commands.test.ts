import { describe, expect, test } from "bun:test";
import { parse } from "../../src/cli/argv.ts";
import { COMMON_FLAGS } from "../../src/cli/flags.ts";
import { COMMANDS } from "../../src/commands/index.ts";

/** What must hold for every command, those included that are still to be written. */
describe.each(Object.entries(COMMANDS))("the table of %s", (name, row) => {
  test("goes by the name that it is listed under", async () => {
    const { command } = await row.load();
    expect(command.name).toBe(name);
    expect(row.summary).toMatch(/^[A-Z].*[^.]$/);
  });

  test("gives every option a name and a letter of its own, and one line of help", async () => {
    const { command } = await row.load();
    const flags = [...command.flags, ...COMMON_FLAGS];
    const names = flags.flatMap(({ long, short }) => (short === undefined ? [long] : [long, short]));
    expect(names.toSorted()).toEqual([...new Set(names)].toSorted());
    for (const { long, short, help, optional, last, value } of flags) {
      expect(long).toMatch(/^[a-z][a-z0-9-]+$/);
      if (short !== undefined) expect(short).toMatch(/^[A-Za-z0-9]$/);
      expect(help).toMatch(/^[^\n]*[^.\n]$/);
      if (optional || last) expect(value).toBeString();
    }
  });

  test("tells what to do here instead of another tool's option, and has none of them itself", async () => {
    const { command } = await row.load();
    const own = command.flags.map(({ long }) => long);
    for (const [word, hint] of Object.entries(command.elsewhere ?? {})) {
      expect(own).not.toContain(word);
      expect(() => parse(command, [`--${word}`, "r", "sh"])).toThrow(`Unknown option "--${word}"`);
      expect(hint).toMatch(/^\S.*[^.]$/);
    }
  });

  test("gives examples that its own parser takes", async () => {
    const { command } = await row.load();
    for (const { line } of command.examples) {
      const [nsbox, called, ...args] = line.split(" ");
      expect([nsbox, called]).toEqual(["nsbox", name]);
      expect(() => parse(command, args)).not.toThrow();
    }
  });
});
