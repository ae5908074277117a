import { describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { call, forEveryone, hostProgram, NSBOX } from "./support.ts";
import { newTree, tree } from "./trees.ts";

const PYTHON = hostProgram("python3");

/** Executes its arguments, in which `\xNN` stands for that byte; `NAME=…` first are the environment. */
const LAUNCHER = `
import os, re, sys
raw = lambda s: re.sub(rb"\\\\x(..)", lambda m: bytes.fromhex(m[1].decode()), os.fsencode(s))
words, env = [raw(s) for s in sys.argv[1:]], {}
while b"=" in words[0]:
    name, value = words.pop(0).split(b"=", 1)
    env[name] = value
os.execve(words[0], words, env)
`;

const BYTES = "\\xff\\xfe-\\xc3\\x28-\\xe2\\x82-\\xf0\\x9f\\x98\\x80-\\xed\\xa0\\x80";
const RAW = Buffer.from("fffe2dc3282de2822df09f98802deda080", "hex");

describe.skipIf(!PYTHON)("words that are no UTF-8 (needs python3)", () => {
  forEveryone((who) => {
    /** What nsbox, called with these words behind it, writes: as hexadecimal digits. */
    async function hex(words: string[], env: string[] = []) {
      const process = Bun.spawnSync([
        ...who.prefix,
        PYTHON!,
        "-c",
        LAUNCHER,
        "PATH=/usr/bin:/bin",
        ...env,
        NSBOX,
        ...words,
      ]);
      return {
        out: process.stdout.toString("hex"),
        err: process.stderr.toString(),
        status: process.exitCode,
      };
    }
    const expected = (bytes: string | Buffer) => ({
      out: Buffer.from(bytes).toString("hex"),
      err: "",
      status: 0,
    });

    for (const first of [["run"], ["--color", "never", "run"], ["--color=never", "run", "-q"]]) {
      test(`reach the command byte for byte: nsbox ${first.join(" ")}`, async () => {
        expect(await hex([...first, tree(who), "echo", "-n", BYTES])).toEqual(expected(RAW));
      });
    }

    test("reach its environment byte for byte", async () => {
      const inside = ["--", tree(who), "bash", "-c", 'echo -n "$A"'];
      expect(await hex(["run", "-e", `A=${BYTES}`, ...inside])).toEqual(expected(RAW));
      expect(await hex(["run", "-e", "A", ...inside], [`A=${BYTES}`])).toEqual(expected(RAW));
      expect(await hex(["run", "--inherit-env", ...inside], [`A=${BYTES}`])).toEqual(expected(RAW));
    });

    test("may name ROOTFS, the directory and the command", async () => {
      const own = newTree(who);
      const odd = Buffer.concat([Buffer.from(`${own}/`), Buffer.from([0xff])]);
      mkdirSync(odd);
      symlinkSync(own, Buffer.concat([odd, Buffer.from([0xfe])]));
      symlinkSync("pwd", Buffer.concat([Buffer.from(`${own}/bin/`), Buffer.from([0xff])]));
      const args = ["run", "-w", "/\\xff", `${own}/\\xff\\xfe`, "\\xff"];
      expect(await hex(args)).toEqual(expected(Buffer.from([0x2f, 0xff, 0x0a])));
    });

    test("stand beside words that are: both arrive", async () => {
      expect(await hex(["run", tree(who), "echo", "-n", "é€😀", "\\xff"])).toEqual(
        expected(Buffer.concat([Buffer.from("é€😀 "), Buffer.from([0xff])])),
      );
      expect(await hex(["run", tree(who), "echo", "-n", "\uFFFD"])).toEqual(expected("\uFFFD"));
    });
  });
});

describe("long and odd words", () => {
  forEveryone((who) => {
    test("arrive as they are: empty ones, line ends, 100 kB, 5000 of them", async () => {
      const words = [
        "",
        " ",
        "a\nb",
        "\t",
        "'\"$x`\\",
        "x".repeat(100_000),
        ...Array.from({ length: 5000 }, (_, i) => `${i}`),
        "",
      ];
      const { out } = await call(who, [
        NSBOX,
        "run",
        tree(who),
        "bash",
        "-c",
        'printf "%s\\0" "$@"',
        "bash",
        ...words,
      ]);
      expect(out.split("\0")).toEqual([...words, ""]);
    });
  });
});
