/** The library as a project of its own imports it: by the examples of docs/library.md. */
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dir, "../..");
const PROJECT = mkdtempSync(join(tmpdir(), "nsbox-library-"));
mkdirSync(join(PROJECT, "node_modules"));
symlinkSync(ROOT, join(PROJECT, "node_modules/nsbox"));
afterAll(() => rmSync(PROJECT, { recursive: true }));

const page = readFileSync(join(ROOT, "docs/library.md"), "utf8");
const examples = [...page.matchAll(/^## (.+?)$|^```ts\n([\s\S]*?)^```$/gm)].reduce<[string, string][]>(
  (found, [, heading, code]) => {
    if (heading !== undefined) found.push([heading, ""]);
    else if (found.length > 0) found.at(-1)![1] = code ?? "";
    return found;
  },
  [],
);

test.each(examples)('the example under "%s" runs, and says something', (heading, code) => {
  const file = join(PROJECT, `${heading.replace(/\W+/g, "-")}.ts`);
  writeFileSync(file, code);
  const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, file], { cwd: PROJECT });
  expect({ exitCode, err: stderr.toString() }).toEqual({ exitCode: 0, err: "" });
  expect(stdout.toString()).toMatch(/\S/);
});

test("the examples are typed as the library is", () => {
  const config = {
    extends: join(ROOT, "tsconfig.json"),
    compilerOptions: { typeRoots: [join(ROOT, "node_modules/@types")], skipLibCheck: true },
    include: [join(PROJECT, "*.ts")],
  };
  writeFileSync(join(PROJECT, "tsconfig.json"), JSON.stringify(config));
  const { stdout } = Bun.spawnSync([join(ROOT, "node_modules/.bin/tsc"), "-p", PROJECT]);
  expect(stdout.toString()).toBe("");
});
