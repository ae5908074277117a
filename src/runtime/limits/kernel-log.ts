/** What the kernel logged of processes that it killed for want of memory. See proc(5), kmsg. */
import { AT_FDCWD, SYS } from "../../sys/constants.ts";
import { cstring, syscall } from "../../sys/ffi.ts";

const [O_NONBLOCK, O_CLOEXEC] = [0x800, 0x80000];
const EPIPE = 32;
const LONGEST_RECORD = 8192;
/** A log holds no more records than that; who writes faster than we read does not keep us here. */
const MOST_RECORDS = 200_000;

/** One kill. */
export interface Kill {
  readonly task: string;
  readonly pid: number;
  /** The group whose limit was reached; undefined where the whole machine had no memory left. */
  readonly limited: string | undefined;
  /** The group that the process was in. */
  readonly group: string;
}

/** The kill that a line tells of. */
export function parseKill(line: string): Kill | undefined {
  // A process may be called like a field: what is behind its name is looked at from the end.
  const found = /oom-kill:constraint=.*?,task_memcg=([^,\n]*),task=(.*),pid=(\d+),uid=\d+\s*$/.exec(
    line.split("\n", 1)[0] ?? "",
  );
  if (found === null) return undefined;
  const [whole, group = "", task = "", pid] = found;
  const limited = /,oom_memcg=([^,]*),task_memcg=/.exec(whole)?.[1];
  return { task, pid: Number(pid), limited, group };
}

/** The kills of processes in a group called `name`, or below it, the last first; none where the log may not be read. */
export function killsIn(name: string): Kill[] {
  const log = syscall(SYS.openat, AT_FDCWD, cstring("/dev/kmsg"), O_NONBLOCK | O_CLOEXEC);
  if (log < 0) return [];
  const record = new Uint8Array(LONGEST_RECORD);
  const decoder = new TextDecoder();
  const kills: Kill[] = [];
  for (let count = 0; count < MOST_RECORDS; count++) {
    const length = syscall(SYS.read, log, record, LONGEST_RECORD);
    // That record was overwritten before it was read: the next one is there.
    if (length === -EPIPE) continue;
    if (length <= 0) break;
    const kill = parseKill(decoder.decode(record.subarray(0, length)));
    if (kill?.group.split("/").includes(name)) kills.unshift(kill);
  }
  syscall(SYS.close, log);
  return kills;
}
