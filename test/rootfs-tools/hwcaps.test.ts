/** `--hwcaps`: for which CPUs libraries are taken. */
import { expect, test } from "bun:test";
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { type Hwcaps, resolve } from "../../rootfs-tools/index.ts";
import { library, make, program, rpath, runpath, workspace } from "./fixtures.ts";

const work = workspace();
const LEVELS = ["x86-64-v2", "x86-64-v3", "x86-64-v4"];

function librariesOf(path: string, hwcaps: Hwcaps): string[] {
  const [found] = resolve([path], { searchPath: "", hwcaps }).programs;
  return found?.libraries.map((library) => library.path).filter((library) => library.startsWith(work)) ?? [];
}

/** A program with libone.so and its variants: each of them needs a library of its own. */
function variants(
  name: string,
  flags: (...directories: string[]) => string[] = rpath,
): { path: string; lib: string } {
  const lib = `${work}/${name}/lib`;
  const plain = library(`${lib}/libone.so`, {
    soname: "libone.so",
    needs: [library(`${lib}/libplain.so`, { soname: "libplain.so" })],
  });
  for (const level of LEVELS) {
    const own = library(`${lib}/lib${level}.so`, { soname: `lib${level}.so` });
    library(`${lib}/glibc-hwcaps/${level}/libone.so`, { soname: "libone.so", needs: [own] });
  }
  return { path: program(`${work}/${name}/p`, { needs: [plain], flags: flags(lib) }), lib };
}

const shared = variants("shared");

test("base takes the library that every CPU can run", () => {
  const { path, lib } = shared;
  expect(librariesOf(path, "base")).toEqual([`${lib}/libone.so`, `${lib}/libplain.so`]);
});

test("all takes every variant, and what each of them needs", () => {
  const { path, lib } = shared;
  expect(librariesOf(path, "all").sort()).toEqual(
    [
      ...LEVELS.flatMap((level) => [`${lib}/glibc-hwcaps/${level}/libone.so`, `${lib}/lib${level}.so`]),
      `${lib}/libone.so`,
      `${lib}/libplain.so`,
    ].sort(),
  );
});

test("host takes one of them, as this machine's loader does", () => {
  const { path } = shared;
  expect(librariesOf(path, "host").length).toBe(2);
  expect(librariesOf(path, "all")).toEqual(expect.arrayContaining(librariesOf(path, "host")));
});

test("a variant that is missing what it needs is told of, even where this machine would not take it", () => {
  const { path, lib } = variants("broken");
  const gone = library(`${work}/broken/gone/libgone.so`, { soname: "libgone.so" });
  library(`${lib}/glibc-hwcaps/x86-64-v2/libone.so`, { soname: "libone.so", needs: [gone] });
  expect(() => resolve([path], { searchPath: "", hwcaps: "all" })).toThrow('"libgone.so"');
  expect(librariesOf(path, "base").length).toBe(2);
});

test("with all, libraries in the old subdirectories and behind $PLATFORM come along", () => {
  const d = `${work}/legacy`;
  const plain = library(`${d}/lib/libone.so`, { soname: "libone.so" });
  for (const name of ["haswell", "x86_64"]) {
    mkdirSync(dirname(`${d}/lib/${name}/libone.so`), { recursive: true });
    copyFileSync(plain, `${d}/lib/${name}/libone.so`);
  }
  const two = library(`${d}/haswell/libtwo.so`, { soname: "libtwo.so" });
  library(`${d}/x86_64/libtwo.so`, { soname: "libtwo.so" });
  const path = program(`${d}/p`, { needs: [plain, two], flags: runpath(`${d}/lib`, "$ORIGIN/$PLATFORM") });
  const all = librariesOf(path, "all");
  for (const name of [
    "lib/haswell/libone.so",
    "lib/x86_64/libone.so",
    "haswell/libtwo.so",
    "x86_64/libtwo.so",
  ]) {
    expect(all).toContain(`${d}/${name}`);
  }
  expect(librariesOf(path, "base")).toEqual([`${d}/lib/x86_64/libone.so`, `${d}/x86_64/libtwo.so`]);
});

test("a program without variants brings the same whatever is asked for", () => {
  const bash = (hwcaps: Hwcaps) => resolve(["/usr/bin/git"], { searchPath: "", hwcaps }).programs;
  expect(bash("all")).toEqual(bash("host"));
  expect(bash("base")).toEqual(bash("host"));
});

test("a tree for all CPUs holds all variants, and its cache knows their levels", () => {
  const { path, lib } = variants("tree", () => []);
  const tree = `${work}/tree-tree`;
  make([path], tree, { libraryPath: [lib], hwcaps: "all" });
  for (const level of LEVELS) expect(existsSync(`${tree}${lib}/glibc-hwcaps/${level}/libone.so`)).toBe(true);
  const listed = Bun.spawnSync(["ldconfig", "-p", "-C", `${tree}/etc/ld.so.cache`]).stdout.toString();
  for (const level of LEVELS) expect(listed).toContain(`libone.so (libc6,x86-64, hwcap: "${level}") =>`);
});
