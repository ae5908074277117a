/** Starts a command in the sandbox of `planTrace` and watches it until the end. */
import { closeSync, openSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { INIT_MODE, INIT_NO_TIMEOUT } from "../../plan/constants.ts";
import type { Injection } from "../../plan/encode.ts";
import type { EncodedPlan } from "../../plan/plan.ts";
import { DEFAULT_PATH } from "../../sandbox/environment.ts";
import type { Caller } from "../../sandbox/request.ts";
import { planTrace, type TraceRequest } from "../../sandbox/trace.ts";
import type { Arch } from "../../seccomp/arch.ts";
import { traceFilter } from "../../seccomp/trace/filter.ts";
import { SYS } from "../../sys/constants.ts";
import { syscall } from "../../sys/ffi.ts";
import { HELPER } from "../../sys/helper.gen.ts";
import { NsboxError } from "../../util/errors.ts";
import { failedErrno } from "../containers/failed-call.ts";
import { memoryFile } from "../containers/relaunch.ts";
import { planBytes } from "../launch.ts";
import { layersOfHost } from "./changes.ts";
import { Listener, takeDescriptor } from "./listener.ts";
import { type Sink, serve, Watcher } from "./watcher.ts";

/** Descriptors of the sandbox: nsbox itself, which words a failure, and the way of the listener. */
const [REPORTER, SOCKET] = [3, 4];
const [AF_UNIX, SOCK_STREAM, SOCK_CLOEXEC] = [1, 1, 0o2000000];
const STDERR = 2;
/** Milliseconds between SIGTERM and SIGKILL. */
const PATIENCE = 5000;

/** How a command is watched. */
export interface WatchOptions {
  /** Seconds after which it is ended. */
  readonly timeout?: number | undefined;
  /** The executable that words a failure, where it is not this process's own; tests use it. */
  readonly executable?: string | undefined;
  /** A failure that the sandbox meets; tests use it. */
  readonly injection?: Injection | undefined;
}

/** What came of it. */
export interface Watched {
  /** As a shell tells it. */
  readonly status: number;
  /** A signal, or the time that was over, ended it: what it did by then counts. */
  readonly ended: "by itself" | "by a signal" | "by the timeout";
  /** Calls whose paths could not be read. */
  readonly unread: number;
}

/**
 * Runs `command` over the host's own files, with the caller's environment, directory and network, and tells
 * `sink` of every path that it and its children use. Its output goes to standard error. What it changes on disk
 * is lost.
 * @throws NsboxError where the sandbox cannot be made; what is wrong has been printed then.
 */
export async function watchCommand(
  command: readonly string[],
  sink: Sink,
  options: WatchOptions = {},
): Promise<Watched> {
  const pair = new Int32Array(2);
  const failed = syscall(SYS.socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
  if (failed < 0) throw failedErrno("Cannot watch the command", "socketpair", -failed);
  const [ours, theirs] = [pair[0]!, pair[1]!];
  let child: Bun.Subprocess;
  try {
    child = launch(command, theirs, options);
  } catch (error) {
    closeSync(ours);
    throw error;
  } finally {
    closeSync(theirs);
  }
  let ended: Watched["ended"] = "by itself";
  const stop = (why: Watched["ended"], signal: NodeJS.Signals) => {
    if (ended === "by itself") ended = why;
    child.kill(signal);
    setTimeout(() => child.kill("SIGKILL"), PATIENCE).unref();
  };
  // The terminal's Ctrl-C goes to the command as well; the monitor does not hand that on. A second one, or one
  // that was sent to this process alone, ends it.
  const onInterrupt = () => {
    if (ended !== "by itself" || !isForeground()) stop("by a signal", "SIGTERM");
    ended = "by a signal";
  };
  const onTerminate = () => stop("by a signal", "SIGTERM");
  process.on("SIGINT", onInterrupt).on("SIGTERM", onTerminate);
  const timer =
    options.timeout === undefined
      ? undefined
      : setTimeout(() => stop("by the timeout", "SIGTERM"), options.timeout * 1000);
  try {
    const unread = await watch(ours, sink);
    await child.exited;
    const { signalCode, exitCode } = child;
    const status = signalCode ? 128 + constants.signals[signalCode as NodeJS.Signals] : exitCode!;
    if (unread === undefined) {
      throw new NsboxError(`Cannot watch "${command[0]}"`, {
        cause: "its sandbox was not made",
        code: "trace",
      });
    }
    return { status, ended, unread };
  } finally {
    clearTimeout(timer);
    process.off("SIGINT", onInterrupt).off("SIGTERM", onTerminate);
  }
}

/** Whether this process gets the signals of a terminal: its group is the one in the foreground, see tcgetpgrp(3). */
function isForeground(): boolean {
  const fields = readFileSync("/proc/self/stat", "latin1").replace(/^.*\)/s, "").trim().split(" ");
  const [, , group, , , foreground] = fields;
  return group === foreground;
}

/** How many paths were not read; undefined where the listener never came. */
async function watch(socket: number, sink: Sink): Promise<number | undefined> {
  const fd = takeDescriptor(socket);
  closeSync(socket);
  if (fd <= 0) return undefined;
  const watcher = new Watcher(sink);
  try {
    await serve(new Listener(fd), watcher);
    return watcher.unread;
  } finally {
    closeSync(fd);
    watcher.close();
  }
}

/** The plan for `command`, with the host as it is now. */
export function planOfTrace(command: readonly string[]): EncodedPlan {
  const uid = process.geteuid!();
  const caller: Caller = { uid, gid: process.getegid!(), env: process.env, color: undefined, bytes: false };
  const request: TraceRequest = {
    command,
    cwd: process.cwd(),
    path: process.env["PATH"] || DEFAULT_PATH,
    ...layersOfHost(uid === 0, [
      process.cwd(),
      process.env["HOME"],
      process.env["TMPDIR"],
      "/tmp",
      "/var/tmp",
    ]),
    watcher: process.pid,
    socket: SOCKET,
    filter: traceFilter(process.arch as Arch).toBase64(),
    init: {
      mode: INIT_MODE.INIT_COMMAND,
      flags: 0,
      process: INIT_NO_TIMEOUT,
      all: INIT_NO_TIMEOUT,
      session: process.env["XDG_RUNTIME_DIR"] ?? "",
    },
  };
  return planTrace(request, caller);
}

/** Starts it; `socket` is the end that the listener is sent into. */
function launch(command: readonly string[], socket: number, options: WatchOptions): Bun.Subprocess {
  const helper = Uint8Array.fromBase64(HELPER);
  const encoded = planBytes(planOfTrace(command), REPORTER, options.injection);
  const bytes = new Uint8Array(helper.length + encoded.length);
  bytes.set(helper);
  bytes.set(encoded, helper.length);
  const file = memoryFile(bytes);
  if (file < 0) throw failedErrno("Cannot start the sandbox", "memfd_create", -file);
  const own = openSync(options.executable ?? "/proc/self/exe", "r");
  try {
    return Bun.spawn([`/proc/${process.pid}/fd/${file}`], {
      argv0: "nsbox --trace",
      env: {},
      stdio: ["inherit", STDERR, "inherit", own, socket],
    });
  } finally {
    closeSync(own);
    closeSync(file);
  }
}
