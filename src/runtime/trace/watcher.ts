/**
 * From announced calls to paths. A call is announced before it is made, so whether it will succeed is told by
 * what stands at its path: what is not there is not recorded.
 */
import { type Named, readCall, type Way } from "./arguments.ts";
import { clean, close, isWritable, linkOf, openBelow, openRoot, pathOf, targetOf } from "./files.ts";
import type { Announced, Listener } from "./listener.ts";

/** Gets every path that is seen, absolute on the host; the same one may come more than once. */
export type Sink = (way: Way, path: string) => void;

const AT_FDCWD = -100;
/** How long nothing else of this process is done, in milliseconds. */
const SLICE = 20;

/** Resolves what processes name, and hands it to a sink. */
export class Watcher {
  readonly #sink: Sink;
  /** The root of the first process; a process with another one is looked at more closely. */
  #root = -1;
  /** Some process may have another root. */
  #roots = false;
  /** What needs no second look: way, path and whether links are followed. */
  readonly #known = new Set<string>();
  readonly #missing = new Set<string>();
  /** Paths that could not be read: memory that is not to be looked at, names that are no UTF-8. */
  unread = 0;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** Looks at one call. It has to be answered afterwards, whatever came of it. */
  look(call: Announced & Pick<Listener, "isValid">): void {
    const { named, root, unread } = readCall(call);
    if (named.length === 0 && !root && unread === 0) return;
    if (!call.isValid()) return;
    this.unread += unread;
    if (this.#root < 0) this.#root = openRoot(`/proc/${call.pid}/root`);
    for (const one of named) {
      if (this.#roots) this.#closely(call.pid, one);
      else this.#plainly(call.pid, one);
    }
    this.#roots ||= root;
  }

  /** Paths that begin at the first process's root. */
  #plainly(pid: number, named: Named): void {
    const { path, at, inRoot } = named;
    if (inRoot) {
      this.#closely(pid, named);
      return;
    }
    if (path.startsWith("/")) this.#record(named, clean(path), this.#root);
    else {
      const base = baseOf(pid, at);
      if (base?.startsWith("/"))
        this.#record(named, clean(path === "" ? base : `${base}/${path}`), this.#root);
    }
  }

  #record(named: Named, path: string, root: number): void {
    const { way, follow } = named;
    const key = `${way}${follow ? "+" : "-"}${path}`;
    if (this.#known.has(key)) return;
    if (/^\/proc(?:\/|$)/.test(path)) {
      this.#sink(way, path);
      return;
    }
    const fd = openBelow(root, path, follow);
    const used = this.#wayAt(fd, named);
    if (used !== undefined) {
      if (used === way && fd >= 0) this.#known.add(key);
      this.#sink(used, path);
      const real = fd < 0 ? path : pathOf(fd);
      if (real !== undefined && real !== path && real.startsWith("/")) this.#sink(used, real);
    } else if (fd < 0 && follow) this.#recordLink(path, root);
    if (fd >= 0) close(fd);
  }

  /** How what was opened is used; undefined where the call will fail. */
  #wayAt(fd: number, { way, makes, follow }: Named): Way | undefined {
    if (way !== "write") return fd < 0 ? undefined : way;
    if (makes === true) return fd < 0 ? "write" : "stat";
    if (fd < 0) return makes === "either" ? "write" : undefined;
    // What a link or a directory allows is not asked: only those who may will succeed.
    return !follow || isWritable(fd) ? "write" : undefined;
  }

  /** A link into /proc means something else for each process; the link itself is needed. */
  #recordLink(path: string, root: number): void {
    if (this.#missing.has(path)) return;
    this.#missing.add(path);
    const fd = openBelow(root, path, false);
    if (fd < 0) return;
    if (/^(?:\.\.\/|\/)*proc\//.test(targetOf(fd) ?? "")) this.#sink("stat", path);
    close(fd);
  }

  /** Below whatever root the process has by now: only where a path ends is recorded. */
  #closely(pid: number, named: Named): void {
    const { path, at, follow, inRoot } = named;
    const place = inRoot ? `/proc/${pid}/fd/${at}` : `/proc/${pid}/root`;
    const top = linkOf(inRoot && at === AT_FDCWD ? `/proc/${pid}/cwd` : place);
    const root = openRoot(inRoot && at === AT_FDCWD ? `/proc/${pid}/cwd` : place);
    if (root < 0 || top === undefined) return;
    try {
      let inside = path;
      if (!inRoot && !path.startsWith("/")) {
        const base = baseOf(pid, at);
        if (base === undefined) return;
        if (!base.startsWith("/")) return;
        inside = `${top === "/" ? base : base.startsWith(top) ? base.slice(top.length) : base}/${path}`;
      }
      if (top === "/" && !inRoot) {
        this.#record(named, clean(inside), root);
        return;
      }
      const fd = openBelow(root, clean(`/${inside}`), follow);
      const used = this.#wayAt(fd, named);
      const real = fd < 0 ? clean(`${top}/${inside}`) : pathOf(fd);
      if (used !== undefined && real?.startsWith("/")) this.#sink(used, real);
      if (fd >= 0) close(fd);
    } finally {
      close(root);
    }
  }

  /** Gives back what is held. */
  close(): void {
    if (this.#root >= 0) close(this.#root);
  }
}

const baseOf = (pid: number, at: number): string | undefined =>
  linkOf(at === AT_FDCWD ? `/proc/${pid}/cwd` : `/proc/${pid}/fd/${at}`);

/** Serves `listener` until nobody is left who could call. Between slices whatever else waits here goes on. */
export async function serve(listener: Listener, watcher: Watcher): Promise<void> {
  for (;;) {
    const until = performance.now() + SLICE;
    do {
      const received = listener.receive(SLICE);
      if (received === "ended") return;
      if (received === "none") break;
      try {
        watcher.look(listener);
      } finally {
        listener.answer();
      }
    } while (performance.now() < until);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
