/** The list of what is to be taken back: what is written there is gone when its run is. */
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { carryOut } from "../../src/runtime/carry-out.ts";
import { SCRATCH } from "./support.ts";

let count = 0;

/** A list of these lines, and a directory of its own. */
function list(lines: (directory: string) => string[]): { directory: string; path: string } {
  const directory = join(SCRATCH, `taken-back-${count++}`);
  mkdirSync(directory);
  const path = join(directory, "list");
  writeFileSync(
    path,
    lines(directory)
      .map((line) => `${line}\n`)
      .join(""),
  );
  return { directory, path };
}

test("files are unlinked and tools run, the last line first, and the list goes", () => {
  const { directory, path } = list((own) => [
    `tool /bin/sh\x1f-c\x1fecho first >> ${own}/told`,
    `file ${own}/lease`,
    `file ${own}/never was`,
    `tool /bin/sh\x1f-c\x1fecho last >> ${own}/told`,
  ]);
  writeFileSync(join(directory, "lease"), "");
  expect(carryOut([{ op: "undo", path }], "gc")).toEqual({ status: 0, errors: "" });
  expect(readFileSync(join(directory, "told"), "utf8")).toBe("last\nfirst\n");
  expect([existsSync(join(directory, "lease")), existsSync(path)]).toEqual([false, false]);
});

test("half a line, as a full disk leaves it, is passed over", () => {
  const { directory, path } = list((own) => [`file ${own}/lease`]);
  writeFileSync(path, `${readFileSync(path, "utf8")}file ${directory}/other`);
  writeFileSync(join(directory, "lease"), "");
  writeFileSync(join(directory, "other"), "");
  expect(carryOut([{ op: "undo", path }], "gc").status).toBe(0);
  expect([existsSync(join(directory, "lease")), existsSync(join(directory, "other"))]).toEqual([false, true]);
});

test("what cannot be taken back stays in the list, with all that comes before it", () => {
  const { directory, path } = list((own) => [`file ${own}/lease`, `file ${own}`, `file ${own}/last`]);
  writeFileSync(join(directory, "lease"), "");
  writeFileSync(join(directory, "last"), "");
  expect(carryOut([{ op: "undo", path }], "gc").status).toBe(125);
  expect(readFileSync(path, "utf8")).toBe(`file ${directory}/lease\nfile ${directory}\n`);
  expect([existsSync(join(directory, "lease")), existsSync(join(directory, "last"))]).toEqual([true, false]);
});
