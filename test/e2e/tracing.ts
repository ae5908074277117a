/** What the tests of `--trace` share: a traced command, and what was seen of it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CALLER_ENV, call, NSBOX, type Outcome, type Person, SCRATCH } from "./support.ts";

/** What came of it: what nsbox printed, and the ways of each path. */
export interface Traced extends Outcome {
  readonly paths: Readonly<Record<string, readonly string[]>>;
}

let count = 0;

/** A directory that `who` may write to. */
export function workplace(who: Person): string {
  const directory = join(SCRATCH, `trace-${who.uid}-${count++}`);
  const made = Bun.spawnSync(["install", "-d", "-o", `${who.uid}`, "-g", `${who.uid}`, directory]);
  if (made.exitCode !== 0) throw new Error(made.stderr.toString());
  return directory;
}

interface TraceOptions {
  readonly options?: readonly string[];
  readonly cwd?: string;
  readonly env?: Record<string, string>;
}

/** Traces `command` as `who` without writing a tree. */
export async function trace(
  who: Person,
  command: readonly string[],
  { options = [], cwd = "/", env = CALLER_ENV }: TraceOptions = {},
): Promise<Traced> {
  const directory = workplace(who);
  const file = join(directory, "trace.json");
  const words = ["build-rootfs", "--dry-run", "--trace", "--trace-file", file, ...options];
  const outcome = await call(who, [NSBOX, ...words, join(directory, "tree"), "--", ...command], { cwd, env });
  return { ...outcome, paths: pathsIn(file) };
}

/** The paths in a trace file; none where it is not there. */
export function pathsIn(file: string): Traced["paths"] {
  try {
    return JSON.parse(readFileSync(file, "utf8")).paths;
  } catch {
    return {};
  }
}
