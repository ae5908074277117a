/**
 * Waits for something to happen to any container: by inotify(7) of their directories and of v2's event files, by an
 * eventfd(2) of v1's, by pidfds of supervisors. Nothing is asked in turns.
 */
import { closeSync, openSync, writeFileSync } from "node:fs";
import { SYS } from "../../sys/constants.ts";
import { cstring, syscall } from "../../sys/ffi.ts";
import type { Group } from "../limits/groups.ts";
import { failedErrno } from "./failed-call.ts";
import type { Place } from "./place.ts";
import { openProcess } from "./process.ts";
import type { Container } from "./settle.ts";

const NONBLOCK = 0o4000;
const CLOEXEC = 0o2000000;
const IN_MODIFY = 0x2;
const IN_CLOSE_WRITE = 0x8;
const IN_MOVED = 0xc0;
const IN_CREATE = 0x100;
const IN_DELETE = 0x200;
const OF_DIRECTORY = IN_MOVED | IN_CREATE | IN_DELETE | IN_CLOSE_WRITE;
const POLLIN = 1;
/** Of standard output: POLLERR, POLLHUP. Its reader is gone. */
const GONE = 0x18;
const SIGNAL_SET = 8;
const EVENTS = 65_536;

/** What is watched for one container. */
interface Watched {
  /** pidfd of its supervisor. */
  supervisor: number | undefined;
  /** Its group of memory, as long as it is watched by an eventfd. */
  readonly counters: Map<string, number>;
}

/** Sees what happens to the containers of one user. */
export class Follower {
  readonly #inotify: number;
  readonly #watched = new Map<string, Watched>();
  readonly #events = new Uint8Array(EVENTS);

  /** @throws NsboxError where the user has no watches left. */
  constructor({ containers, names }: Place) {
    this.#inotify = syscall(SYS.inotify_init1, NONBLOCK | CLOEXEC);
    const error =
      this.#inotify < 0
        ? this.#inotify
        : Math.min(this.#watch(containers, OF_DIRECTORY), this.#watch(names, OF_DIRECTORY));
    if (error < 0) throw failedErrno("Cannot watch containers", "inotify_add_watch", -error);
  }

  #watch(path: string, mask: number): number {
    return syscall(SYS.inotify_add_watch, this.#inotify, cstring(path), mask);
  }

  /** Watches one from now on; what is watched already is not watched twice. `groups`: its own. */
  add({ id, directory, status }: Container, groups: readonly Group[]): void {
    let watched = this.#watched.get(id);
    if (watched === undefined) {
      watched = { supervisor: undefined, counters: new Map() };
      this.#watched.set(id, watched);
    }
    this.#watch(directory, OF_DIRECTORY);
    if (watched.supervisor === undefined && status !== undefined && status.state !== "exited")
      watched.supervisor = openProcess(status.supervisor);
    for (const { version, controllers, path } of groups) {
      if (version === 2) {
        this.#watch(`${path}/cgroup.events`, IN_MODIFY);
        this.#watch(`${path}/memory.events`, IN_MODIFY);
      } else if (controllers.includes("memory") && !watched.counters.has(path)) {
        const counter = outOfMemory(path);
        if (counter !== undefined) watched.counters.set(path, counter);
      }
    }
  }

  /** Forgets who is not in `ids` any more, and whose groups have gone. */
  keep(ids: ReadonlySet<string>): void {
    for (const [id, watched] of this.#watched) {
      if (ids.has(id)) continue;
      this.#drop(watched);
      this.#watched.delete(id);
    }
  }

  #drop({ supervisor, counters }: Watched): void {
    if (supervisor !== undefined) syscall(SYS.close, supervisor);
    for (const counter of counters.values()) syscall(SYS.close, counter);
  }

  /** Waits for the next of it; false where nobody reads standard output any more. */
  next(): boolean {
    const descriptors = [...this.#watched.values()].flatMap(({ supervisor, counters }) => [
      ...(supervisor === undefined ? [] : [supervisor]),
      ...counters.values(),
    ]);
    const polled = new Int32Array([
      1,
      0,
      ...[this.#inotify, ...descriptors].flatMap((descriptor) => [descriptor, POLLIN]),
    ]);
    syscall(SYS.ppoll, polled, polled.length / 2, 0, 0, SIGNAL_SET);
    while (syscall(SYS.read, this.#inotify, this.#events, EVENTS) > 0);
    const ready = new Set<number>();
    for (let at = 2; at < polled.length; at += 2) if (polled[at + 1]! >>> 16) ready.add(polled[at]!);
    for (const watched of this.#watched.values()) this.#take(watched, ready);
    return ((polled[1]! >>> 16) & GONE) === 0;
  }

  /** A supervisor that has ended, and counters: one whose group has gone counts once more. */
  #take(watched: Watched, ready: ReadonlySet<number>): void {
    if (watched.supervisor !== undefined && ready.has(watched.supervisor)) {
      syscall(SYS.close, watched.supervisor);
      watched.supervisor = undefined;
    }
    for (const [path, counter] of watched.counters) {
      if (!ready.has(counter)) continue;
      syscall(SYS.close, counter);
      watched.counters.delete(path);
    }
  }
}

/** An eventfd that counts when memory runs out in a group of v1; undefined where it cannot be had. */
function outOfMemory(path: string): number | undefined {
  const counter = syscall(SYS.eventfd2, 0, NONBLOCK | CLOEXEC);
  if (counter < 0) return undefined;
  try {
    const file = openSync(`${path}/memory.oom_control`, "r");
    try {
      writeFileSync(`${path}/cgroup.event_control`, `${counter} ${file}`);
    } finally {
      closeSync(file);
    }
    return counter;
  } catch {
    syscall(SYS.close, counter);
    return undefined;
  }
}
