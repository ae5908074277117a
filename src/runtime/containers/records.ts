/** Lines of a log, in the format that Kubernetes calls CRI: `TIME STREAM F|P TEXT`. */

const STREAMS = ["stdout", "stderr", "nsbox"] as const;

/** A record, as offsets into the bytes that it was found in. */
export interface LogRecord {
  /** RFC 3339 in UTC with nanoseconds: sorts as text. */
  readonly time: string;
  /** `nsbox`: what the supervisor itself has to say. */
  readonly stream: (typeof STREAMS)[number];
  /** The text ends its line: the newline that the log leaves out was there. */
  readonly full: boolean;
  readonly from: number;
  readonly to: number;
}

const NEWLINE = 10;
const SPACE = 32;

const decoder = new TextDecoder();

/** What stands in front of the text of a record. */
const HEAD = /^(\d{4}-\d\d-\d\dT[\d:.]{8,18}Z) (stdout|stderr|nsbox) ([FP]) /;
const LONGEST_HEAD = 48;

/**
 * Calls `visit` for every whole line of `bytes` that is a record; others (a line cut short by a crash) are
 * passed over. Returns how many bytes were read: what is behind has no end yet.
 */
export function eachRecord(bytes: Uint8Array, visit: (record: LogRecord) => void): number {
  let at = 0;
  for (;;) {
    const end = bytes.indexOf(NEWLINE, at);
    if (end < 0) return at;
    const record = recordIn(bytes, at, end);
    if (record !== undefined) visit(record);
    at = end + 1;
  }
}

function recordIn(bytes: Uint8Array, at: number, end: number): LogRecord | undefined {
  let spaces = 0;
  let from = at;
  for (const last = Math.min(end, at + LONGEST_HEAD); from < last && spaces < 3; from++) {
    if (bytes[from] === SPACE) spaces++;
  }
  const [, time = "", name, tag] = HEAD.exec(decoder.decode(bytes.subarray(at, from))) ?? [];
  const stream = STREAMS.find((known) => known === name);
  return stream === undefined ? undefined : { time, stream, full: tag === "F", from, to: end };
}
