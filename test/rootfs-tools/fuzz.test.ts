/** Files changed at random: every one is answered, or is an error that names a file, in bounded time. */
import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { encodeCache, Host, LoaderSet, parseCache, resolveOne } from "../../rootfs-tools/index.ts";
import { NsboxError } from "../../src/util/errors.ts";
import { library, program, runpath, workspace } from "./fixtures.ts";

const work = workspace();
const ROUNDS = 1000;
/** Milliseconds for one file: hundreds of times what is needed. */
const SLOWEST = 500;

/** The same numbers in every run: xorshift. */
function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

/** The bytes of `original` with a few bits turned, most of them where the tables are. */
function turned(
  original: Uint8Array,
  next: (limit: number) => number,
  tables: readonly [number, number][],
): Uint8Array {
  const bytes = new Uint8Array(original);
  for (let flips = 1 + next(4); flips > 0; flips--) {
    const [start, length] = next(4) === 0 ? [0, bytes.length] : (tables[next(tables.length)] ?? [0, 64]);
    const at = start + next(length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << next(8));
  }
  return bytes;
}

/** Resolves it; anything but an NsboxError is a failure of the test. Returns the milliseconds. */
function survives(path: string): number {
  const start = performance.now();
  try {
    const host = new Host();
    resolveOne(path, { host, loaders: new LoaderSet(host), searchPath: "" });
  } catch (error) {
    if (!(error instanceof NsboxError)) throw error;
    expect(error.message).toContain('"/');
  }
  return performance.now() - start;
}

/** Where the dynamic section of a file of 64 bits is. */
function dynamicOf(bytes: Uint8Array): [number, number] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let at = 64; ; at += 56) {
    if (view.getUint32(at, true) === 2) {
      return [Number(view.getBigUint64(at + 8, true)), Number(view.getBigUint64(at + 32, true))];
    }
  }
}

describe("bits turned at random", () => {
  test.each(["program", "library"])(
    "in a %s never make it slow, nor anything but an error",
    (what) => {
      const lib = library(`${work}/${what}/libone.so`, { soname: "libone.so" });
      const path = program(`${work}/${what}/p`, { needs: [lib], flags: runpath(`${work}/${what}`) });
      const target = what === "program" ? path : lib;
      const original = new Uint8Array(readFileSync(target));
      const tables: [number, number][] = [[0, 64], [64, 56 * 8], dynamicOf(original)];
      const next = numbers(2024);
      let slowest = 0;
      for (let round = 0; round < ROUNDS; round++) {
        writeFileSync(target, turned(original, next, tables));
        slowest = Math.max(slowest, survives(path));
      }
      expect(slowest).toBeLessThan(SLOWEST);
    },
    60_000,
  );

  test("in a cache never make it slow, nor anything but an error", () => {
    const entries = Array.from({ length: 40 }, (_, index) => ({
      name: `lib${index}.so.1`,
      path: `/lib/lib${index}.so.1`,
      flags: 0x303,
      hwcap: 0n,
      level: index % 3 === 0 ? "x86-64-v3" : undefined,
    }));
    const original = encodeCache(entries);
    const next = numbers(7);
    const start = performance.now();
    for (let round = 0; round < ROUNDS; round++) {
      try {
        parseCache(
          turned(original, next, [
            [0, 48],
            [48, 960],
            [original.length - 80, 80],
          ]),
          "cache",
        );
      } catch (error) {
        if (!(error instanceof NsboxError)) throw error;
      }
    }
    expect(performance.now() - start).toBeLessThan(ROUNDS);
  });
});

/** Bytes at an offset of a valid file, and what is said of it then. */
const MUTATIONS: readonly (readonly [
  what: string,
  offset: number,
  bytes: readonly number[],
  said: RegExp,
])[] = [
  ["no magic", 0, [0], /neither an ELF file/],
  ["class 0", 4, [0], /unknown class/],
  ["class 255", 4, [255], /unknown class/],
  ["byte order 0", 5, [0], /byte order/],
  ["byte order 255", 5, [255], /byte order/],
  ["version 0", 6, [0], /unknown version/],
  ["type none", 16, [0, 0], /neither an executable/],
  ["a relocatable object", 16, [1, 0], /relocatable object/],
  ["a core dump", 16, [4, 0], /neither an executable/],
  ["type 0xffff", 16, [255, 255], /neither an executable/],
  ["e_version 0", 20, [0, 0, 0, 0], /unknown version/],
  ["program headers past the end", 32, [0xff, 0xff, 0xff, 0xff], /past the end/],
  ["program headers past 2^63", 32, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], /past the end/],
  ["program headers of size 0", 54, [0, 0], /unknown size/],
  ["program headers of size 57", 54, [57, 0], /unknown size/],
  ["no program headers", 56, [0, 0], /no program headers/],
  ["65,535 program headers", 56, [0xff, 0xff], /past the end/],
];

