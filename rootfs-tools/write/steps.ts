/** Work in steps: done in one go, or such that what waits is done between them, and an end can be asked for. */

/** Yields wherever it may be ended; `throw` clears up. */
export type Steps<T> = Generator<void, T, void>;

/** How long nothing else of this process is done, in milliseconds: 20 is less than a person notices. */
const SLICE = 20;

/** All steps, in one go. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** All steps, with pauses. Throws the reason of `signal` as soon as that is aborted, cleared up. */
export async function withPauses<T>(steps: Steps<T>, signal?: AbortSignal): Promise<T> {
  const pause = pauses();
  for (;;) {
    const { done, value } = signal?.aborted === true ? steps.throw(signal.reason) : steps.next();
    if (done === true) return value;
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
