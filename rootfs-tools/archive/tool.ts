/** Programs of the host that make filesystem images: found, asked what they can do, fed. */
import { NsboxError } from "../../src/util/errors.ts";
import { errnoOf } from "../files/failure.ts";

/** A form's program, and how it is called. */
export interface Tool {
  /** Where it is. */
  readonly path: string;
  readonly args: readonly string[];
  /** What its variable SOURCE_DATE_EPOCH is, in seconds since 1970. */
  readonly epoch: bigint;
}

/** That much of what a program says is kept, and so many lines are handed on. */
const KEPT_BYTES = 65_536;
const KEPT_LINES = 5;

/** Milliseconds in which a program has to say what it can do. */
const PATIENCE = 10_000;

/** What such a program needs of the environment: messages in English, and nothing of ours. */
const environment = () => ({ PATH: process.env["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" });

/** Where `name` is; undefined where it is not installed. Those of root's own directories are found, too. */
export const find = (name: string): string | undefined =>
  Bun.which(name) ?? Bun.which(name, { PATH: "/usr/sbin:/sbin:/usr/local/sbin" }) ?? undefined;

/** All that `path` says when it is called with `args`, whatever its exit status is. */
export function says(path: string, ...args: string[]): string {
  const { stdout, stderr } = Bun.spawnSync([path, ...args], {
    stdin: null,
    env: environment(),
    timeout: PATIENCE,
  });
  return `${stdout}${stderr}`;
}

/** The error for a form whose program is not there. */
export const absent = (form: string, name: string, packageName: string): NsboxError =>
  new NsboxError(`Cannot make a ${form} image`, {
    cause: `${name} is not installed`,
    hint: `It comes with the package ${packageName}`,
    code: "missing-tool",
  });

/**
 * Runs `tool`, with `input` on its standard input, and returns the lines it complained with.
 *
 * @throws NsboxError with what it said where it fails; what `input` throws, after the program has ended.
 */
export async function runTool({ path, args, epoch }: Tool, input: Iterable<Uint8Array>): Promise<string[]> {
  const child = Bun.spawn([path, ...args], {
    stdin: "pipe",
    stdout: "ignore",
    stderr: "pipe",
    env: { ...environment(), SOURCE_DATE_EPOCH: `${epoch}` },
  });
  const said = readSome(child.stderr);
  try {
    for (const part of input) {
      await child.stdin.write(part);
      await child.stdin.flush();
    }
    await child.stdin.end();
  } catch (error) {
    // Without a reader: the program has failed, and says why.
    if (errnoOf(error) !== "EPIPE") {
      child.kill("SIGKILL");
      await child.exited;
      throw error;
    }
  }
  const status = await child.exited;
  const lines = (await said).split("\n").filter((line) => line.trim() !== "");
  if (status !== 0) {
    const how = child.signalCode === null ? `status ${status}` : child.signalCode;
    const last = lines.slice(-KEPT_LINES).join("; ");
    throw new NsboxError(`${path} failed (${how})`, {
      cause: last === "" ? "it did not say why" : last,
      code: "tool-failed",
    });
  }
  return [...new Set(lines)].slice(0, KEPT_LINES);
}

/** The beginning of a stream, all of which is read. */
async function readSome(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream)
    if (text.length < KEPT_BYTES) text += decoder.decode(chunk, { stream: true });
  return text;
}
