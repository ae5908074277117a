/**
 * What the end-to-end tests share: the built executable, who runs it, and how to wait for something.
 * See also `./trees.ts` (root filesystems), `./traces.ts` (what a run leaves), `./screen.ts` (output
 * while it comes) and `./session.ts` (terminals).
 */
import { describe } from "bun:test";
import { chmodSync, copyFileSync, mkdtempSync, readFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";

/** Who runs nsbox: a word for test names, what stands before the command line, and the ids. */
export interface Person {
  readonly name: string;
  readonly prefix: readonly string[];
  readonly uid: number;
}

/** What came of a command. `status` is as a shell tells it: 128+n for signal n. */
export interface Outcome {
  readonly out: string;
  readonly err: string;
  readonly status: number;
}

/** A directory of this test process; everybody may enter it. */
export const SCRATCH = mkdtempSync(join(tmpdir(), "nsbox-e2e-"));
chmodSync(SCRATCH, 0o755);
// Removed however the tests end: that closes the pipe, and so ends cat.
Bun.spawn(["setsid", "sh", "-c", 'cat; exec rm -rf "$1"', "sh", SCRATCH], { stdin: "pipe" }).unref();

const BUILT = resolve(import.meta.dir, "../../dist/nsbox");
const ownUid = process.getuid!();
export const AS_ROOT = ownUid === 0;

/** An id that needs no account: it owns nothing but what the tests give it. */
const USER_UID = 64017;
const asUser = ["setpriv", `--reuid=${USER_UID}`, `--regid=${USER_UID}`, "--clear-groups"];
export const ROOT: Person = { name: "root", prefix: [], uid: 0 };
export const USER: Person = AS_ROOT
  ? { name: "an ordinary user", prefix: asUser, uid: USER_UID }
  : { name: "an ordinary user", prefix: [], uid: ownUid };

/** Root and an ordinary user; only the latter where the tests run as one. */
export const PEOPLE: readonly Person[] = AS_ROOT ? [ROOT, USER] : [USER];

/** The executable under test, at a path that every person may reach. */
export const NSBOX = reachable(BUILT);

/** `file`, or a copy of it where an ordinary user may not reach it. */
export function reachable(file: string): string {
  if (Bun.spawnSync([...USER.prefix, "test", "-x", file]).exitCode === 0) return file;
  const copy = join(SCRATCH, basename(file));
  copyFileSync(file, copy);
  chmodSync(copy, 0o755);
  return copy;
}

/** The tests in `body` once for every person. */
export function forEveryone(body: (who: Person) => void): void {
  for (const who of PEOPLE) describe(who.name, () => body(who));
}

/** Where programs are looked up: never in the home of whoever runs the tests. */
const HOST_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** The host's program of that name, or undefined. */
export const hostProgram = (name: string): string | undefined =>
  Bun.which(name, { PATH: HOST_PATH }) ?? undefined;

/** The environment that the tests call commands with. */
export const CALLER_ENV = { PATH: HOST_PATH, TERM: "xterm", HOME: "/", NO_COLOR: "1" };

interface CallOptions {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** Milliseconds after which it is killed. */
  readonly timeout?: number;
}

/** Starts a command line as `who`, its output in pipes. It is killed after 20 s, or what `options` say, whatever it does. */
export function start<Input extends "ignore" | "pipe" = "ignore">(
  who: Person,
  argv: readonly string[],
  options: CallOptions = {},
  stdin: Input = "ignore" as Input,
): Bun.Subprocess<Input, "pipe", "pipe"> {
  return Bun.spawn([...who.prefix, ...argv], {
    env: options.env ?? CALLER_ENV,
    cwd: options.cwd ?? "/",
    stdin,
    stdout: "pipe",
    stderr: "pipe",
    timeout: options.timeout ?? 20_000,
    killSignal: "SIGKILL",
  });
}

/** Waits for the end of a started command. */
export async function outcome(process: Bun.ReadableSubprocess): Promise<Outcome> {
  const [out, err] = await Promise.all([process.stdout.text(), process.stderr.text()]);
  await process.exited;
  return { out, err, status: statusOf(process) };
}

/** How a process ended, as a shell tells it. */
export function statusOf({ signalCode, exitCode }: Bun.Subprocess): number {
  return signalCode ? 128 + constants.signals[signalCode as NodeJS.Signals] : exitCode!;
}

/** The numbers of the signals. */
export const SIGNALS = constants.signals;

/** Runs any command line as `who`. */
export const call = (who: Person, argv: readonly string[], options: CallOptions = {}): Promise<Outcome> =>
  outcome(start(who, argv, options));

/** Runs `nsbox run ARGS` as `who`. */
export const run = (who: Person, args: readonly string[], options: CallOptions = {}): Promise<Outcome> =>
  call(who, [NSBOX, "run", ...args], options);

/** Runs a line of bash as `who`; `$NSBOX` in it is the executable. */
export const shell = (who: Person, line: string, ...words: string[]): Promise<Outcome> =>
  call(who, ["bash", "-c", line, "bash", ...words], { env: { ...CALLER_ENV, NSBOX } });

/** Waits until `condition` gives something true, which it returns; throws, naming `what`, after `seconds`. */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  seconds = 10,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const result = await condition();
    if (result) return result;
    if (performance.now() > deadline) throw new Error(`Waited ${seconds} s in vain: ${what}`);
    await Bun.sleep(5);
  }
}

/** The text of a file, "" where it is not there (any more). */
export function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Compiles `fixtures/NAME.c` into one static program; undefined where there is no compiler (or no static libc). */
export function compiled(name: string): string | undefined {
  const program = join(SCRATCH, name);
  const source = join(import.meta.dir, `fixtures/${name}.c`);
  const compiler = hostProgram("cc");
  if (compiler === undefined) return undefined;
  const { exitCode } = Bun.spawnSync([compiler, "-O1", "-static", "-o", program, source], {
    stderr: "ignore",
  });
  return exitCode === 0 ? program : undefined;
}
