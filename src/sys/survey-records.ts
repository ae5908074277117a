/** The records that a survey writes, as objects. Their layout is that of csrc/survey.h. */

/** The kinds as the helper numbers them, by their names under /proc/PID/ns. */
export const SURVEY_KINDS = ["user", "mnt", "pid", "net", "uts", "ipc", "cgroup", "time"] as const;

/** Index in the links of a process of what its children will be in. */
export const CHILDREN_LINKS = { pid: 8, time: 9 } as const;

/** Ids in the order of SURVEY_KINDS, then those of CHILDREN_LINKS; 0 where one is not known. */
export type Links = readonly number[];

/** A process. Texts are as the kernel has them, but that bytes that are no UTF-8 become U+FFFD. */
export interface SurveyedProcess {
  readonly pid: number;
  readonly ppid: number;
  readonly start: number;
  readonly kernel: boolean;
  /** Its links could not be read for want of a right; nor its descriptors. */
  readonly denied: boolean;
  readonly descriptorsDenied: boolean;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly threads: number;
  readonly nice: number;
  readonly priority: number;
  readonly policy: number;
  readonly state: string;
  readonly links: Links;
  readonly pids: readonly number[];
  readonly name: string;
  readonly command: string | null;
  readonly cgroup: string | null;
  /** `cgroup` is that of v2. */
  readonly unified: boolean;
  /** The path in the freezer hierarchy of v1; "" for its root, and where there is none. */
  readonly freezer: string;
}

/** A namespace. 0 in `owner` and `parent`: it has none, or the kernel refused to name it. */
export interface SurveyedNamespace {
  readonly id: number;
  readonly kind: number;
  readonly owner: number;
  readonly parent: number;
  readonly refused: boolean;
  readonly uid: number | null;
  readonly serial: number | null;
}

/** A thread in other namespaces than its process. */
export interface SurveyedStray {
  readonly pid: number;
  readonly tid: number;
  readonly links: Links;
  readonly name: string;
}

/** A descriptor that is namespace `id`, or a socket of that one while its process is in another. */
export interface SurveyedDescriptor {
  readonly pid: number;
  readonly fd: number;
  readonly id: number;
  readonly socket: boolean;
}

/** Takes what is found, as it is found: in no order. */
export interface SurveyTaker {
  process(process: SurveyedProcess): void;
  namespace(namespace: SurveyedNamespace): void;
  stray(stray: SurveyedStray): void;
  descriptor(descriptor: SurveyedDescriptor): void;
  /** A mount namespace in which no namespaces are mounted. */
  bare(id: number): void;
}

/** The tags of records, as in csrc/survey.h. */
const [PROCESS, NAMESPACE, STRAY, DESCRIPTOR, SOCKET, BARE] = [1, 2, 3, 4, 5, 6];
const LINKS = 10;
const UNKNOWN = 0xffffffff;
const HIGH = 2 ** 32;

/** Numbers before the texts of a process, and of a stray, with what fills them up to eight bytes. */
const PROCESS_WORDS = 30;
const STRAY_WORDS = 15;

/** Hands each record in the first `used` bytes of `memory` to `taker`. */
export function readRecords(memory: ArrayBuffer, used: number, taker: SurveyTaker): void {
  const words = new Uint32Array(memory);
  const texts = Buffer.from(memory);
  for (let at = 0; at < used; at += words[at >> 2]!) {
    const from = at >> 2;
    const tag = words[from + 1]!;
    if (tag === PROCESS) taker.process(processAt(words, texts, from));
    else if (tag === NAMESPACE) taker.namespace(namespaceAt(words, from));
    else if (tag === STRAY) taker.stray(strayAt(words, texts, from));
    else if (tag === BARE) taker.bare(words[from + 2]!);
    else if (tag === DESCRIPTOR || tag === SOCKET) {
      const [pid, fd, id] = [words[from + 2]!, words[from + 3]!, words[from + 4]!];
      taker.descriptor({ pid, fd, id, socket: tag === SOCKET });
    }
  }
}

function numbersAt(words: Uint32Array, at: number, count: number): number[] {
  const numbers: number[] = [];
  for (let index = 0; index < count; index++) numbers.push(words[at + index]!);
  return numbers;
}

/** The four texts that begin at byte `begin`, one after the other, their lengths in `words` from `at` on. */
function textsAt(bytes: Buffer, begin: number, words: Uint32Array, at: number): string[] {
  let end = begin;
  for (let index = 0; index < 4; index++) end += words[at + index]!;
  // Mostly a character is a byte, and to turn them at once is less to do.
  const all = bytes.toString("utf8", begin, end);
  const isPlain = all.length === end - begin;
  const texts: string[] = [];
  for (let index = 0, from = begin; index < 4; index++) {
    const to = from + words[at + index]!;
    texts.push(isPlain ? all.slice(from - begin, to - begin) : bytes.toString("utf8", from, to));
    from = to;
  }
  return texts;
}

function processAt(words: Uint32Array, texts: Buffer, from: number): SurveyedProcess {
  const flags = words[from + 6]!;
  const [uid, gid, pid] = [words[from + 7]!, words[from + 8]!, words[from + 2]!];
  const count = words[from + 24]!;
  const text = textsAt(texts, (from + PROCESS_WORDS + count) * 4, words, from + 25);
  return {
    pid,
    ppid: words[from + 3]!,
    start: words[from + 4]! + words[from + 5]! * HIGH,
    kernel: (flags & 1) !== 0,
    denied: (flags & 2) !== 0,
    descriptorsDenied: (flags & 4) !== 0,
    uid: uid === UNKNOWN ? null : uid,
    gid: gid === UNKNOWN ? null : gid,
    threads: words[from + 9]!,
    nice: words[from + 10]! | 0,
    priority: words[from + 11]! | 0,
    policy: words[from + 12]!,
    state: String.fromCharCode(words[from + 13]!),
    links: numbersAt(words, from + 14, LINKS),
    pids: count === 0 ? [pid] : numbersAt(words, from + PROCESS_WORDS, count),
    name: text[0]!,
    command: flags & 8 ? text[1]! : null,
    cgroup: flags & 16 ? text[2]! || "/" : null,
    unified: (flags & 32) !== 0,
    freezer: text[3]!,
  };
}

function namespaceAt(words: Uint32Array, from: number): SurveyedNamespace {
  const flags = words[from + 6]!;
  return {
    id: words[from + 2]!,
    kind: words[from + 3]!,
    owner: words[from + 4]!,
    parent: words[from + 5]!,
    refused: (flags & 3) !== 0,
    uid: flags & 4 ? words[from + 7]! : null,
    serial: flags & 8 ? words[from + 8]! + words[from + 9]! * HIGH : null,
  };
}

function strayAt(words: Uint32Array, texts: Buffer, from: number): SurveyedStray {
  const begin = (from + STRAY_WORDS) * 4;
  return {
    pid: words[from + 2]!,
    tid: words[from + 3]!,
    links: numbersAt(words, from + 4, LINKS),
    name: texts.toString("utf8", begin, begin + words[from + 14]!),
  };
}
