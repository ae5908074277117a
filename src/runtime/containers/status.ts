/** `status`: what the supervisor tells of a container, lines `key value`. */
import { renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { readOwnFile } from "../../util/own-file.ts";
import type { ProcessId } from "./process.ts";

const STATES = ["created", "running", "restarting", "exited"] as const;

/** What a container is doing. */
export type State = (typeof STATES)[number];

/** The content of `status`. Times are nanoseconds since the epoch, 0 for not yet. */
export interface Status {
  readonly state: State;
  readonly supervisor: ProcessId;
  readonly monitor: ProcessId;
  /** Its first process, as the host numbers it. */
  readonly pid: ProcessId;
  readonly started: bigint;
  readonly ended: bigint;
  /** Exit status, 128+n for signal n; -1 for none yet. */
  readonly status: number;
  /** The signal that ended it, else 0. */
  readonly signal: number;
  /** Where the set-up failed, counted from 1, else 0. */
  readonly step: number;
  readonly errno: number;
  readonly restarts: number;
  /** How many of its processes were killed for want of memory. */
  readonly oom: number;
  /** The supervisor was killed: how the command ended, nobody saw. */
  readonly lost: boolean;
}

const NOBODY: ProcessId = { pid: 0, start: 0 };

/** What is known where there is no status that can be read. */
export const UNKNOWN: Status = {
  state: "exited",
  supervisor: NOBODY,
  monitor: NOBODY,
  pid: NOBODY,
  started: 0n,
  ended: 0n,
  status: -1,
  signal: 0,
  step: 0,
  errno: 0,
  restarts: 0,
  oom: 0,
  lost: true,
};

const LARGEST = 64 * 1024;

/** The status in a container's directory: "none" where there is no file, undefined where it is garbage. */
export function readStatus(directory: string): Status | "none" | undefined {
  const path = `${directory}/status`;
  const text = readOwnFile(path, LARGEST);
  return text === undefined ? "none" : parseStatus(text);
}

/** Reads the lines of a status file; keys it does not know are left alone. Undefined where it is none. */
export function parseStatus(text: string): Status | undefined {
  const fields = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [key = "", ...values] = line.split(" ");
    fields.set(key, values);
  }
  const state = STATES.find((known) => known === fields.get("state")?.[0]);
  if (state === undefined) return undefined;
  let sound = true;
  const words = (key: string, at: number): string => {
    const word = fields.get(key)?.[at] ?? "0";
    if (/^-?\d{1,19}$/.test(word)) return word;
    sound = false;
    return "0";
  };
  const number = (key: string, at = 0): number => Number(words(key, at));
  const process = (key: string): ProcessId => ({ pid: number(key), start: number(key, 1) });
  const status: Status = {
    state,
    supervisor: process("supervisor"),
    monitor: process("monitor"),
    pid: process("pid"),
    started: BigInt(words("started", 0)),
    ended: BigInt(words("ended", 0)),
    status: fields.has("status") ? number("status") : -1,
    signal: number("signal"),
    step: number("step"),
    errno: number("errno"),
    restarts: number("restarts"),
    oom: number("oom"),
    lost: number("lost") !== 0,
  };
  return sound ? status : undefined;
}

/** The lines of a status file. */
export function formatStatus(status: Status): string {
  const { supervisor, monitor, pid } = status;
  const lines = [
    `state ${status.state}`,
    `supervisor ${supervisor.pid} ${supervisor.start}`,
    `monitor ${monitor.pid} ${monitor.start}`,
    `pid ${pid.pid} ${pid.start}`,
    `started ${status.started}`,
    `ended ${status.ended}`,
    `status ${status.status}`,
    `signal ${status.signal}`,
    `step ${status.step}`,
    `errno ${status.errno}`,
    `restarts ${status.restarts}`,
    `oom ${status.oom}`,
  ];
  if (status.lost) lines.push("lost 1");
  return `${lines.join("\n")}\n`;
}

/** Replaces the status of a container whose lock the caller holds: whole, or on a full disk in its place. */
export function writeStatus(directory: string, status: Status): void {
  const path = `${directory}/status`;
  const temporary = `${directory}/.status-${process.pid}`;
  const text = formatStatus(status);
  try {
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, path);
  } catch {
    rmSync(temporary, { force: true });
    writeFileSync(path, text, { flag: "r+" });
    truncateSync(path, text.length);
  }
}
