/** `nsbox ldd`, held against ldd(1) and against files that it must take in its stride. */
import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { asRoot, library, program, rpath, run, runpath, withCommand, workspace } from "./fixtures.ts";

const NSBOX = resolve(import.meta.dir, "../../dist/nsbox");
const work = workspace();

interface Said {
  readonly lines: readonly string[];
  readonly stderr: string;
  readonly status: number;
}

function ldd(...words: string[]): Said {
  const { stdout, stderr, exitCode } = Bun.spawnSync([NSBOX, "ldd", ...words], {
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    timeout: 10_000,
  });
  return { lines: stdout.toString().split("\n").slice(0, -1), stderr: stderr.toString(), status: exitCode };
}

const json = (...words: string[]) => JSON.parse(ldd("--json", ...words).lines.join("\n"));

/** A program whose library needs one that is not there. */
function broken(name: string): string {
  const home = `${work}/${name}`;
  const gone = library(`${home}/libgone.so`, { soname: "libgone.so" });
  const one = library(`${home}/libone.so`, { soname: "libone.so", needs: [gone] });
  const path = program(`${home}/p`, { needs: [one], flags: rpath(home) });
  renameSync(gone, `${gone}.away`);
  return path;
}

/** What ldd(1) says, without addresses and what the kernel brings. */
const theirs = (...paths: string[]): string[] =>
  run(["ldd", ...paths])
    .split("\n")
    .slice(0, -1)
    .filter((line) => !line.includes("linux-vdso"))
    .map((line) => line.replace(/ \(0x[0-9a-f]+\)$/, ""));

describe("the form of ldd(1)", () => {
  test("one program has no heading", () => {
    expect(ldd("/usr/bin/git").lines).toEqual(theirs("/usr/bin/git"));
  });

  test("several programs have one each", () => {
    expect(ldd("/usr/bin/git", "/usr/bin/curl").lines).toEqual(theirs("/usr/bin/git", "/usr/bin/curl"));
  });

  test("a library that is missing is not found, and stops nothing", () => {
    const path = broken("missing");
    const { lines, status } = ldd(path, "/usr/bin/git");
    expect(lines).toEqual(theirs(path, "/usr/bin/git"));
    expect(lines).toContain("\tlibgone.so => not found");
    expect(status).toBe(1);
  });

  test("a library is answered as a program is", () => {
    const path = library(`${work}/liblone.so`, { flags: ["-lm"] });
    expect(ldd(path).lines).toEqual(theirs(path));
  });

  test("a static program is linked statically", () => {
    const path = program(`${work}/static`, { flags: ["-static"] });
    expect(ldd(path)).toEqual({ lines: ["\tstatically linked"], stderr: "", status: 0 });
    expect(ldd(program(`${work}/static-pie`, { flags: ["-static-pie"] })).lines).toEqual([
      "\tstatically linked",
    ]);
  });
});

test("a name without a slash is looked up on PATH", () => {
  expect(ldd("git").lines).toEqual(theirs("/usr/bin/git"));
});

test("a script is answered with its interpreters and what they load", () => {
  const path = `${work}/script`;
  writeFileSync(path, "#!/usr/bin/env perl\n", { mode: 0o755 });
  const { lines, status } = ldd(path);
  expect(status).toBe(0);
  expect(lines[0]).toBe("\t#! => /usr/bin/env");
  expect(lines[1]).toBe("\tenv(1) => /usr/bin/perl");
  for (const line of [...theirs("/usr/bin/env"), ...theirs("/usr/bin/perl")]) expect(lines).toContain(line);
});

test("a program or library without an x bit is answered too", () => {
  const path = program(`${work}/no-x`);
  chmodSync(path, 0o644);
  expect(ldd(path).status).toBe(0);
});

test("where it was looked for is shown with -v and in JSON", () => {
  const path = broken("places");
  const home = `${work}/places`;
  expect(ldd("-v", path).lines).toContain(`\t\t${home} (RPATH of "${path}")`);
  const [missing] = json(path).programs[0].missing;
  expect(missing).toMatchObject({ name: "libgone.so", by: `${home}/libone.so` });
  expect(missing.searched).toContainEqual({ path: home, rule: `RPATH of "${path}"` });
});

