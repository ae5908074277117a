import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { forEveryone, type Outcome, type Person, run, SCRATCH, USER } from "./support.ts";
import { traces } from "./traces.ts";
import { newTree } from "./trees.ts";

/** One error, said with its cause, and nothing on standard output. */
function expectError({ out, err, status }: Outcome, expected: number, ...words: (string | RegExp)[]): void {
  for (const word of words) expect(err).toMatch(word);
  expect([out, status, err.match(/^error: /gm)?.length]).toEqual(["", expected, 1]);
}

/** A file in `tree` with these modes. */
function put(tree: string, path: string, content: string | Uint8Array, mode = 0o755): void {
  writeFileSync(join(tree, path), content);
  chmodSync(join(tree, path), mode);
}

forEveryone((who: Person) => {
  let lean = "";
  let before = {};
  let failing: string[] = [];
  const fails = (...args: string[]) => run(who, args);

  beforeEach(() => {
    lean = newTree(who, "lean");
    before = {};
    failing = [lean];
  });
  // Whatever went wrong, it left nothing; a test that puts files into the tree calls `prepared`.
  const prepared = () => {
    before = traces(...failing);
  };
  afterEach(() => expect(traces(...failing)).toEqual(before));

  describe("a command that cannot be run", () => {
    test("says where it was looked for when it is missing", async () => {
      prepared();
      expectError(
        await fails(lean, "frobnicate"),
        127,
        '"frobnicate"',
        lean,
        "/usr/bin:/sbin:/bin inside it",
      );
      expectError(await fails(lean, "/bin/frobnicate"), 127, "/bin/frobnicate", "ENOENT");
      expectError(await fails(lean, ""), 127);
      expectError(await fails("-e", "PATH=/opt", lean, "sh"), 127, "/opt");
    });

    test("says so when it may not be executed", async () => {
      put(lean, "bin/plain", "#!/bin/sh\n", 0o644);
      prepared();
      expectError(await fails(lean, "plain"), 126, "/bin/plain", "no execute permission", "chmod");
      expectError(await fails(lean, "/bin/plain"), 126, "/bin/plain", "EACCES");
    });

    test("names the interpreter that a script lacks", async () => {
      put(lean, "bin/script", "#!/usr/bin/perl -w\n");
      put(lean, "bin/windows", "#!/bin/sh\r\nexit\r\n");
      prepared();
      expectError(await fails(lean, "script"), 126, '"/usr/bin/perl" is not in the root filesystem');
      expectError(await fails(lean, "windows"), 126, "carriage return");
    });

    test("names the loader that a program lacks, not the program", async () => {
      const program = elfWith("/lib/ld-missing.so.9");
      put(lean, "bin/program", program);
      prepared();
      expectError(await fails(lean, "program"), 126, '"/lib/ld-missing.so.9" is not in the root filesystem');
    });

    test("names the architecture of a program for another machine", async () => {
      const foreign = elfWith("/bin/sh");
      new DataView(foreign.buffer).setUint16(18, 243, true); // e_machine: RISC-V
      put(lean, "bin/foreign", foreign);
      prepared();
      expectError(await fails(lean, "foreign"), 126, "a program for RISC-V");
    });

    test("is refused when it is a directory, empty or plain text", async () => {
      mkdirSync(join(lean, "bin/directory"));
      put(lean, "bin/empty", "");
      put(lean, "bin/text", "hello\n");
      prepared();
      expectError(await fails(lean, "/bin/directory"), 126, "it is a directory");
      expectError(await fails(lean, "/bin/empty"), 126, "it is empty");
      expectError(await fails(lean, "/bin/text"), 126, "neither an ELF program nor a script");
    });
  });

  describe("a root filesystem that cannot be used", () => {
    test("is named when it is missing", async () => {
      prepared();
      expectError(await fails(`${SCRATCH}/none`, "sh"), 125, `${SCRATCH}/none`, "ENOENT");
      expectError(await fails("", "sh"), 125, "ROOTFS is empty");
    });

    test("is named when it is a file", async () => {
      put(lean, "file", "");
      prepared();
      expectError(await fails(`${lean}/file`, "sh"), 125, `${lean}/file`, "ENOTDIR");
      expectError(await fails(`${lean}/file/below`, "sh"), 125, `${lean}/file`, "ENOTDIR");
    });

    test("is said to be empty when it is, and stays empty", async () => {
      const empty = join(lean, "empty");
      mkdirSync(empty);
      failing = [lean, empty];
      if (who.uid !== process.getuid!()) chmodSync(empty, 0o777);
      prepared();
      expectError(await fails(empty, "sh"), 127, "is empty", "build-rootfs");
    });

    test("is refused when it holds a file where a mount point must be", async () => {
      put(lean, "proc", "");
      prepared();
      expectError(await fails(lean, "sh"), 125, '"/proc"', "ENOTDIR");
    });
  });

  describe("a command line that makes no sense", () => {
    const misspelt: [string[], string][] = [
      [["--hostnam", "x"], "--hostname"],
      [["--net"], "--net-ns"],
      [["--pid"], "--pid-ns"],
      [["--inherit-envs"], "--inherit-env"],
    ];
    for (const [words, meant] of misspelt) {
      test(`suggests ${meant} for ${words[0]}`, async () => {
        prepared();
        expectError(await fails(...words, lean, "true"), 125, words[0]!, "Did you mean", meant);
      });
    }

    test("is refused where a word or a value is missing or wrong", async () => {
      prepared();
      expectError(await fails(), 125, "ROOTFS");
      expectError(await fails(lean), 125, "COMMAND");
      expectError(await fails("-e", "=x", lean, "true"), 125, "no name");
      expectError(await fails("-w", "/none", lean, "true"), 125, "/none", "no such directory inside");
      expectError(await fails("--preserve-fd", "2", lean, "true"), 125, "--preserve-fd");
      expectError(await fails("--preserve-fd", "77", lean, "true"), 125, "77", "not open");
      expectError(await fails("--boottime", "1.5", lean, "true"), 125, "whole seconds");
      expectError(await fails("--share", "nets", lean, "true"), 125, "nets");
      expectError(await fails("--share", "net", "-p", lean, "true"), 125, "--share");
      expectError(await fails("-p", "-H", "zion", lean, "true"), 125, "--hostname");
    });
  });
});

describe("a root filesystem that an ordinary user may not read", () => {
  test("is refused, naming the directory in the way", async () => {
    const hidden = join(newTree(USER), "hidden");
    mkdirSync(join(hidden, "below"), { recursive: true });
    chmodSync(hidden, 0);
    const refused = await run(USER, [`${hidden}/below`, "sh"]);
    expectError(refused, 125, "EACCES", `"${hidden}"`);
    expectError(await run(USER, [hidden, "sh"]), 125, "EACCES");
    chmodSync(hidden, 0o755);
  });
});

/** A 64-bit program for this machine that asks for `loader` and would do nothing. */
function elfWith(loader: string): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(512);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true); // ET_EXEC
  view.setUint16(18, process.arch === "arm64" ? 183 : 62, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(32, 64n, true); // program headers follow the header
  view.setUint16(52, 64, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 1, true);
  view.setUint32(64, 3, true); // PT_INTERP
  view.setBigUint64(72, 256n, true);
  view.setBigUint64(96, BigInt(loader.length + 1), true);
  file.set(new TextEncoder().encode(loader), 256);
  return file;
}
