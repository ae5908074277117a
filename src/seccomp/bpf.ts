/**
 * An assembler for seccomp's programs. Jumps only lead forward, so a program is put together from its end:
 * whatever is jumped to stands already.
 */

/** A place in the program, or a return: what a jump may lead to. */
export type Target = number;

/** Instructions that the kernel takes, BPF_MAXINSNS. */
export const MAX_INSTRUCTIONS = 4096;

/** The longest conditional jump, in instructions. */
const FAR = 255;

// Codes of <linux/bpf_common.h>, those that the kernel's own look at constant answers understands.
const LOAD = 0x20;
const AND = 0x54;
const JUMP = 0x05;
const RETURN = 0x06;

/** Conditional jumps: the accumulator equals, is at least, or shares a bit with the constant. */
export const EQUAL = 0x15;
/** See `EQUAL`. */
export const AT_LEAST = 0x35;
/** See `EQUAL`. */
export const ANY_BIT = 0x45;

/** Thrown where a program grows beyond `MAX_INSTRUCTIONS`. */
export class TooLong extends Error {}

/** Targets below zero are returns, by place in `actions`: which of its copies is in reach is seen late. */
export class Assembler {
  /** Last instruction first: code and jumps, constant. */
  readonly #codes: number[] = [];
  readonly #constants: number[] = [];
  readonly #actions: number[] = [];
  /** Where the nearest copy of each return stands. */
  readonly #returns: number[] = [];

  /** The end of the program with `action`. */
  returning(action: number): Target {
    let place = this.#actions.indexOf(action);
    if (place < 0) {
      place = this.#actions.push(action) - 1;
      this.#returns.push(-1);
    }
    return -1 - place;
  }

  /** If the accumulator compares so with `constant` go to `yes`, else to `no`. */
  branch(code: number, constant: number, yes: Target, no: Target): Target {
    if (yes === no) return yes;
    // Bringing the second one near may put one instruction before the first.
    const far = this.#near(yes, 1);
    const other = this.#near(no, 0);
    const at = this.#codes.length;
    return this.#add(code | ((at - far - 1) << 16) | ((at - other - 1) << 24), constant);
  }

  /** Loads the word at `offset` of struct seccomp_data, then goes to `next`. */
  load(offset: number, next: Target): Target {
    this.#follow(next);
    return this.#add(LOAD, offset);
  }

  /** Clears what is not in `mask`, then goes to `next`. */
  and(mask: number, next: Target): Target {
    this.#follow(next);
    return this.#add(AND, mask);
  }

  /** The program that begins at `start`: an array of struct sock_filter, in the byte order of both architectures. */
  finish(start: Target): Uint8Array {
    this.#follow(start);
    const count = this.#codes.length;
    const words = new Uint32Array(count * 2);
    for (let index = 0; index < count; index++) {
      words[index * 2] = this.#codes[count - 1 - index]!;
      words[index * 2 + 1] = this.#constants[count - 1 - index]!;
    }
    return new Uint8Array(words.buffer);
  }

  #add(code: number, constant: number): Target {
    if (this.#codes.length >= MAX_INSTRUCTIONS) throw new TooLong();
    this.#constants.push(constant);
    return this.#codes.push(code) - 1;
  }

  /** A place that the next instruction can jump to, or the one `slack` behind it. */
  #near(target: Target, slack: number): number {
    const place = target < 0 ? this.#returns[-1 - target]! : target;
    if (place >= 0 && this.#codes.length - place - 1 + slack <= FAR) return place;
    if (target >= 0) return this.#add(JUMP, this.#codes.length - place - 1);
    const copy = this.#add(RETURN, this.#actions[-1 - target]!);
    this.#returns[-1 - target] = copy;
    return copy;
  }

  /** Sees to it that the next instruction is followed by `target`. */
  #follow(target: Target): void {
    const last = this.#codes.length - 1;
    if (target < 0) this.#returns[-1 - target] = this.#add(RETURN, this.#actions[-1 - target]!);
    else if (target !== last) this.#add(JUMP, last - target);
  }
}