test("--missing shows only what is missing, and who needs it", () => {
  const path = broken("only");
  expect(ldd("--missing", "/usr/bin/git", path)).toEqual({
    lines: [`${path}:`, `\tlibgone.so => not found, needed by ${work}/only/libone.so`],
    stderr: "",
    status: 1,
  });
  expect(ldd("--missing", "/usr/bin/git")).toEqual({ lines: [], stderr: "", status: 0 });
});

test("--tree shows who needs whom and by which rule, and nothing twice", () => {
  const home = `${work}/tree`;
  const deep = library(`${home}/libdeep.so`, { soname: "libdeep.so" });
  const a = library(`${home}/liba.so`, { soname: "liba.so", needs: [deep] });
  const b = library(`${home}/libb.so`, { soname: "libb.so", needs: [deep, a] });
  const path = program(`${home}/p`, { needs: [a, b], flags: [...rpath(home), "-nostdlib", "-Wl,-emain"] });
  expect(ldd("--tree", path).lines).toEqual([
    path,
    `├── liba.so => ${a} [RPATH of "${path}"]`,
    `│   └── libdeep.so => ${deep} [RPATH of "${path}"]`,
    `└── libb.so => ${b} [RPATH of "${path}"]`,
    "    ├── libdeep.so (already loaded)",
    "    └── liba.so (already loaded)",
  ]);
});

test("--why shows every chain to a library, by any of its names", () => {
  const home = `${work}/why`;
  const deep = library(`${home}/libdeep.so`, { soname: "libdeep.so" });
  const a = library(`${home}/liba.so`, { soname: "liba.so", needs: [deep] });
  const path = program(`${home}/p`, { needs: [a, deep], flags: rpath(home) });
  const expected = [
    path,
    `└── liba.so => ${a} [RPATH of "${path}"]`,
    `    └── libdeep.so => ${deep} [RPATH of "${path}"]`,
    path,
    `└── libdeep.so => ${deep} [RPATH of "${path}"]`,
  ];
  expect(ldd("--why", "libdeep.so", path)).toEqual({ lines: expected, stderr: "", status: 0 });
  expect(ldd("--why", deep, path).lines).toEqual(expected);
  expect(ldd("--why", "libnone.so", path)).toEqual({ lines: [], stderr: "", status: 1 });
  expect(json("--why", "libdeep.so", path).programs[0].why.length).toBe(2);
});

test("--why leads to what is missing as well", () => {
  const path = broken("why-missing");
  expect(ldd("--why", "libgone.so", path).lines.at(-1)).toBe("    └── libgone.so => not found");
});

test("--why ends in a net of libraries with more chains than can be counted", () => {
  const home = `${work}/net`;
  let row: string[] = [];
  for (let level = 0; level < 12; level++) {
    const needs = row;
    row = ["a", "b"].map((side) =>
      library(`${home}/lib${side}${level}.so`, { soname: `lib${side}${level}.so`, needs }),
    );
  }
  const path = program(`${home}/p`, { needs: row, flags: rpath(home) });
  const { lines, status } = ldd("--why", "liba0.so", path);
  expect(status).toBe(0);
  expect(lines.at(-1)).toBe("… and more: only 1000 ways are listed");
});

test("--library-path counts as LD_LIBRARY_PATH would, the variable itself does not", () => {
  const home = `${work}/given`;
  const one = library(`${home}/lib/libone.so`, { soname: "libone.so" });
  const path = program(`${home}/p`, { needs: [one] });
  expect(ldd("--library-path", `/nowhere:${home}/lib`, path).lines).toContain(`\tlibone.so => ${one}`);
  const { stdout } = Bun.spawnSync([NSBOX, "ldd", path], { env: { LD_LIBRARY_PATH: `${home}/lib` } });
  expect(stdout.toString()).toContain("libone.so => not found");
});

