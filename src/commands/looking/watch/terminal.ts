/** The whole terminal, taken for a while and given back as it was. */
import { writeBytes } from "../../../cli/print.ts";
import { windowSize } from "../../../sys/window.ts";

/** See xterm's control sequences: the alternate screen, and the cursor. */
const TAKE = "\x1b[?1049h\x1b[?25l";
const GIVE_BACK = "\x1b[?25h\x1b[?1049l";
const HOME = "\x1b[H";
const CLEAR_LINE = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";

/** What ends a program that may not stay: the terminal is given back before. */
const ENDS = { SIGTERM: 15, SIGHUP: 1, SIGQUIT: 3 } as const;

const encoder = new TextEncoder();

/** The terminal at standard output, and the keyboard at standard input if that is one. */
export class Terminal {
  /** Ends the pause, if there is one. */
  #wake = (): void => {};
  #taken = false;
  /** Keys that were typed and not asked for yet. */
  #keys = "";
  /** Exit status, once it has been told to end. */
  status: number | undefined;

  /** Takes it. */
  constructor() {
    process.on("SIGWINCH", () => this.#wake());
    process.on("SIGINT", () => this.#end(0));
    for (const [signal, number] of Object.entries(ENDS)) process.on(signal, () => this.#end(128 + number));
    process.on("SIGTSTP", () => this.#suspend());
    if (process.stdin.isTTY) {
      process.stdin.on("data", (bytes: Buffer) => this.#type(bytes.toString("latin1")));
      // Its terminal has gone.
      process.stdin.on("end", () => this.#end(0));
    }
    this.#take();
  }

  /** The keys typed since the last time, as the terminal sends them. */
  keys(): string {
    const keys = this.#keys;
    this.#keys = "";
    return keys;
  }

  /** Rows and columns; what is usual where the terminal does not tell. */
  get size(): { rows: number; columns: number } {
    const { rows, columns } = windowSize();
    return { rows: rows || 24, columns: columns || 80 };
  }

  /** Shows these lines and nothing else; none may be wider than the terminal, nor more than it has rows. */
  draw(lines: readonly string[]): void {
    const text = lines.map((line) => line + CLEAR_LINE).join("\r\n");
    if (!writeBytes(1, encoder.encode(`${HOME}${text}${CLEAR_BELOW}`))) this.#end(0);
  }

  /** Waits that long, or until a key is typed, the size changes or it is to end. */
  async pause(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = setTimeout(resolve, milliseconds);
    await promise;
    clearTimeout(timer);
  }

  /** Gives it back. */
  release(): void {
    if (!this.#taken) return;
    this.#taken = false;
    writeBytes(1, encoder.encode(GIVE_BACK));
    if (process.stdin.isTTY) process.stdin.setRawMode(false).pause();
  }

  #take(): void {
    this.#taken = true;
    writeBytes(1, encoder.encode(TAKE));
    if (process.stdin.isTTY) process.stdin.setRawMode(true).resume();
  }

  #end(status: number): void {
    this.status ??= status;
    this.#wake();
  }

  #type(text: string): void {
    for (const character of text) {
      if (character === "\x03") this.#end(0);
      else if (character === "\x1a") this.#suspend();
      else this.#keys += character;
    }
    this.#wake();
  }

  /** Ctrl-Z: the shell gets its terminal as it was, and `fg` draws anew. */
  #suspend(): void {
    this.release();
    process.once("SIGCONT", () => {
      if (this.status === undefined) this.#take();
      this.#wake();
    });
    process.kill(0, "SIGSTOP");
  }
}
