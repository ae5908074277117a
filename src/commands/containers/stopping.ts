/** Several containers stopped at once. */
import { fail } from "../../cli/fail.ts";
import { type Container, isLive } from "../../runtime/containers/settle.ts";
import { beginStop, finishStop, type Stopping } from "../../runtime/containers/stop.ts";
import { sanitize } from "../../util/sanitize.ts";
import { findContainer } from "./find.ts";

const SIGTERM = 15;
const USUAL = 10;

const signalOf = ({ config }: Container): number => config?.stopSignal ?? SIGTERM;

/** Asks `container` to end: within `timeout` seconds, or as its configuration says. */
export const ask = (container: Container, timeout?: number): Stopping =>
  beginStop(container, signalOf(container), timeout ?? container.config?.stopTimeout ?? USUAL);

/** Waits for the end that was asked for. */
export const seeEnd = (stopping: Stopping): Promise<void> =>
  finishStop(stopping, signalOf(stopping.container));

/**
 * All are asked to end before any is waited for. Calls `done` with each word whose container has ended; one that
 * had before is as good. Returns 1 where any failed.
 */
export async function stopAll(
  words: readonly string[],
  timeout: number | undefined,
  done: (word: string) => void,
): Promise<number> {
  let status = 0;
  const failed = (error: unknown): void => {
    fail(error, 1, false);
    status = 1;
  };
  const stopping: { readonly word: string; readonly stop: Stopping | undefined }[] = [];
  for (const word of words) {
    try {
      const container = findContainer(word);
      const ended = container.status?.state === "exited" && !isLive(container);
      stopping.push({ word, stop: ended ? undefined : ask(container, timeout) });
    } catch (error) {
      failed(error);
    }
  }
  stopping.sort((a, b) => (a.stop?.deadline ?? 0) - (b.stop?.deadline ?? 0));
  for (const { word, stop } of stopping) {
    try {
      if (stop !== undefined) await seeEnd(stop);
      done(sanitize(word));
    } catch (error) {
      failed(error);
    }
  }
  return status;
}
