/** Programs that make what is to be seen, compiled once, and kept while a test looks. */
import { mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { SCRATCH } from "../e2e/support.ts";

/** Everything here makes namespaces of all kinds, and most of it mounts. */
export const AS_ROOT = process.getuid?.() === 0;

const folder = mkdtempSync(join(SCRATCH, "ns-"));
const started: Animal[] = [];

/** Ends what runs: for `afterAll` of each file, since all of them share this one. */
export async function endAll(): Promise<void> {
  for (const one of started.splice(0)) await one.end();
}

/** A directory that all of these tests share. */
export function directory(name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}

/** A program that runs until it is ended. */
export interface Animal {
  readonly pid: number;
  /** The lines that it wrote before "ready". */
  readonly lines: readonly string[];
  end(): Promise<void>;
}

/** Compiles `name`.c beside this file. @throws Error with the compiler's words. */
export function compile(name: string): string {
  const program = join(folder, name);
  const flags = "-std=gnu11 -O1 -Wall -Wextra -Werror -pthread".split(" ");
  const compiler = (process.env["CC"] ?? "cc").split(" ");
  const source = join(import.meta.dir, `${name}.c`);
  const { exitCode, stderr } = Bun.spawnSync([...compiler, ...flags, "-o", program, source]);
  if (exitCode !== 0) throw new Error(`${source}: ${stderr}`);
  return program;
}

/** Starts `argv` and waits until it says "ready". It ends when its input does. @throws Error where it ends first. */
export async function keep(argv: readonly string[]): Promise<Animal> {
  const child = Bun.spawn([...argv], { stdin: "pipe", stdout: "pipe", stderr: "inherit" });
  const end = async () => {
    child.stdin.end();
    await child.exited;
  };
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    text += decoder.decode(chunk, { stream: true });
    // Without what follows the last line's end: the rest of that may be written yet.
    const lines = text.split("\n").slice(0, -1);
    const ready = lines.indexOf("ready");
    if (ready < 0) continue;
    const animal = { pid: child.pid, lines: lines.slice(0, ready), end };
    started.push(animal);
    return animal;
  }
  throw new Error(`${argv[0]} ended with status ${await child.exited}`);
}
