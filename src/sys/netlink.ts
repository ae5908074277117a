/** A netlink socket, for what nsbox itself asks the kernel. See netlink(7). */
import { SYS } from "./constants.ts";
import { syscall } from "./ffi.ts";

const [AF_NETLINK, SOCK_RAW, SOCK_CLOEXEC] = [16, 3, 0o2000000];
const [SOL_SOCKET, SO_RCVBUFFORCE, SOL_NETLINK] = [1, 33, 270];
const [NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK] = [10, 11, 12];
const [MSG_DONTWAIT, MSG_TRUNC] = [0x40, 0x20];
const [NLMSG_ERROR, NLMSG_DONE] = [2, 3];
const NLM_F_CAPPED = 0x100;
const NLM_F_ACK_TLVS = 0x200;
const NLM_F_DUMP_INTR = 0x10;
const NLMSGERR_ATTR_MSG = 1;
const HEADER = 16;
const [EAGAIN, EINTR, ENOBUFS] = [11, 4, 105];
/** More than the kernel puts into one answer. */
const ANSWER = 65536;
/** Acknowledgements of a long batch, in bytes. */
const ROOM = 4 * 1024 * 1024;
/** How often a dump is begun anew where the table changed meanwhile. */
const TRIES = 20;

/** What the kernel did not do. */
export interface Refusal {
  readonly errno: number;
  /** Which message, counted from 1. */
  readonly sequence: number;
  /** The kernel's own words, where it has some. */
  readonly words: string | undefined;
}

/** One message of an answer. */
export interface Answer {
  readonly type: number;
  /** What stands behind the header. */
  readonly body: Uint8Array;
}

/** What an answer is received into; each is read before the next comes. */
let room: Uint8Array<ArrayBuffer> | undefined;

/** One socket, in the network namespace in which it was made. */
export class NetlinkSocket {
  readonly #fd: number;
  readonly errno: number;

  /**
   * `protocol`: NETLINK_ROUTE is 0, NETLINK_NETFILTER 12. Where it fails, `errno` is not 0. `fd`: one that is
   * there already, to be taken over.
   */
  constructor(protocol: number, fd?: number) {
    this.#fd = fd ?? syscall(SYS.socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    this.errno = this.#fd < 0 ? -this.#fd : 0;
    if (this.#fd < 0) return;
    const on = new Int32Array([1]);
    for (const option of [NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK]) {
      syscall(SYS.setsockopt, this.#fd, SOL_NETLINK, option, on, 4);
    }
  }

  /** Sends one or more messages, each with NLM_F_ACK, or one batch. Returns the first refusal. */
  request(messages: Uint8Array): Refusal | undefined {
    syscall(SYS.setsockopt, this.#fd, SOL_SOCKET, SO_RCVBUFFORCE, new Int32Array([ROOM]), 4);
    const sent = syscall(SYS.sendto, this.#fd, messages, messages.length, 0, 0, 0);
    if (sent < 0) return { errno: -sent, sequence: 0, words: undefined };
    // It was worked through during that call: all answers are there.
    let refusal: Refusal | undefined;
    for (;;) {
      const answers = this.#receive(MSG_DONTWAIT);
      if (typeof answers === "number") {
        if (answers === -EAGAIN) return refusal;
        return refusal ?? { errno: -answers, sequence: 0, words: undefined };
      }
      for (const each of answers) refusal ??= refusalIn(each);
    }
  }

  /** What the kernel answers to a message with NLM_F_DUMP, or to a question for one thing; or minus the errno. */
  ask(message: Uint8Array): Answer[] | number {
    for (let tries = 0; ; tries++) {
      const answers = this.#askOnce(message);
      if (answers !== "again" || tries === TRIES) return answers === "again" ? -EAGAIN : answers;
    }
  }

  #askOnce(message: Uint8Array): Answer[] | number | "again" {
    const sent = syscall(SYS.sendto, this.#fd, message, message.length, 0, 0, 0);
    if (sent < 0) return sent;
    const found: Answer[] = [];
    let changed = false;
    for (;;) {
      const answers = this.#receive(0);
      if (typeof answers === "number") return answers;
      for (const each of answers) {
        changed ||= (each.flags & NLM_F_DUMP_INTR) !== 0;
        if (each.type === NLMSG_ERROR) {
          const refusal = refusalIn(each);
          return refusal === undefined ? found : -refusal.errno;
        }
        if (each.type === NLMSG_DONE) return changed ? "again" : found;
        found.push({ type: each.type, body: each.body.slice() });
      }
      // Not the answer of a dump: nothing more comes.
      if (answers.length > 0 && (answers[0]!.flags & 2) === 0) return found;
    }
  }

  #receive(flags: number): (Answer & { flags: number; sequence: number })[] | number {
    room ??= new Uint8Array(ANSWER);
    let length: number;
    do length = syscall(SYS.recvfrom, this.#fd, room, ANSWER, flags | MSG_TRUNC, 0, 0);
    while (length === -EINTR);
    if (length < 0) return length;
    if (length > ANSWER) return -ENOBUFS;
    const view = new DataView(room.buffer, 0, length);
    const found: (Answer & { flags: number; sequence: number })[] = [];
    for (let at = 0; at + HEADER <= length; ) {
      const size = view.getUint32(at, true);
      if (size < HEADER || at + size > length) break;
      found.push({
        type: view.getUint16(at + 4, true),
        flags: view.getUint16(at + 6, true),
        sequence: view.getUint32(at + 8, true),
        body: room.subarray(at + HEADER, at + size),
      });
      at += (size + 3) & ~3;
    }
    return found;
  }

  /** Lets go of it. */
  close(): void {
    if (this.#fd >= 0) syscall(SYS.close, this.#fd);
  }
}

/** The refusal that an answer is; undefined where it is none. */
function refusalIn({ type, flags, sequence, body }: Answer & { flags: number; sequence: number }) {
  if (type !== NLMSG_ERROR || body.length < 4) return undefined;
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const errno = -view.getInt32(0, true);
  if (errno === 0) return undefined;
  return { errno, sequence, words: (flags & NLM_F_ACK_TLVS) === 0 ? undefined : wordsIn(view, flags) };
}

/** Behind the errno stands the header of the message that failed, or all of it, and then attributes. */
function wordsIn(view: DataView, flags: number): string | undefined {
  const message = view.byteLength < 8 ? HEADER : view.getUint32(4, true);
  let at = 4 + ((flags & NLM_F_CAPPED) === 0 ? (message + 3) & ~3 : HEADER);
  while (at + 4 <= view.byteLength) {
    const length = view.getUint16(at, true);
    if (length < 4 || at + length > view.byteLength) return undefined;
    if ((view.getUint16(at + 2, true) & 0x3fff) === NLMSGERR_ATTR_MSG) {
      const bytes = new Uint8Array(view.buffer, view.byteOffset + at + 4, length - 5);
      return new TextDecoder().decode(bytes);
    }
    at += (length + 3) & ~3;
  }
  return undefined;
}