test("what is no program is an error that names it, and the others are answered", () => {
  run(["mkfifo", `${work}/fifo`]);
  mkdirSync(`${work}/directory`);
  writeFileSync(`${work}/text`, "hello\n");
  writeFileSync(`${work}/empty`, "");
  symlinkSync("loop", `${work}/loop`);
  for (const name of ["fifo", "directory", "text", "empty", "loop", "absent"]) {
    const { lines, stderr, status } = ldd(`${work}/${name}`, "/usr/bin/git");
    expect(stderr).toContain(`"${work}/${name}"`);
    expect(lines).toContain("/usr/bin/git:");
    expect(status).toBe(1);
  }
  const { errors } = json(`${work}/fifo`, "/usr/bin/git");
  expect(errors).toEqual([{ message: `Cannot use "${work}/fifo"`, cause: "it is a FIFO" }]);
});

test("names with newlines and escapes are shown as codes", () => {
  const home = `${work}/new\nline\x1b[31m`;
  const one = library(`${home}/libone.so`, { soname: "libone.so" });
  const { lines } = ldd(program(`${home}/p`, { needs: [one], flags: runpath("$ORIGIN") }));
  expect(lines[0]).toBe(`\tlibone.so => ${work}/new\\nline\\x1b[31m/libone.so`);
});

test("an audit library is listed and never run", () => {
  const home = `${work}/audit`;
  const proof = `${home}/it-ran`;
  const source = `#include <fcntl.h>
    __attribute__((constructor)) static void start(void) { open("${proof}", O_CREAT | O_WRONLY, 0600); }
    unsigned la_version(unsigned version) { start(); return version; }`;
  mkdirSync(home);
  writeFileSync(`${home}/audit.c`, source);
  run(["gcc", "-shared", "-fPIC", "-o", `${home}/libaudit.so`, `${home}/audit.c`]);
  const path = program(`${home}/p`, { flags: [`-Wl,--audit=${home}/libaudit.so`] });
  const { lines, status } = ldd(path);
  expect(lines).toContain(`\t${home}/libaudit.so`);
  expect(status).toBe(0);
  expect(existsSync(proof)).toBe(false);
  // It would have been run by the loader's own listing.
  run(["ldd", path]);
  expect(existsSync(proof)).toBe(true);
});

withCommand("aarch64-linux-gnu-gcc")(
  "a program for a machine that is not here misses its loader, and resolves in its own root",
  () => {
    const path = program(`${work}/arm`, { compiler: "aarch64-linux-gnu-gcc" });
    expect(ldd(path)).toEqual({
      lines: ["\t/lib/ld-linux-aarch64.so.1 => not found", "\tlibc.so.6 => not found"],
      stderr: "",
      status: 1,
    });
    const { programs } = json("--root", "/usr/aarch64-linux-gnu", "/lib/libm.so.6");
    expect(programs[0]).toMatchObject({
      machine: "aarch64",
      libraries: [{ name: "libc.so.6", path: "/lib/libc.so.6" }],
    });
  },
);

test("words that mean nothing are refused", () => {
  expect(ldd().stderr).toContain("at least one PROGRAM");
  expect(ldd("--hwcaps", "some", "git").stderr).toContain("It takes base, host, all");
  expect(ldd("--root", `${work}/nowhere`, "git").stderr).toContain("as a SYSROOT");
  expect(ldd("--root", `${work}/text`, "git").stderr).toContain("ENOTDIR");
});

asRoot("an ordinary user is told what cannot be read", () => {
  const home = `${work}/secret`;
  const one = library(`${home}/first/libone.so`, { soname: "libone.so" });
  library(`${home}/second/libone.so`, { soname: "libone.so" });
  const path = program(`${home}/p`, { needs: [one], flags: runpath(`${home}/first`, `${home}/second`) });
  chmodSync(one, 0o600);
  chmodSync(work, 0o755);
  const asNobody = ["setpriv", "--reuid=65534", "--clear-groups"];
  const ours = run([...asNobody, NSBOX, "ldd", path]);
  // The loader passes over what it cannot read.
  expect(ours).toContain(`libone.so => ${home}/second/libone.so`);
  expect(run([...asNobody, "ldd", path])).toContain(`libone.so => ${home}/second/libone.so`);
  chmodSync(path, 0o711);
  const { stderr } = Bun.spawnSync([...asNobody, NSBOX, "ldd", path]);
  expect(stderr.toString()).toContain("EACCES");
});
