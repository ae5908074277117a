/** `nsbox logs`: what a container wrote. */
import type { Command, Parsed } from "../cli/command.ts";
import { LogFiles } from "../runtime/containers/log-files.ts";
import { openPlace } from "../runtime/containers/place.ts";
import { type Container, settle } from "../runtime/containers/settle.ts";
import { Watch } from "../runtime/containers/watch.ts";
import { UsageError } from "../util/errors.ts";
import { checkCount, findContainer } from "./containers/find.ts";
import { type LogChoice, LogPrinter } from "./containers/log-printer.ts";
import { readWhen } from "./containers/when.ts";

const STREAMS = ["stdout", "stderr"];

/** `nsbox logs`. */
export const command: Command = {
  name: "logs",
  usage: "[OPTIONS] NAME",
  description: `Prints what a container wrote, byte for byte: its standard output to standard output, its standard error to standard error. A container with a terminal of its own has but one stream.

The log is kept until the container is removed, the oldest part of it no longer than its size allows.

TIME is a time like 2026-11-22T10:00:00, or how long ago: 90s, 10m, 1h30m, 2d.`,
  flags: [
    { long: "follow", short: "f", help: "Go on with what it writes, until it ends" },
    { long: "since", value: "TIME", help: "Print only what was written since then" },
    { long: "until", value: "TIME", help: "Print only what was written until then" },
    { long: "tail", short: "n", value: "N", help: "Print only the last N lines" },
    { long: "timestamps", short: "t", help: "Put its time in front of each line" },
    { long: "stream", value: "STREAM", help: "Print only stdout, or only stderr" },
  ],
  positionals: "mixed",
  examples: [
    { line: "nsbox logs -f --tail 20 web", text: "The last lines of the container web, and all that come." },
    { line: "nsbox logs -t --since 10m web", text: "The last ten minutes, with times." },
  ],
  failure: 1,
  run,
};

function run(input: Parsed): number {
  checkCount(input.rest, "NAME", 1);
  const choice = readChoice(input);
  const tail = readTail(input.value("tail"));
  const container = findContainer(input.rest[0]!);
  const watch = input.has("follow") ? new Watch(container.directory) : undefined;
  const printer = new LogPrinter(choice, tail === undefined ? 0 : countLines(container, choice) - tail);
  const files = new LogFiles(container.directory);
  let read = 0;
  const readOn = (): boolean => {
    files.readOn((bytes, record) => {
      printer.add(bytes, record);
      read++;
    });
    printer.flush();
    return !printer.gone;
  };
  // The order counts: the watch is there before the log is read, and the log is read after the status was.
  let status = container.status;
  while (readOn() && watch !== undefined && status?.state !== "exited") {
    if (!watch.next(status)) break;
    const now = settle(openPlace()!, container.id, container.name);
    if (now === undefined) break;
    status = now.status;
  }
  // The last words come after the end is told: a supervisor writes them before it goes.
  for (let before = -1; readOn() && watch !== undefined && read > before; ) {
    before = read;
    if (!watch.next(status, 1)) break;
  }
  return 0;
}

function countLines({ directory }: Container, choice: LogChoice): number {
  const counter = new LogPrinter(choice, Number.POSITIVE_INFINITY);
  const files = new LogFiles(directory);
  files.readOn((bytes, record) => counter.add(bytes, record));
  files.close();
  return counter.lines;
}

function readChoice(input: Parsed): LogChoice {
  const [since, until, stream] = ["since", "until", "stream"].map((long) => input.value(long));
  if (stream !== undefined && !STREAMS.includes(stream)) {
    throw new UsageError(`Option "--stream" does not know "${stream}"`, "It takes stdout or stderr");
  }
  return {
    since: since === undefined ? undefined : readWhen(since, "--since"),
    until: until === undefined ? undefined : readWhen(until, "--until"),
    stream,
    timestamps: input.has("timestamps"),
  };
}

function readTail(word: string | undefined): number | undefined {
  if (word === undefined || word === "all") return undefined;
  if (!/^\d{1,15}$/.test(word)) {
    throw new UsageError(`Option "--tail" needs a number of lines, not "${word}"`);
  }
  return Number(word);
}
