/** Work in steps: done in one go, or such that what waits is done between them, and an end can be asked for. */
import { availableParallelism } from "node:os";

/** A part that may be done beside the steps that follow, up to one that is "settled". */
export interface Part {
  /** Does it. */
  now(): void;
  /** The same, while other things are done. */
  beside(): Promise<void>;
}

/**
 * Yields wherever it may be ended; `throw` clears up. "settled": no part is under way any more; "waits": another
 * process has to do something first.
 */
export type Steps<T> = Generator<Part | "settled" | "waits" | undefined, T, void>;

/** How long to wait before another look, in milliseconds. */
const WAIT = 5;

/** How long nothing else of this process is done, in milliseconds: 20 is less than a person notices. */
const SLICE = 20;

/** All steps, in one go. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    if (value === "waits") Bun.sleepSync(WAIT);
    else if (typeof value === "object") value.now();
  }
}

/** That many parts are done at once: more would only wait for the same memory. */
const MOST_PARTS = 4;

/** All steps, with pauses. Throws the reason of `signal` as soon as that is aborted, cleared up. */
export async function withPauses<T>(steps: Steps<T>, signal?: AbortSignal): Promise<T> {
  const pause = pauses();
  const most = Math.min(availableParallelism(), MOST_PARTS);
  const parts = new Set<Promise<void>>();
  let failure: { readonly reason: unknown } | undefined;
  let isThrown = false;
  const begin = (part: Part): void => {
    const promise = part
      .beside()
      .catch((reason) => {
        failure ??= { reason };
      })
      .finally(() => parts.delete(promise));
    parts.add(promise);
  };
  for (;;) {
    if (signal?.aborted === true) failure ??= { reason: signal.reason };
    const isDue: boolean = failure !== undefined && !isThrown;
    isThrown ||= isDue;
    const { done, value } = isDue ? steps.throw(failure?.reason) : steps.next();
    if (done === true) return value;
    if (value === "settled") await Promise.all(parts);
    else if (value === "waits") await Bun.sleep(WAIT);
    else if (value !== undefined) {
      while (parts.size >= most) await Promise.race(parts);
      begin(value);
    }
    await pause();
  }
}

/** To be called often: now and then it lets what waits be done, signals among it. */
export function pauses(): () => Promise<void> | undefined {
  let until = performance.now() + SLICE;
  return () => {
    if (performance.now() < until) return undefined;
    return new Promise((resolve) =>
      setImmediate(() => {
        until = performance.now() + SLICE;
        resolve();
      }),
    );
  };
}