describe("a header with", () => {
  const source = program(`${work}/header`);
  const original = new Uint8Array(readFileSync(source));

  test.each(MUTATIONS.map(([what, ...rest]): [string, typeof rest] => [what, rest]))(
    "%s is an error that says so",
    (what, [offset, bytes, said]) => {
      const path = `${work}/header ${what}`;
      const mutated = new Uint8Array(original);
      mutated.set(bytes, offset);
      writeFileSync(path, mutated, { mode: 0o755 });
      const host = new Host();
      try {
        resolveOne(path, { host, loaders: new LoaderSet(host), searchPath: "" });
        throw new Error("no error");
      } catch (error) {
        if (!(error instanceof NsboxError)) throw error;
        expect(error.message).toContain(`"${path}"`);
        expect(error.details.cause).toMatch(said);
      }
    },
  );

  test.each(["PT_INTERP without an end", "a dynamic section outside", "DT_STRTAB outside"])(
    "%s is an error that names the file",
    (what) => {
      const bytes = new Uint8Array(original);
      const view = new DataView(bytes.buffer);
      const [dynamic, size] = dynamicOf(bytes);
      if (what.startsWith("PT_INTERP")) {
        for (let at = 64; ; at += 56) {
          if (view.getUint32(at, true) !== 3) continue;
          view.setBigUint64(at + 8, BigInt(bytes.length - 40), true);
          break;
        }
        bytes.fill(0x61, bytes.length - 60);
      } else if (what.startsWith("a dynamic")) {
        for (let at = 64; ; at += 56) {
          if (view.getUint32(at, true) !== 2) continue;
          view.setBigUint64(at + 16, 1n << 50n, true);
          break;
        }
      } else {
        for (let at = dynamic; at < dynamic + size; at += 16) {
          if (view.getBigUint64(at, true) === 5n) view.setBigUint64(at + 8, 1n << 40n, true);
        }
      }
      const path = `${work}/table ${what}`;
      writeFileSync(path, bytes, { mode: 0o755 });
      const host = new Host();
      expect(() => resolveOne(path, { host, loaders: new LoaderSet(host), searchPath: "" })).toThrow(
        `"${path}"`,
      );
    },
  );
});

test("a big-endian file is read as one", () => {
  const path = `${work}/big-endian`;
  const bytes = new Uint8Array(64 + 56 * 3 + 16 * 5 + 64);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 2, 1]);
  view.setUint16(16, 3);
  view.setUint16(18, 22);
  view.setUint32(20, 1);
  view.setBigUint64(32, 64n);
  view.setUint16(54, 56);
  view.setUint16(56, 3);
  const dynamic = 64 + 56 * 3;
  const strings = dynamic + 16 * 5;
  const segment = (index: number, type: number, offset: number, size: number): void => {
    const at = 64 + index * 56;
    view.setUint32(at, type);
    for (const [field, value] of [
      [8, offset],
      [16, offset],
      [32, size],
      [40, size],
    ] as const) {
      view.setBigUint64(at + field, BigInt(value));
    }
  };
  const text = new TextEncoder().encode("\0libc.so.6\0/opt/lib\0/lib/ld64.so.1\0");
  bytes.set(text, strings);
  segment(0, 1, 0, bytes.length);
  segment(1, 2, dynamic, 16 * 5);
  segment(2, 3, strings + 20, 15);
  for (const [index, [tag, value]] of (
    [
      [1, 1],
      [29, 11],
      [5, strings],
      [10, 64],
    ] as const
  ).entries()) {
    view.setBigUint64(dynamic + index * 16, BigInt(tag));
    view.setBigUint64(dynamic + index * 16 + 8, BigInt(value));
  }
  writeFileSync(path, bytes, { mode: 0o755 });
  const host = new Host();
  expect(host.program({ walk: host.walk(path), id: path }).elf).toMatchObject({
    machine: 22,
    bigEndian: true,
    interpreter: "/lib/ld64.so.1",
    runpath: "/opt/lib",
    needed: [{ name: "libc.so.6", kind: "needed" }],
  });
  const found = resolveOne(path, { host, loaders: new LoaderSet(host), searchPath: "" });
  expect(found.machine).toBe("s390x");
  expect(found.interpreters).toMatchObject([{ path: "/lib/ld64.so.1", absent: true }]);
});
