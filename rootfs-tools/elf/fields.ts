/** Numbers in the header and the tables of an ELF file, of either class and byte order. */
export class Fields {
  readonly #view: DataView;
  readonly bits: 32 | 64;
  readonly #little: boolean;

  constructor(bytes: Uint8Array, bits: 32 | 64, bigEndian: boolean) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.bits = bits;
    this.#little = !bigEndian;
  }

  /** Others of the same file. */
  of(bytes: Uint8Array): Fields {
    return new Fields(bytes, this.bits, !this.#little);
  }

  /** 16 bits at an offset of some bytes. */
  half(at: number): number {
    return this.#view.getUint16(at, this.#little);
  }

  /** 32 bits. */
  word(at: number): number {
    return this.#view.getUint32(at, this.#little);
  }

  /** An address, offset or size. Beyond 2^53 it loses bits, and lies past the end of any file all the same. */
  long(at: number): number {
    if (this.bits === 32) return this.word(at);
    const first = this.word(at);
    const second = this.word(at + 4);
    return this.#little ? first + second * 0x1_0000_0000 : second + first * 0x1_0000_0000;
  }
}
