/** Ctrl-C and its like while a tree is written: what was begun is cleared up before the signal has its way. */
import { readFileSync } from "node:fs";
import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Does `work`, and aborts the signal that it gives when this process is told to end; once `work` has thrown
 * that signal's reason, the process ends by what it was told. What it was started to ignore it ignores.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const ignored = ignoredSignals();
  const off = SIGNALS.filter((name) => !ignored(constants.signals[name])).map((name) => {
    const listener = () => controller.abort(new Ended(name));
    process.on(name, listener);
    return () => process.off(name, listener);
  });
  try {
    return await work(controller.signal);
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    for (const restore of off) restore();
    process.kill(process.pid, error.by);
    // It comes at once; nothing is said meanwhile.
    return await new Promise(() => {});
  } finally {
    for (const restore of off) restore();
  }
}

class Ended extends Error {
  readonly by: (typeof SIGNALS)[number];

  constructor(by: (typeof SIGNALS)[number]) {
    super(by);
    this.by = by;
  }
}

/** Those that nohup(1), or a shell in the background, has this process ignore: SigIgn in proc_pid_status(5). */
function ignoredSignals(): (number: number) => boolean {
  const [, mask = "0"] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(statusOfOwn()) ?? [];
  return (number) => ((BigInt(`0x${mask}`) >> BigInt(number - 1)) & 1n) === 1n;
}

function statusOfOwn(): string {
  try {
    return readFileSync("/proc/self/status", "latin1");
  } catch {
    return "";
  }
}
