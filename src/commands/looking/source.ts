/** Where the commands that look get what they show: this machine, or the dump of any. */
import { closeSync, constants, openSync, readSync } from "node:fs";
import type { Flag, Parsed } from "../../cli/command.ts";
import type { Looking } from "../../ns/discover.ts";
import type { Snapshot } from "../../ns/model.ts";
import { NsboxError } from "../../util/errors.ts";

/** Taken by every command that shows a snapshot. */
export const INPUT_FLAG: Flag = {
  long: "input",
  short: "i",
  value: "FILE",
  help: "Show a dump instead of this machine; - is standard input",
  text: "A dump is what `nsbox dump` writes, here or on another machine. Nothing of this machine is mixed into it.",
};

/** More is no dump: 10,000 processes with all their details take some 60 MB. */
const LARGEST = 1 << 29;
const CHUNK = 1 << 18;

/** A FIFO that nobody writes is empty, not waited for; a terminal does not become ours. */
const MODE = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
/** How long to wait where a writer has nothing ready, in milliseconds. */
const PAUSE = 2;

/**
 * The snapshot that a command works on: the dump named by `--input`, or what `looking` asks for of this
 * machine.
 * @throws NsboxError where the dump cannot be read or is none.
 */
export async function takeSnapshot(input: Parsed, looking: Looking): Promise<Snapshot> {
  const file = input.value("input");
  if (file === undefined) return (await import("../../ns/discover.ts")).discover(looking);
  const { readDump } = await import("../../ns/dump.ts");
  const dump = readDump(textOf(file), file === "-" ? "standard input" : `"${file}"`);
  dumps.add(dump);
  return dump;
}

const dumps = new WeakSet<Snapshot>();

/** Whether a snapshot is that of a dump: then nothing of this machine may be asked about it. */
export const isDump = (snapshot: Snapshot): boolean => dumps.has(snapshot);

function textOf(file: string): string {
  let fd = 0;
  const chunks: Buffer[] = [];
  try {
    if (file !== "-") fd = openSync(file, MODE);
    for (let size = 0; ; ) {
      const chunk = Buffer.allocUnsafe(CHUNK);
      const length = readSome(fd, chunk);
      if (length === 0) return Buffer.concat(chunks).toString();
      chunks.push(chunk.subarray(0, length));
      size += length;
      if (size > LARGEST)
        throw new NsboxError(`"${file}" is larger than a dump can be`, { cause: "512 MiB" });
    }
  } catch (error) {
    if (error instanceof NsboxError) throw error;
    const { code = "", message } = error as NodeJS.ErrnoException;
    throw new NsboxError(`Cannot read "${file}"`, { cause: message, errno: code });
  } finally {
    if (fd > 0) closeSync(fd);
  }
}

/** What read(2) returns, once there is something or the end. */
function readSome(fd: number, chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(fd, chunk);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Bun.sleepSync(PAUSE);
    }
  }
}
