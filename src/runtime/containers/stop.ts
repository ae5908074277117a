/** Ending a container that lives. */
import { writeFileSync } from "node:fs";
import { NsboxError } from "../../util/errors.ts";
import { thaw } from "../limits/freeze.ts";
import { failedCall, failedErrno } from "./failed-call.ts";
import { tryLock } from "./lock.ts";
import { awaitEnd, isAlive, signalProcess } from "./process.ts";
import type { Container } from "./settle.ts";
import { readStatus, type Status } from "./status.ts";

const SIGKILL = 9;
const SIGTERM = 15;
const ESRCH = 3;
/** How often it is looked whether a restart came in between, in milliseconds. */
const SLICE = 200;
/** How long after SIGKILL those who are attached may take to read the rest, in milliseconds. */
const READING = 2000;
/** How long the kernel may take, in milliseconds. */
const DYING = 8000;

/** The supervisor starts it no more. */
export function forbidRestart({ directory, id }: Container): void {
  try {
    writeFileSync(`${directory}/stop`, "", { mode: 0o600 });
  } catch (error) {
    throw failedCall(`Cannot stop container ${id}`, "open", error);
  }
}

const current = (directory: string): Status | undefined => {
  const status = readStatus(directory);
  return status === "none" ? undefined : status;
};

/**
 * Sends `signal`: SIGKILL to the container's first process itself, any other to the monitor, which hands it on.
 * @throws NsboxError where there is nobody to send it to.
 */
export function signalContainer({ directory, id }: Container, signal: number): void {
  const status = current(directory);
  const target = signal === SIGKILL ? status?.pid : status?.monitor;
  const error = target === undefined ? -ESRCH : signalProcess(target, signal);
  if (error === -ESRCH) throw new NsboxError(`Container ${id} does not run`, { code: "not-running" });
  if (error < 0) throw failedErrno(`Cannot send signal ${signal} to container ${id}`, "kill", -error);
}

/** A stop that goes on. */
export interface Stopping {
  readonly container: Container;
  /** When SIGKILL follows, on the clock of performance.now(). */
  readonly deadline: number;
}

/** Begins to stop a container: it gets `signal`, and is started no more. */
export function beginStop(container: Container, signal: number, timeout: number): Stopping {
  forbidRestart(container);
  // Who is frozen hears of no signal; with v1 not even of SIGKILL.
  thaw(container);
  send(container.directory, signal, undefined);
  return { container, deadline: performance.now() + timeout * 1000 };
}

/** Sends `signal` to whoever stands for the container now, unless that is `last`, who has it. Returns who. */
function send(directory: string, signal: number, last: number | undefined): number | undefined {
  const status = current(directory);
  if (status === undefined) return last;
  const { state, monitor, supervisor, pid } = status;
  // Between two starts there is nobody but the supervisor, who waits.
  const target = signal === SIGKILL && pid.pid > 0 ? pid : monitor.pid > 0 ? monitor : supervisor;
  if (state === "exited" || target.pid === 0 || target.pid === last) return last;
  signalProcess(target, target === supervisor ? SIGTERM : signal);
  return target.pid;
}

/**
 * Waits until it has ended, with SIGKILL when its time is over. Where all of it has ended but the supervisor
 * (somebody is attached, and does not read what it wrote last), that is killed too.
 * @throws NsboxError where even that does not end it.
 */
export async function finishStop({ container, deadline }: Stopping, signal: number): Promise<void> {
  const { directory, id } = container;
  if (await awaitGone(directory, deadline, signal)) return;
  if (await awaitGone(directory, performance.now() + READING, SIGKILL)) return;
  const status = current(directory);
  if (status !== undefined && !isAlive(status.pid) && !isAlive(status.monitor)) {
    signalProcess(status.supervisor, SIGKILL);
  }
  if (await awaitGone(directory, performance.now() + DYING, SIGKILL)) return;
  throw new NsboxError(`Container ${id} does not end`, {
    cause: "SIGKILL was sent, and the kernel does not let go of a process of it",
    code: "does-not-end",
  });
}

/**
 * Until `deadline`, for the end of the supervisor. Whoever comes into the first process's place, or was not
 * there yet, gets `signal` too.
 */
async function awaitGone(directory: string, deadline: number, signal: number): Promise<boolean> {
  let last = signal === SIGKILL ? undefined : current(directory)?.monitor.pid;
  for (;;) {
    last = send(directory, signal, last);
    const status = current(directory);
    const left = Math.min(SLICE, deadline - performance.now());
    if (status !== undefined && isAlive(status.supervisor)) awaitEnd(status.supervisor, Math.max(0, left));
    else await Bun.sleep(Math.min(5, Math.max(0, left)));
    const lock = tryLock(directory);
    lock?.release();
    if (lock !== undefined) return true;
    if (performance.now() > deadline) return false;
  }
}
