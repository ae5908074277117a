/** `nsbox graph --serve`: the live page, until a signal comes. */
import { note } from "../../cli/log.ts";
import { print } from "../../cli/print.ts";
import { say } from "../../cli/say.ts";
import type { Snapshot } from "../../ns/model.ts";
import { NsboxError } from "../../util/errors.ts";
import { type Address, type Live, serve } from "../../view/live/serve.ts";
import type { PageData } from "../../view/page/page.ts";
import { isLoopback } from "./address.ts";

/** Signals that end it, with status 0: it does what it was told. */
const ENDS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Serves what `look` sees, and calls `open` with the address once that works. */
export async function serveGraph(
  address: Address,
  page: PageData,
  look: () => Snapshot,
  open: ((url: string) => Promise<() => void>) | undefined,
): Promise<number> {
  const ended = new Promise<void>((resolve) => {
    for (const signal of ENDS) process.once(signal, () => resolve());
  });
  // Fails here, before anything listens, where this machine cannot be looked at.
  look();
  const live = start(address, page, look);
  let tidy = (): void => {};
  try {
    if (!isLoopback(address)) {
      say(
        `warning: whoever reaches ${address.host} and has the address below sees this machine's processes; what is sent is not encrypted`,
      );
    }
    print(live.url);
    await note("Ctrl-C ends it. The address holds a token: who has it sees what is shown");
    if (open !== undefined) tidy = await open(live.url);
    await ended;
  } finally {
    await live.stop();
    tidy();
  }
  return 0;
}

function start(address: Address, page: PageData, look: () => Snapshot): Live {
  let last = "";
  const failed = (error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error);
    if (message !== last) say(`warning: a look at the machine failed: ${message}`);
    last = message;
  };
  try {
    return serve({ address, page, look, failed });
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    throw new NsboxError(`Cannot listen on ${address.host}, port ${address.port}`, {
      cause: code === "EADDRINUSE" ? "the port is in use (EADDRINUSE)" : `listen: ${message}`,
      errno: code,
      ...(code === "EADDRINUSE" ? { hint: "Leave the port out, and a free one is taken" } : {}),
    });
  }
}
