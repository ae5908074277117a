/** A line on a terminal that tells how far long work has come; nothing for work that is soon done. */
import { isTerminal } from "./color.ts";
import { writeBytes } from "./print.ts";
import { bytes } from "./units.ts";

/** Work that lasts less is not worth a line, in milliseconds. */
const PATIENCE = 1000;
const BETWEEN = 100;
const BAR = 24;

/** The progress of copying `total` bytes. */
export class Progress {
  readonly #total: number;
  readonly #start = performance.now();
  readonly #on: boolean;
  #done = 0;
  #next: number;
  #shown = false;

  /** Draws on standard error, if that is a terminal and `on` is true. */
  constructor(total: number, on: boolean) {
    this.#total = total;
    this.#on = on && !process.env["CI"];
    this.#next = this.#start + PATIENCE;
  }

  /** Takes note that `count` bytes more are done. */
  add(count: number): void {
    this.#done += count;
    if (!this.#on) return;
    const now = performance.now();
    if (now < this.#next) return;
    this.#next = now + BETWEEN;
    // Asked only now: it loads node:tty.
    if (!this.#shown && !isTerminal(2)) {
      this.#next = Number.POSITIVE_INFINITY;
      return;
    }
    this.#shown = true;
    draw(`\r${line(this.#done, this.#total, (now - this.#start) / 1000)}\x1b[K`);
  }

  /** Takes the line away. */
  end(): void {
    if (this.#shown) draw("\r\x1b[K");
    this.#shown = false;
  }
}

const draw = (text: string): boolean => writeBytes(2, new TextEncoder().encode(text));

/** `[=====>    ]  43 %  1.2 of 2.8 GB  310 MB/s`. */
function line(done: number, total: number, seconds: number): string {
  const part = total === 0 ? 1 : Math.min(done / total, 1);
  const filled = Math.round(part * BAR);
  const bar = `${"=".repeat(filled)}${filled < BAR ? ">" : ""}`.slice(0, BAR).padEnd(BAR);
  const percent = `${Math.floor(part * 100)}`.padStart(3);
  return `[${bar}] ${percent} %  ${bytes(done)} of ${bytes(total)}  ${bytes(done / seconds)}/s`;
}
