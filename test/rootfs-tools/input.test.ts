import { expect, test } from "bun:test";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { NsboxError } from "../../src/util/errors.ts";
import { asRoot, library, make, program, run, workspace } from "./fixtures.ts";

const work = workspace();
const tree = `${work}/tree`;

/** What building a tree from `argument` fails with; nothing must have been written. */
function failureOf(argument: string, directory = tree): { message: string; cause: string } {
  try {
    make([argument], directory);
  } catch (error) {
    if (!(error instanceof NsboxError)) throw error;
    expect(existsSync(tree)).toBe(false);
    return { message: error.message, cause: error.details.cause ?? "" };
  }
  throw new Error("no error");
}

test("a program that is absent, no file, empty or garbage is one error that names it", () => {
  mkdirSync(`${work}/directory`);
  run(["mkfifo", `${work}/fifo`]);
  writeFileSync(`${work}/empty`, "", { mode: 0o755 });
  writeFileSync(`${work}/text`, "echo hello\n", { mode: 0o755 });
  writeFileSync(`${work}/garbage`, `\x7fELF${"x".repeat(2000)}`, { mode: 0o755 });
  symlinkSync("loop", `${work}/loop`);
  symlinkSync("nothing", `${work}/dangling`);
  run(["gcc", "-c", "-o", `${work}/object.o`, "-x", "c", "/dev/null"]);
  chmodSync(`${work}/object.o`, 0o755);
  const causes: Record<string, string> = {
    absent: "ENOENT",
    "text/below": "ENOTDIR",
    directory: "it is a directory",
    fifo: "it is a FIFO",
    empty: "the file is empty",
    text: "neither an ELF file nor a script",
    garbage: "unknown class",
    loop: "ELOOP",
    dangling: "ENOENT",
    "object.o": "relocatable object",
  };
  for (const [name, cause] of Object.entries(causes)) {
    const failure = failureOf(`${work}/${name}`);
    expect(failure.message).toContain(`"${work}/${name}"`);
    expect(failure.cause).toContain(cause);
  }
  expect(failureOf("/dev/null").cause).toContain("character device");
});

test("a program that is not executable is refused, a plain library is not", () => {
  copyFileSync("/usr/bin/true", `${work}/true`);
  chmodSync(`${work}/true`, 0o644);
  expect(failureOf(`${work}/true`).cause).toContain("not executable");
  const lib = library(`${work}/libplugin.so`);
  chmodSync(lib, 0o644);
  expect(make([lib], `${work}/plugin`).programs[0]?.kind).toBe("library");
});

test("a name without a slash is looked up on PATH only, and a file of that name here is hinted at", () => {
  program(`${work}/only-here`);
  const before = process.cwd();
  process.chdir(work);
  try {
    make(["only-here"], tree);
    throw new Error("no error");
  } catch (error) {
    if (!(error instanceof NsboxError)) throw error;
    expect(error.message).toBe('Cannot find the program "only-here"');
    expect(error.details.hint).toContain("./only-here");
  } finally {
    process.chdir(before);
  }
  expect(make(["true"], `${work}/found`).programs[0]?.path).toBe("/usr/sbin/true".replace("sbin", "bin"));
});

asRoot("a tree around its sources is refused, also by who could write there", () => {
  expect(failureOf("true", "/usr").cause).toContain('it holds "/usr/bin/true"');
});

test("a tree in a file, in the root or where nothing may be written is refused", () => {
  writeFileSync(`${work}/file`, "");
  expect(failureOf("true", `${work}/file`).message).toContain(`"${work}/file"`);
  expect(failureOf("true", `${work}/file/below`).message).toContain(`"${work}/file/below"`);
  for (const root of ["/", "/usr/..", "/proc/self/root", "//"]) {
    expect(failureOf("true", root).cause).toContain("root of this system");
  }
  expect(failureOf("true", "/proc/tree").message).toContain('"/proc/tree"');
});

asRoot("an ordinary user gets an error where a program cannot be read or a tree not be made", () => {
  const script = (program: string, directory: string) => `
    import { binlibdepcp } from "${import.meta.dir}/../../rootfs-tools/index.ts";
    try { binlibdepcp({ programs: ["${program}"], directory: "${directory}", searchPath: "/bin" }) }
    catch (error) { console.log(error.name, error.message, error.details.cause) }`;
  const asNobody = (program: string, directory: string) =>
    run(["setpriv", "--reuid=65534", "--clear-groups", process.execPath, "-e", script(program, directory)]);
  chmodSync(work, 0o755);
  copyFileSync("/usr/bin/true", `${work}/secret`);
  chmodSync(`${work}/secret`, 0o700);
  expect(asNobody(`${work}/secret`, "/tmp/nsbox-unwritten")).toMatch(/NsboxError.*secret.*EACCES/);
  expect(asNobody("/bin/true", tree)).toMatch(/NsboxError.*not writable.*EACCES/);
});

test("a script brings its interpreters, through env as well", () => {
  const script = (name: string, text: string): string => {
    writeFileSync(`${work}/${name}`, text, { mode: 0o755 });
    return `${work}/${name}`;
  };
  const outer = script("outer", `#!${script("inner", "#!/bin/bash -e\n")}\n`);
  expect(make([outer], `${work}/s1`).programs[0]?.interpreters).toEqual([`${work}/inner`, "/bin/bash"]);
  for (const line of ["#!/usr/bin/env perl", "#! /usr/bin/env -S A=1 perl -w", "#!/usr/bin/env -iS perl"]) {
    const found = make([script("perl", `${line}\n`)], `${work}/s2`);
    expect(found.programs[0]?.interpreters).toEqual(["/usr/bin/env", "/usr/bin/perl"]);
    expect(found.entries.some(({ path }) => path === "/usr/bin/perl")).toBe(true);
  }
  expect(failureOf(script("self", `#!${work}/self\n`)).cause).toContain("ELOOP");
  expect(failureOf(script("dos", "#!/bin/bash\r\n")).cause).toContain("carriage return");
  expect(failureOf(script("long", `#!/${"x".repeat(300)}\n`)).cause).toContain("256 bytes");
  expect(failureOf(script("gone", "#!/no/such/shell\n")).message).toContain('"/no/such/shell"');
  expect(failureOf(script("envgone", "#!/usr/bin/env no-such\n")).message).toContain('"no-such"');
});

test("a missing library leaves nothing behind", () => {
  const lib = library(`${work}/m/libone.so`, { soname: "libone.so" });
  const path = program(`${work}/m/p`, { needs: [lib] });
  expect(failureOf(path).message).toBe(`Cannot find the library "libone.so" that "${path}" needs`);
});

asRoot("a failed write takes away what was created", () => {
  const target = `${work}/full`;
  mkdirSync(target);
  // A file system of 1 MB: bash does not fit.
  const script = `mount -t tmpfs -o size=1M none ${target}; cd ${import.meta.dir}
    ${process.execPath} -e 'import { binlibdepcp } from "../../rootfs-tools/index.ts";
      try { binlibdepcp({ programs: ["bash"], directory: "${target}", searchPath: "/usr/bin" }) }
      catch (error) { console.log(error.message, error.details.cause, error.details.errno) }'
    ls -A ${target}`;
  const output = run(["unshare", "-m", "bash", "-c", script]);
  expect(output).toMatch(/^Cannot write ".*\/full\/usr\/.*" .*no space left on device \(ENOSPC\) ENOSPC\n$/);
  expect(readdirSync(target)).toEqual([]);
});
