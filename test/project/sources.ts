/** The project's own files, for the tests that read them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The checkout. */
export const ROOT = join(import.meta.dir, "../..");

/** Paths in the checkout that match `pattern`, sorted, without generated files. */
export function paths(pattern: string): string[] {
  const all = [...new Bun.Glob(pattern).scanSync({ cwd: ROOT, dot: true })];
  return all.filter((path) => !path.endsWith(".gen.ts") && !path.startsWith("csrc/gen/")).sort();
}

/** The text of a file of the checkout. */
export const text = (path: string): string => readFileSync(join(ROOT, path), "utf8");
