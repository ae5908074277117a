/** Every rule of musl's loader, judged by that loader started as ldd: it runs code of what it is asked about. */
import { describe, expect, test } from "bun:test";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { Host, LoaderSet, missingOf, resolveOne } from "../../rootfs-tools/index.ts";
import { NsboxError } from "../../src/util/errors.ts";
import { library, program, rpath, runpath, workspace } from "./fixtures.ts";

const LOADER = "/lib/ld-musl-x86_64.so.1";
const lacking = Bun.which("musl-gcc") === null || !existsSync(LOADER) ? " (skipped: needs musl-gcc)" : "";
const work = workspace();

interface Start {
  readonly path: string;
  readonly libraryPath?: string;
}

/** `name => path` of each library, `name => not found` of the missing; "failed" where the loader stops. */
function ask({ path, libraryPath }: Start): string[] | "failed" {
  const { stdout, stderr, exitCode } = Bun.spawnSync(["bash", "-c", 'exec -a ldd "$0" "$1"', LOADER, path], {
    env: libraryPath === undefined ? {} : { LD_LIBRARY_PATH: libraryPath },
  });
  const missing = [...stderr.toString().matchAll(/Error loading shared library (.+?): .*\(needed by/g)];
  if (exitCode !== 0 && missing.length === 0) return "failed";
  const lines = stdout
    .toString()
    .split("\n")
    .map((line) => line.replace(/ \(0x[0-9a-f]+\)$/, "").trim());
  return [
    ...lines.filter((line) => line !== "" && !line.includes(LOADER)),
    ...missing.map(([, name]) => `${name} => not found`),
  ].sort();
}

function answer({ path, libraryPath }: Start): string[] | "failed" {
  const host = new Host();
  const loaders = new LoaderSet(
    host,
    libraryPath === undefined ? {} : { libraryPath: libraryPath.split(":") },
  );
  try {
    const resolution = resolveOne(path, { host, loaders, searchPath: "" });
    const found = resolution.loadings.flatMap(({ listed }) => listed);
    return [
      ...found
        .filter(({ object }) => object !== undefined && object.path !== LOADER)
        .map(({ name, object }) => `${name} => ${object?.path}`),
      ...missingOf(resolution).map(({ name }) => `${name} => not found`),
    ].sort();
  } catch (error) {
    if (!(error instanceof NsboxError)) throw error;
    return "failed";
  }
}

/** A program that needs libone.so, which needs libtwo.so, with flags of their own. */
function two(d: string, flags: readonly string[], inner: readonly string[] = []): Start {
  const second = library(`${d}/lib/libtwo.so`, { soname: "libtwo.so" });
  const first = library(`${d}/lib/libone.so`, { soname: "libone.so", needs: [second], flags: inner });
  return { path: program(`${d}/bin/p`, { compiler: "musl-gcc", needs: [first], flags }) };
}

function one(d: string, flags: readonly string[]): Start {
  const first = library(`${d}/lib/libone.so`, { soname: "libone.so" });
  return { path: program(`${d}/bin/p`, { compiler: "musl-gcc", needs: [first], flags }) };
}

/** The same, with something else where the search comes first. */
function behind(d: string, make: (at: string) => void): Start {
  const start = one(d, runpath(`${d}/first`, `${d}/lib`));
  mkdirSync(`${d}/first`);
  make(`${d}/first/libone.so`);
  return start;
}

const RULES: readonly (readonly [sentence: string, make: (d: string) => Start])[] = [
  ["a RUNPATH is inherited as a RPATH is", (d) => two(d, runpath(`${d}/lib`))],
  ["a RPATH is inherited", (d) => two(d, rpath(`${d}/lib`))],
  [
    "a library's own path comes first",
    (d) => {
      const start = two(d, runpath(`${d}/lib`), runpath(`${d}/own`));
      mkdirSync(`${d}/own`);
      copyFileSync(`${d}/lib/libtwo.so`, `${d}/own/libtwo.so`);
      return start;
    },
  ],
  ["nothing is found where nothing says where", (d) => one(d, [])],
  ["$ORIGIN is the program's directory", (d) => one(d, runpath("$ORIGIN/../lib"))],
  [`\${ORIGIN} is the same`, (d) => one(d, runpath(`\${ORIGIN}/../lib`))],
  [
    "$ORIGIN of a library is the directory it was found in",
    (d) => {
      symlinkSync("lib", `${d}/linked`);
      return two(d, runpath(`${d}/linked`), runpath("$ORIGIN"));
    },
  ],
  ["any other token makes the whole list void", (d) => one(d, runpath(`${d}/lib`, "$LIB"))],
  [
    "no level of glibc-hwcaps is known",
    (d) => {
      const start = one(d, runpath(`${d}/lib`));
      mkdirSync(`${d}/lib/glibc-hwcaps/x86-64-v2`, { recursive: true });
      copyFileSync(`${d}/lib/libone.so`, `${d}/lib/glibc-hwcaps/x86-64-v2/libone.so`);
      return start;
    },
  ],
  [
    "the library path comes before a RPATH",
    (d) => {
      const start = one(d, rpath(`${d}/lib`));
      mkdirSync(`${d}/given`);
      copyFileSync(`${d}/lib/libone.so`, `${d}/given/libone.so`);
      return { ...start, libraryPath: `${d}/given` };
    },
  ],
  [
    "a path in DT_NEEDED is followed",
    (d) => {
      const first = library(`${d}/x/libone.so`, { soname: `${d}/x/libone.so` });
      return { path: program(`${d}/p`, { compiler: "musl-gcc", needs: [first] }) };
    },
  ],
  [
    "sonames mean nothing, file names do",
    (d) => {
      const named = library(`${d}/lib/libother.so`, { soname: "libone.so" });
      const second = library(`${d}/lib/libtwo.so`, { soname: "libtwo.so", needs: [named] });
      const stub = library(`${d}/stub/libstub.so`, { soname: `${d}/lib/libother.so` });
      return {
        path: program(`${d}/p`, { compiler: "musl-gcc", needs: [stub, second], flags: runpath(`${d}/lib`) }),
      };
    },
  ],
  [
    "what is part of libc is never looked for",
    (d) => {
      const pthread = library(`${d}/lib/libpthread.so.0`, { soname: "libpthread.so.0" });
      return {
        path: program(`${d}/p`, { compiler: "musl-gcc", needs: [pthread], flags: runpath(`${d}/lib`) }),
      };
    },
  ],
  [
    "DT_AUXILIARY is not looked at",
    (d) => {
      const first = library(`${d}/lib/libone.so`, { soname: "libone.so", flags: ["-Wl,-f,libaux.so"] });
      library(`${d}/lib/libaux.so`);
      return {
        path: program(`${d}/p`, { compiler: "musl-gcc", needs: [first], flags: runpath(`${d}/lib`) }),
      };
    },
  ],
  [
    "a library that has gone is missing",
    (d) => {
      const start = two(d, runpath(`${d}/lib`));
      rmSync(`${d}/lib/libtwo.so`);
      return start;
    },
  ],
  ["a link to nothing is passed over", (d) => behind(d, (at) => symlinkSync("nothing", at))],
  ["a link to itself ends the search", (d) => behind(d, (at) => symlinkSync("libone.so", at))],
  ["newlines part directories as colons do", (d) => one(d, runpath(`/nowhere\n${d}/lib`))],
];

describe(`musl${lacking}`, () => {
  test
    .skipIf(lacking !== "")
    .each(RULES.map(([sentence, make], index): [string, number, typeof make] => [sentence, index, make]))(
    "%s",
    (_, index, make) => {
      const d = `${work}/${index}`;
      mkdirSync(d);
      const start = make(d);
      expect(answer(start)).toEqual(ask(start));
    },
  );

  test.skipIf(lacking !== "")(
    "the first file of a name decides, be it garbage or for another machine",
    () => {
      const garbage = behind(`${work}/garbage`, (at) => writeFileSync(at, "no library"));
      expect(ask(garbage)).toEqual(["libone.so => not found"]);
      expect(answer(garbage)).toBe("failed");
      const foreign = behind(`${work}/foreign`, (at) => {
        const content = readFileSync(`${work}/foreign/lib/libone.so`);
        content[18] = 0xb7;
        writeFileSync(at, content);
      });
      expect(answer(foreign)).toEqual(["libone.so => not found"]);
    },
  );
});
