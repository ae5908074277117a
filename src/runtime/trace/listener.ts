/** The listener of a filter that announces calls, see seccomp_unotify(2). */
import { SYS } from "../../sys/constants.ts";
import { addressOf, syscall } from "../../sys/ffi.ts";

const NOTIF_RECV = 0xc0502100;
const NOTIF_SEND = 0xc0182101;
const NOTIF_ID_VALID = 0x40082102;
const NOTIF_SET_FLAGS = 0x40082104;

/** The answer is awaited on the processor of whoever asks (Linux 6.6). */
const FD_SYNC_WAKE_UP = 1;
const FLAG_CONTINUE = 1;

const [POLLIN, EINTR, SCM_RIGHTS_SIZE] = [1, 4, 24];
const MSG_CMSG_CLOEXEC = 0x40000000;

/** Takes one descriptor from `socket`; minus an errno, or 0 at the end of file. See unix(7). */
export function takeDescriptor(socket: number): number {
  const bytes = new Uint8Array(16);
  const part = new BigUint64Array([BigInt(addressOf(bytes)), 16n]);
  const control = new BigUint64Array(SCM_RIGHTS_SIZE / 8);
  const message = new BigUint64Array(7);
  message[2] = BigInt(addressOf(part));
  message[3] = 1n;
  message[4] = BigInt(addressOf(control));
  message[5] = BigInt(SCM_RIGHTS_SIZE);
  const length = syscall(SYS.recvmsg, socket, message, MSG_CMSG_CLOEXEC);
  if (length <= 0) return length;
  return message[5] === 0n ? 0 : new Int32Array(control.buffer)[4]!;
}

/** One announced call. */
export interface Announced {
  /** The thread that makes it. */
  readonly pid: number;
  readonly number: number;
  /** AUDIT_ARCH_… of the table it comes through. */
  readonly arch: number;
  /** Argument `index` as an unsigned number (64 bits are rounded, which no address needs). */
  argument(index: number): number;
  /** The low half of it, signed: a descriptor, or flags. */
  int(index: number): number;
}

/** Receives and answers. There is one notification at a time. */
export class Listener implements Announced {
  readonly #fd: number;
  readonly #notification = new Uint8Array(80);
  readonly #words = new Uint32Array(this.#notification.buffer);
  readonly #ints = new Int32Array(this.#notification.buffer);
  readonly #id = new BigUint64Array(this.#notification.buffer);
  readonly #response = new Uint8Array(24);
  readonly #responseId = new BigUint64Array(this.#response.buffer);
  readonly #poll = new Int32Array(2);
  readonly #timeout = new BigInt64Array(2);

  constructor(fd: number) {
    this.#fd = fd;
    new Uint32Array(this.#response.buffer)[5] = FLAG_CONTINUE;
    syscall(SYS.ioctl, fd, NOTIF_SET_FLAGS, FD_SYNC_WAKE_UP);
  }

  get pid(): number {
    return this.#words[2]!;
  }

  get number(): number {
    return this.#ints[4]!;
  }

  get arch(): number {
    return this.#words[5]!;
  }

  argument(index: number): number {
    return this.#words[8 + index * 2]! + this.#words[9 + index * 2]! * 0x100000000;
  }

  int(index: number): number {
    return this.#ints[8 + index * 2]!;
  }

  /**
   * Waits up to `milliseconds` for a call and takes it. `ended`: nobody is left who could make one; `none`:
   * nobody made one, or whoever did was killed meanwhile.
   */
  receive(milliseconds: number): "call" | "none" | "ended" {
    this.#poll[0] = this.#fd;
    this.#poll[1] = POLLIN;
    this.#timeout[1] = BigInt(milliseconds * 1e6);
    const ready = syscall(SYS.ppoll, this.#poll, 1, this.#timeout, 0, 0);
    if (ready === 0 || ready === -EINTR) return "none";
    if (ready < 0 || ((this.#poll[1]! >> 16) & POLLIN) === 0) return "ended";
    this.#notification.fill(0);
    return syscall(SYS.ioctl, this.#fd, NOTIF_RECV, this.#notification) === 0 ? "call" : "none";
  }

  /** Whoever made the call still waits: what was read of its memory was its own. */
  isValid(): boolean {
    return syscall(SYS.ioctl, this.#fd, NOTIF_ID_VALID, this.#notification) === 0;
  }

  /** Lets the call go on. */
  answer(): void {
    this.#responseId[0] = this.#id[0]!;
    syscall(SYS.ioctl, this.#fd, NOTIF_SEND, this.#response);
  }
}
