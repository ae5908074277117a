/**
 * Reads all of /proc by the helper: every process, and every namespace that one of them leads to. See
 * csrc/survey.h, which writes the records that are read here.
 */
import { AT_FDCWD, O_DIRECTORY, SYS } from "./constants.ts";
import { addressOf, cstring, syscall } from "./ffi.ts";
import { linkAt } from "./files.ts";
import { surveyCalls } from "./helper.ts";
import { readRecords, SURVEY_KINDS, type SurveyedProcess, type SurveyTaker } from "./survey-records.ts";

/** What to look at beyond processes, and with how many threads. */
export interface SurveyOptions {
  readonly threads: boolean;
  readonly descriptors: boolean;
  readonly mounts: boolean;
  readonly workers: number;
}

/** What is left to say. */
export interface SurveyEnd {
  /** The device of all namespaces, as stat(2) has it. */
  readonly device: number;
  /** Processes that ended while they were looked at. */
  readonly vanished: number;
  /** Processes of which the kernel shows nothing but their PID. */
  readonly hidden: number;
}

const O_CLOEXEC = 0o2000000;
const STATX_INO = 0x100;
const FIRST_ROOM = 1 << 18;
const MOST_WORKERS = 4;
/** Fewer processes than this are not worth a thread of their own. */
const WORTH_A_WORKER = 64;

/** Looks at every process of /proc, this one first. @throws Error where there is no /proc. */
export function survey(options: SurveyOptions, taker: SurveyTaker): SurveyEnd {
  const proc = syscall(SYS.openat, AT_FDCWD, cstring("/proc"), O_DIRECTORY | O_CLOEXEC);
  if (proc < 0) throw new Error(`Cannot open /proc: errno ${-proc}`);
  try {
    return surveyOf(proc, options, taker);
  } finally {
    syscall(SYS.close, proc);
  }
}

const powerAbove = (count: number): number => 2 ** Math.ceil(Math.log2(Math.max(count, 1024)));

/** What all calls of a survey share. */
interface Shared {
  readonly proc: number;
  readonly flags: number;
  readonly device: { readonly major: number; readonly minor: number };
  readonly seen: Uint32Array;
  readonly sockets: BigUint64Array;
}

function surveyOf(proc: number, options: SurveyOptions, taker: SurveyTaker): SurveyEnd {
  const pids = pidsOf(proc);
  const shared: Shared = {
    proc,
    flags: (options.threads ? 1 : 0) | (options.descriptors ? 2 : 0) | (options.mounts ? 4 : 0),
    device: deviceOf(proc),
    seen: new Uint32Array(powerAbove(pids.length * 16)),
    sockets: new BigUint64Array(powerAbove(pids.length * 4)),
  };
  // Of this process first, while nothing is open that the other workers open for a moment.
  const self = Number(linkAt("/proc/self"));
  let plain = 0;
  const process = (one: SurveyedProcess) => {
    // Where /proc shows it one PID, that is its own: /proc and it are of one PID namespace.
    if (one.pids.length === 1) plain = one.links[SURVEY_KINDS.indexOf("pid")]!;
    taker.process(one);
  };
  const own = run(
    shared,
    pids.filter((pid) => pid === self),
    0,
    1,
    { ...taker, process },
  );
  const others = pids.filter((pid) => pid !== self);
  const workers = Math.min(options.workers, MOST_WORKERS, Math.ceil(others.length / WORTH_A_WORKER));
  const rest = run(shared, others, plain, Math.max(workers, 1), taker);
  return {
    device: shared.device.major * 256 + shared.device.minor,
    vanished: own.vanished + rest.vanished,
    hidden: own.hidden + rest.hidden,
  };
}

function pidsOf(proc: number): Uint32Array {
  for (let capacity = 4096; ; ) {
    const pids = new Uint32Array(capacity);
    const count = surveyCalls().pids(proc, pids, capacity);
    if (count < 0) throw new Error(`Cannot read /proc: errno ${-count}`);
    if (count <= capacity) return pids.subarray(0, count);
    // Processes come and go between two calls: room for some more.
    capacity = count + 1024;
  }
}

function deviceOf(proc: number): Shared["device"] {
  const stat = new Uint32Array(64);
  const error = syscall(SYS.statx, proc, cstring("self/ns/user"), 0, STATX_INO, stat);
  if (error < 0) throw new Error(`Cannot look at the own namespaces: errno ${-error}`);
  return { major: stat[34]!, minor: stat[35]! };
}

/** Offsets in struct nsh_survey and struct survey_part, in words of eight bytes; `parts` come last. */
const [PARTS, PART] = [9, 5];

/** What the helper has by address alone, and which must not be collected meanwhile. */
const LENT = new Set<unknown>();

/** One survey of `pids`: calls the helper until all of them were looked at. */
function run(
  { proc, flags, device, seen, sockets }: Shared,
  pids: Uint32Array,
  plain: number,
  workers: number,
  taker: SurveyTaker,
): Pick<SurveyEnd, "vanished" | "hidden"> {
  if (pids.length === 0) return { vanished: 0, hidden: 0 };
  const rooms = Array.from({ length: workers }, () => new ArrayBuffer(FIRST_ROOM));
  const words = new BigUint64Array(PARTS + PART * MOST_WORKERS);
  const halves = new Uint32Array(words.buffer);
  halves.set([proc, flags, plain, workers, device.major, device.minor]);
  words[3] = BigInt(addressOf(pids));
  halves.set([pids.length, 0], 8);
  words.set([addressOf(seen), seen.length, addressOf(sockets), sockets.length].map(BigInt), 5);
  const lent = [pids, seen, sockets, rooms];
  LENT.add(lent);
  for (let more = true; more; ) {
    rooms.forEach((room, index) => {
      words.set([BigInt(addressOf(new Uint8Array(room))), BigInt(room.byteLength), 0n], PARTS + PART * index);
    });
    more = surveyCalls().survey(words) > 0;
    rooms.forEach((room, index) => {
      const used = Number(words[PARTS + PART * index + 2]);
      readRecords(room, used, taker);
      // One process that does not fit into all of it.
      const pending = halves[(PARTS + PART * index) * 2 + 6] !== 0;
      if (pending && used === 0) rooms[index] = new ArrayBuffer(room.byteLength * 2);
    });
  }
  LENT.delete(lent);
  const sum = (half: number) =>
    rooms.reduce((total, _, index) => total + halves[(PARTS + PART * index) * 2 + half]!, 0);
  return { vanished: sum(7), hidden: sum(8) };
}
