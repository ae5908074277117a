/** What holds for the files of the project as a whole. */
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { paths, ROOT, text } from "./sources.ts";

const json = (path: string): Record<string, Record<string, string>> => JSON.parse(text(path));

/** All that is in the repository, or would be after `git add`. */
function tracked(): string[] {
  const { stdout } = Bun.spawnSync(["git", "ls-files", "-co", "--exclude-standard"], { cwd: ROOT });
  const listed = stdout
    .toString()
    .split("\n")
    .filter((path) => path && existsSync(join(ROOT, path)));
  return listed.length > 0 ? listed : paths("{src,csrc,rootfs-tools,scripts,test,docs,.ci}/**");
}

test("the lock file names no registry, so it installs from any", () => {
  expect(text("package-lock.json")).not.toMatch(/"resolved"|https?:\/\/[^"]*\.(tgz|tar\.gz)/);
});

test("every package in the lock file has a checksum", () => {
  const { "": _, ...packages } = json("package-lock.json")["packages"] as unknown as Record<
    string,
    { integrity?: string }
  >;
  expect(Object.keys(packages).filter((name) => !packages[name]?.integrity)).toEqual([]);
});

test("every dependency is pinned to one version", () => {
  const { dependencies = {}, devDependencies = {} } = json("package.json");
  const versions = Object.values({ ...dependencies, ...devDependencies });
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});

describe("WebAssembly is nowhere in", () => {
  test.each(["citty", "consola"])("%s", (name) => {
    const bundles = paths(`node_modules/${name}/dist/**/*.{js,mjs,cjs}`);
    expect(bundles.length).toBeGreaterThan(0);
    expect(bundles.filter((file) => text(file).includes("WebAssembly"))).toEqual([]);
  });
  test("our own sources", () => {
    expect(
      paths("{src,rootfs-tools}/**/*.ts").filter((file) => /WebAssembly|\.wasm\b/.test(text(file))),
    ).toEqual([]);
  });
});

test("no source file is longer than 300 lines", () => {
  const lines = (file: string) => text(file).split("\n").length - 1;
  expect(paths("{src,csrc,rootfs-tools}/**/*.{ts,c,h}").filter((file) => lines(file) > 300)).toEqual([]);
});

test("everything that is exported says what it is", () => {
  const bare = paths("{src,rootfs-tools}/**/*.ts").flatMap((file) => {
    const lines = text(file).split("\n");
    const isBare = (line: string, index: number) =>
      /^export (?!\{|\*|type \{)/.test(line) && !lines[index - 1]?.trimEnd().endsWith("*/");
    return lines.flatMap((line, index) => (isBare(line, index) ? [`${file}:${index + 1}: ${line}`] : []));
  });
  expect(bare).toEqual([]);
});

test("the licence is MIT, in words and in package.json", () => {
  expect(text("LICENSE")).toStartWith("MIT License");
  expect(json("package.json")["license"] as unknown).toBe("MIT");
});

test("no file names a path of the machine it was written on", () => {
  const place = new RegExp(`(^|[^\\w.}])/${"work"}/`, "m");
  expect(tracked().filter((file) => place.test(text(file)))).toEqual([]);
});
