/** Lines of a log, in the format that Kubernetes calls CRI: `TIME STREAM F|P TEXT`. */

/** A record, as offsets into the bytes that it was found in. */
export interface LogRecord {
  /** RFC 3339 in UTC with nanoseconds: sorts as text. */
  readonly time: string;
  readonly stream: "stdout" | "stderr";
  /** The text ends its line: the newline that the log leaves out was there. */
  readonly full: boolean;
  readonly from: number;
  readonly to: number;
}

const NEWLINE = 10;
const SPACE = 32;
const FULL = 70;
const PARTIAL = 80;
/** `stdout` and `stderr` differ in their fourth letter. */
const O = 111;
const STREAM_LENGTH = 6;

const decoder = new TextDecoder("latin1");

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
  const behindTime = bytes.indexOf(SPACE, at);
  const tag = behindTime + 1 + STREAM_LENGTH + 1;
  const isTag = bytes[tag] === FULL || bytes[tag] === PARTIAL;
  if (behindTime < 0 || tag + 1 >= end || !isTag || bytes[tag - 1] !== SPACE) return undefined;
  if (bytes[tag + 1] !== SPACE || bytes[behindTime + 1] !== 115) return undefined;
  return {
    time: decoder.decode(bytes.subarray(at, behindTime)),
    stream: bytes[behindTime + 4] === O ? "stdout" : "stderr",
    full: bytes[tag] === FULL,
    from: tag + 2,
    to: end,
  };
}
