/** What a running program writes, and waiting for it to write something. */
import { type Outcome, type Person, start, statusOf, until } from "./support.ts";

export class Screen {
  /** All that was written so far. */
  text = "";
  #read = 0;
  readonly #decoder = new TextDecoder();

  feed(bytes: Uint8Array): void {
    this.text += this.#decoder.decode(bytes, { stream: true });
  }

  /** Waits until `text` was written behind all that was waited for before; returns the match. */
  async shows(text: string | RegExp, seconds = 10): Promise<RegExpExecArray> {
    const pattern = typeof text === "string" ? new RegExp(RegExp.escape(text)) : text;
    const unread = () => pattern.exec(this.text.slice(this.#read));
    const found = await until(`${pattern} in the output`, unread, seconds).catch((error: Error) => {
      throw new Error(`${error.message}; there is:\n${this.text}`);
    });
    this.#read += found.index + found[0].length;
    return found;
  }
}

/** Starts a command line as `who`, to be watched while it runs, and told something on its `input`. */
export function watch(who: Person, argv: readonly string[]) {
  const process = start(who, argv, {}, "pipe");
  const screen = new Screen();
  const ended = (async (): Promise<Outcome> => {
    const errors = process.stderr.text();
    for await (const bytes of process.stdout) screen.feed(bytes);
    await process.exited;
    return { out: screen.text, err: await errors, status: statusOf(process) };
  })();
  return { process, input: process.stdin, screen, ended };
}
