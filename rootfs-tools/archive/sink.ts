/** Where bytes go, one behind the other: a file, a digest, a compressor. */
import { writeSync } from "node:fs";
import { constants, createGzip, createZstdCompress } from "node:zlib";
import { errnoOf } from "../files/failure.ts";
import { pauses } from "../write/steps.ts";

/** Takes bytes in order. They may be overwritten as soon as `write` is done. */
export interface Sink {
  write(bytes: Uint8Array): void | Promise<void>;
  /** After the last write; not called where something failed. */
  end(): void | Promise<void>;
}

/** A sink that is done when it returns: what a compressor can write to. */
export interface DirectSink extends Sink {
  write(bytes: Uint8Array): void;
  end(): void;
}

/** How bytes are compressed. */
export type Compression = "gzip" | "zstd";

/** Compressed bytes that are handed on at once. */
const CHUNK = 1 << 18;

/** Milliseconds to wait where the other end of a pipe has made it non-blocking, and reads nothing yet. */
const PAUSE = 1;

/** Writes to the open file `fd`, which stays the caller's to close. Throws as node:fs does. */
export class FileSink implements DirectSink {
  readonly #fd: number;
  /** Bytes that were written. */
  bytes = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  write(bytes: Uint8Array): void {
    let written = 0;
    while (written < bytes.length) {
      try {
        written += writeSync(this.#fd, bytes, written);
      } catch (error) {
        if (errnoOf(error) !== "EAGAIN") throw error;
        Bun.sleepSync(PAUSE);
      }
    }
    this.bytes += written;
  }

  end(): void {}
}

/** Takes the SHA-256 of what goes through. */
export class DigestSink implements DirectSink {
  readonly #hash = new Bun.CryptoHasher("sha256");
  readonly #next: DirectSink;
  /** Bytes that went through. */
  bytes = 0;

  constructor(next: DirectSink) {
    this.#next = next;
  }

  write(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.bytes += bytes.length;
    this.#next.write(bytes);
  }

  end(): void {
    this.#next.end();
  }

  /** The digest in hexadecimal; nothing may be written any more. */
  digest(): string {
    return this.#hash.digest("hex");
  }
}

/**
 * Compresses what goes through, in another thread. The same bytes give the same: a gzip header made here
 * holds no name and no time (RFC 1952).
 */
class CompressSink implements Sink {
  readonly #stream: ReturnType<typeof createGzip> | ReturnType<typeof createZstdCompress>;
  readonly #next: DirectSink;
  #error: unknown;

  constructor(compression: Compression, next: DirectSink) {
    this.#next = next;
    this.#stream =
      compression === "gzip"
        ? createGzip({ chunkSize: CHUNK })
        : createZstdCompress({ chunkSize: CHUNK, params: { [constants.ZSTD_c_checksumFlag]: 1 } });
    this.#stream.on("data", (chunk: Uint8Array) => {
      try {
        if (this.#error === undefined) next.write(chunk);
      } catch (error) {
        this.#error = error;
      }
    });
  }

  async write(bytes: Uint8Array): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#stream.write(bytes, (error) => (error ? reject(error) : resolve()));
    await promise;
    if (this.#error !== undefined) throw this.#error;
  }

  async end(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#stream.once("end", resolve).once("error", reject);
    this.#stream.end();
    await promise;
    if (this.#error !== undefined) throw this.#error;
    this.#next.end();
  }
}

/** `next`, behind a compressor where one is asked for. */
export const compressing = (compression: Compression | undefined, next: DirectSink): Sink =>
  compression === undefined ? next : new CompressSink(compression, next);

/** What is gathered before it is handed on: headers are small, and each step to another thread costs. */
const GATHERED = 1 << 20;

/** The bytes of `parts` in blocks of the same length but the last. Each holds until the next but one. */
export function* gathered(parts: Iterable<Uint8Array>): Generator<Uint8Array> {
  let [block, other] = [new Uint8Array(GATHERED), new Uint8Array(GATHERED)];
  let filled = 0;
  for (const part of parts) {
    for (let taken = 0; taken < part.length; ) {
      const next = part.subarray(taken, taken + GATHERED - filled);
      block.set(next, filled);
      filled += next.length;
      taken += next.length;
      if (filled < GATHERED) continue;
      yield block;
      [block, other, filled] = [other, block, 0];
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}

/** Writes all of `parts` to `sink` and ends it. While one block is compressed the next is read. */
export async function pour(parts: Iterable<Uint8Array>, sink: Sink): Promise<void> {
  let written: Promise<void> | undefined;
  const pause = pauses();
  try {
    for (const block of gathered(parts)) {
      await written;
      await pause();
      written = sink.write(block) ?? undefined;
    }
  } finally {
    await written;
  }
  await sink.end();
}

/** `parts`, taken into `hash` on their way. */
export function* hashed(parts: Iterable<Uint8Array>, hash: Bun.CryptoHasher): Generator<Uint8Array> {
  for (const part of parts) {
    hash.update(part);
    yield part;
  }
}
