/** Records of a log written to where they belong: what a container wrote, byte for byte. */
import { writeBytes } from "../../cli/print.ts";
import { say } from "../../cli/say.ts";
import type { LogRecord } from "../../runtime/containers/records.ts";
import { sanitize } from "../../util/sanitize.ts";

/** Which records are shown, and how. Times sort as those of the records. */
export interface LogChoice {
  readonly since: string | undefined;
  readonly until: string | undefined;
  readonly stream: string | undefined;
  readonly timestamps: boolean;
}

const BUFFER = 131_072;
const NEWLINE = 10;

/** Counts and writes the chosen records. */
export class LogPrinter {
  /** Lines that were begun. */
  lines = 0;
  /** Nobody reads any more. */
  gone = false;
  readonly #choice: LogChoice;
  readonly #skip: number;
  readonly #inLine = { stdout: false, stderr: false };
  readonly #shown = { stdout: true, stderr: true };
  readonly #buffer = new Uint8Array(BUFFER);
  #length = 0;
  #stream: 1 | 2 = 1;

  /** Leaves the first `skip` lines out. */
  constructor(choice: LogChoice, skip: number) {
    this.#choice = choice;
    this.#skip = skip;
  }

  /** Takes one record, which stands in `bytes`. */
  add(bytes: Uint8Array, { time, stream, full, from, to }: LogRecord): void {
    const { since, until, stream: only, timestamps } = this.#choice;
    if (stream === "nsbox") {
      this.#note(bytes.subarray(from, to));
      return;
    }
    if (only !== undefined && stream !== only) return;
    if ((since !== undefined && time < since) || (until !== undefined && time > until)) return;
    const begins = !this.#inLine[stream];
    this.#inLine[stream] = !full;
    if (begins) this.#shown[stream] = ++this.lines > this.#skip;
    if (!this.#shown[stream]) return;
    const number = stream === "stdout" ? 1 : 2;
    if (number !== this.#stream) this.flush();
    this.#stream = number;
    if (begins && timestamps) this.#put(new TextEncoder().encode(`${time} `));
    this.#put(bytes.subarray(from, to));
    if (full) this.#put(Uint8Array.of(NEWLINE));
  }

  /** Writes what was taken. */
  flush(): void {
    const bytes = this.#buffer.subarray(0, this.#length);
    this.#length = 0;
    if (!this.gone && bytes.length > 0) this.gone = !writeBytes(this.#stream, bytes);
  }

  /** What the supervisor says of the log. */
  #note(text: Uint8Array): void {
    if (this.#skip === Number.POSITIVE_INFINITY) return;
    this.flush();
    say(`note: ${sanitize(new TextDecoder().decode(text))}`);
  }

  #put(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + BUFFER - this.#length);
      this.#buffer.set(part, this.#length);
      this.#length += part.length;
      at += part.length;
      if (this.#length === BUFFER) this.flush();
    }
  }
}
