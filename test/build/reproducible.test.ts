/** Anybody can build the executable again and compare. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildIn, scratch } from "./checkout.ts";

test("two builds in different directories make the same bytes", () => {
  using one = scratch();
  using other = scratch();
  for (const { path } of [one, other]) buildIn(path);
  const bytes = (folder: string, name: string) => readFileSync(join(folder, "dist", name));
  for (const name of ["nsbox", "libnshelper.so", "SHA256SUMS"]) {
    expect(bytes(one.path, name).equals(bytes(other.path, name))).toBe(true);
  }
});
