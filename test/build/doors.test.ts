/** Bun obeys its environment and the working directory; nsbox must not, for it runs as root anywhere. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Door } from "../../build.ts";
import { NSBOX, scratch } from "./checkout.ts";

interface Seen {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Files that were not in the working directory before. */
  readonly files: readonly string[];
  /** The calls of prctl(2), where strace is there. */
  readonly calls: string;
}

interface Attempt {
  /** What it is set to; `DIR` stands for the working directory. */
  readonly value: string;
  /** Whether the variable had its effect. */
  works(seen: Seen): boolean;
  /** The effect is seen in system calls only. */
  readonly traced?: true;
  /** The program does not start with it: the engine takes no option that it does not know. */
  readonly refused?: true;
}

const ATTEMPTS: Readonly<Record<Door, Attempt>> = {
  BUN_OPTIONS: { value: "--preload ./evil.ts", works: ({ files }) => files.includes("evil-ran") },
  BUN_BE_BUN: { value: "1", works: ({ stdout }) => stdout.includes("Bun is a fast JavaScript runtime") },
  BUN_INSPECT: { value: "ws+unix://DIR/socket?wait=1", works: ({ files }) => files.includes("socket") },
  BUN_INSPECT_CONNECT_TO: { value: "1", works: ({ calls }) => calls.includes('"Debugger"'), traced: true },
  BUN_BYTECODE_DIGEST_OUT: { value: "written", works: ({ files }) => files.includes("written") },
  BUN_BYTECODE_ORDER_OUT: { value: "written", works: ({ files }) => files.includes("written") },
  BUN_FEATURE_FLAG_NO_ORPHANS: {
    value: "1",
    works: ({ calls }) => calls.includes("PDEATHSIG"),
    traced: true,
  },
  BUN_JSC_functionOverrides: {
    value: "overrides",
    works: ({ stderr }) => stderr.includes("overridden"),
    refused: true,
  },
};

const EVIL = 'require("node:fs").writeFileSync("evil-ran", "");\n';

/** What a hostile directory holds. Whatever reads one of these runs `evil.ts` or stumbles. */
const HOSTILE = {
  "evil.ts": EVIL,
  ".env": "BUN_OPTIONS=--preload ./evil.ts\nNSBOX_EVIL=1\n",
  "bunfig.toml": 'preload = ["./evil.ts"]\n',
  "package.json": '{ "type": "commonjs", "imports": { "#citty": "./evil.ts" }, "main": "./evil.ts" }\n',
  "tsconfig.json":
    '{ "compilerOptions": { "paths": { "citty": ["./evil.ts"], "consola": ["./evil.ts"] } } }\n',
  // Replaces a function of Bun's own node:assert.
  overrides: `override %%%{\n  innerOk(ok, args.length, ...args);\n}%%%
with %%%{ throw new Error("overridden") }%%%\n`,
  "node_modules/citty/index.js": EVIL,
  "node_modules/consola/index.js": EVIL,
} as const;

/** A program that calls a function of Bun's own which was not compiled with it. */
const PLAIN = 'import { createRequire } from "node:module";\ncreateRequire("/")("node:assert").ok(true);\n';

const NEUTRAL = { PATH: "/usr/bin:/bin", HOME: "/nonexistent" };
const hasStrace = Bun.which("strace") !== null;

function observe(command: readonly string[], env: Record<string, string> = {}): Seen {
  using outside = scratch();
  using folder = scratch();
  for (const [name, text] of Object.entries(HOSTILE)) {
    mkdirSync(join(folder.path, name, ".."), { recursive: true });
    writeFileSync(join(folder.path, name), text);
  }
  const before = readdirSync(folder.path);
  const trace = join(outside.path, "trace");
  const tracer = hasStrace ? ["strace", "-f", "-qq", "-e", "trace=prctl", "-o", trace] : [];
  // Only the program gets the variables. One that waits for a debugger is ended.
  const settings = Object.entries({ ...NEUTRAL, ...env }).map(
    ([name, value]) => `${name}=${value.replace("DIR", folder.path)}`,
  );
  const { exitCode, stdout, stderr } = Bun.spawnSync(
    [...tracer, "timeout", "3", "env", "-i", ...settings, ...command],
    { cwd: folder.path, stdin: null },
  );
  return {
    status: exitCode,
    stdout: stdout
      .toString()
      .replaceAll(folder.path, ".")
      .replace(/\d+ ms/g, "N ms"),
    stderr: stderr.toString(),
    files: readdirSync(folder.path).filter((name) => !before.includes(name)),
    calls: hasStrace ? readFileSync(trace, "utf8") : "",
  };
}

const COMMANDS = [
  ["--version"],
  ["--help"],
  ["build-rootfs", "--dry-run", "/bin/true", "./rootfs"],
  ["run", "--explain", "-pm", "/", "true"],
] as const;

describe("a program compiled without our precautions", () => {
  const folder = scratch();
  const program = join(folder.path, "plain");
  beforeAll(() => {
    writeFileSync(join(folder.path, "main.ts"), PLAIN);
    const build = ["build", "--compile", "--bytecode", "--format=esm", "--outfile", program, "main.ts"];
    expect(Bun.spawnSync([process.execPath, ...build], { cwd: folder.path }).exitCode).toBe(0);
  });
  afterAll(() => folder[Symbol.dispose]());

  test("runs what bunfig.toml of the working directory names", () => {
    expect(observe([program]).files).toContain("evil-ran");
  });
  for (const [name, { value, works, traced }] of Object.entries(ATTEMPTS)) {
    const skipped = traced === true && !hasStrace;
    test.skipIf(skipped)(`obeys ${name}${skipped ? " (skipped: strace is not installed)" : ""}`, () => {
      expect(works(observe([program], { [name]: value }))).toBe(true);
    });
  }
});

describe("nsbox", () => {
  for (const args of COMMANDS) {
    test(`${args.join(" ")} takes nothing from a hostile working directory`, () => {
      const { status, files } = observe([NSBOX, ...args]);
      expect({ status, files }).toEqual({ status: 0, files: [] });
    });
  }
  for (const [name, { value, works, refused }] of Object.entries(ATTEMPTS)) {
    test(`${name} ${refused ? "keeps it from starting" : "changes nothing"}`, () => {
      for (const args of COMMANDS) {
        const { calls: _, ...usual } = observe([NSBOX, ...args]);
        const seen = observe([NSBOX, ...args], { [name]: value });
        expect(seen).toMatchObject(refused ? { status: 1, stdout: "", files: [] } : usual);
        expect(works(seen)).toBe(false);
      }
    });
  }
  test("NODE_OPTIONS changes nothing", () => {
    expect(observe([NSBOX, "--version"], { NODE_OPTIONS: "--require ./evil.ts" }).files).toEqual([]);
  });
  test.each(["", "="])("no variable takes the place of BUN_OPTIONS (filled with %j)", (fill) => {
    const name = fill.repeat("BUN_OPTIONS".length);
    const env = { ...NEUTRAL, [name]: "--preload ./evil.ts" };
    using folder = scratch();
    writeFileSync(join(folder.path, "evil.ts"), EVIL);
    const { exitCode } = Bun.spawnSync([NSBOX, "--version"], { cwd: folder.path, env });
    expect({ exitCode, files: readdirSync(folder.path) }).toEqual({ exitCode: 0, files: ["evil.ts"] });
  });
});
