/** The programs of the escape tests, compiled once into static executables. */
import { chmodSync, mkdirSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { hostProgram, SCRATCH } from "../e2e/support.ts";

/** Compilers at work at the same time. */
const PARALLEL = 2;

const names = (kind: string): string[] =>
  readdirSync(join(import.meta.dir, kind))
    .filter((file) => file.endsWith(".c"))
    .map((file) => basename(file, ".c"))
    .sort();

/** The names of the programs that try to get out. */
export const PROGRAMS: readonly string[] = names("programs");

/** Where the executables lie, by kind. */
export const FOLDERS = {
  programs: join(SCRATCH, "escape/programs"),
  outside: join(SCRATCH, "escape/outside"),
};

/** Compiles all of them; throws what the compiler says. */
export async function compileAll(): Promise<void> {
  const queue: string[][] = [];
  for (const kind of ["programs", "outside"] as const) {
    mkdirSync(FOLDERS[kind], { recursive: true });
    for (const name of names(kind))
      queue.push([join(FOLDERS[kind], name), join(import.meta.dir, kind, `${name}.c`)]);
  }
  await Promise.all(Array.from({ length: PARALLEL }, () => worker(queue)));
}

async function worker(queue: string[][]): Promise<void> {
  for (let job = queue.pop(); job !== undefined; job = queue.pop()) {
    const [program, source] = job as [string, string];
    const compiler = Bun.spawn(["cc", "-O1", "-static", "-s", "-Wall", "-o", program, source], {
      stderr: "pipe",
    });
    if ((await compiler.exited) !== 0) throw new Error(`${source}: ${await compiler.stderr.text()}`);
    chmodSync(program, 0o755);
  }
}

/** Whether there is a compiler, and a libc to link with statically. */
export function canCompile(): boolean {
  const compiler = hostProgram("cc");
  if (compiler === undefined) return false;
  const probe = Bun.spawnSync([compiler, "-static", "-o", "/dev/null", "-x", "c", "-"], {
    stdin: new TextEncoder().encode("int main(void) { return 0; }"),
    stderr: "ignore",
  });
  return probe.exitCode === 0;
}
