import { expect, test } from "bun:test";
import { differences, dynamicObjects } from "./objects.ts";

/** The whole takes half a minute where much is installed: test/heavy has it. */
const MOST = 1200;

/** Every so many-th of them, so that each directory has its share. */
function sample(paths: readonly string[]): string[] {
  const step = Math.max(1, paths.length / MOST);
  return paths.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}

test("programs and libraries of this system load what the loader loads, by the same paths, in the same order", async () => {
  const objects = sample(dynamicObjects("", ["/usr"]));
  expect(await differences("", objects)).toEqual([]);
  expect(objects.length).toBeGreaterThan(100);
}, 120_000);
