import { expect, test } from "bun:test";
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { parseCache, resolve } from "../../rootfs-tools/index.ts";
import { NsboxError } from "../../src/util/errors.ts";
import { library, program, rpath, run, runpath, workspace } from "./fixtures.ts";

const work = workspace();
const SLOWEST = 500;

/** Resolves, and takes an error of ours that names the file as well as success. Returns the milliseconds. */
function survives(path: string): number {
  const start = performance.now();
  try {
    resolve([path], { searchPath: "" });
  } catch (error) {
    if (!(error instanceof NsboxError)) throw error;
    expect(error.message).toContain(path);
  }
  return performance.now() - start;
}

/** Where the fields that matter stand in a little-endian ELF file of 64 bits. */
function fieldsOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const fields = [0, 4, 5, 6, 16, 18, 20, 32, 36, 54, 56];
  const programHeaders = Number(view.getBigUint64(32, true));
  for (let index = 0; index < view.getUint16(56, true); index++) {
    const at = programHeaders + index * 56;
    const type = view.getUint32(at, true);
    if (type > 3) continue;
    fields.push(at, at + 8, at + 12, at + 16, at + 32, at + 36);
    if (type !== 2) continue;
    const dynamic = Number(view.getBigUint64(at + 8, true));
    for (let entry = 0; entry < 26; entry++) fields.push(dynamic + entry * 16, dynamic + entry * 16 + 8);
  }
  return fields;
}

test("a mutated header is an error that names the file, or changes nothing, and never takes long", () => {
  const lib = library(`${work}/lib/libone.so`, { soname: "libone.so" });
  const original = readFileSync(program(`${work}/p`, { needs: [lib], flags: runpath(`${work}/lib`) }));
  const path = `${work}/mutated`;
  writeFileSync(path, original, { mode: 0o755 });
  let slowest = 0;
  for (const field of fieldsOf(original)) {
    for (const value of [0, 1, 0x7fffffff, 0xffffffff]) {
      const bytes = new Uint8Array(original);
      new DataView(bytes.buffer).setUint32(field, value, true);
      writeFileSync(path, bytes);
      slowest = Math.max(slowest, survives(path));
    }
  }
  expect(slowest).toBeLessThan(SLOWEST);
}, 60_000);

test("a file that ends anywhere is an error that names it, or has all that is needed", () => {
  const original = readFileSync(program(`${work}/q`));
  const path = `${work}/truncated`;
  for (let length = 1; length < original.length; length = Math.ceil(length * 1.3)) {
    writeFileSync(path, original.subarray(0, length), { mode: 0o755 });
    expect(survives(path)).toBeLessThan(SLOWEST);
  }
});

test("a huge sparse file with a dynamic section of its own size is read in bounded time and memory", () => {
  const path = `${work}/sparse`;
  const bytes = new Uint8Array(readFileSync(program(`${work}/r`)));
  const view = new DataView(bytes.buffer);
  const programHeaders = Number(view.getBigUint64(32, true));
  for (let index = 0; index < view.getUint16(56, true); index++) {
    const at = programHeaders + index * 56;
    if (view.getUint32(at, true) === 2) view.setBigUint64(at + 32, 1n << 40n, true);
  }
  writeFileSync(path, bytes, { mode: 0o755 });
  truncateSync(path, 2 ** 41);
  expect(survives(path)).toBeLessThan(SLOWEST);
});

test("programs of 32 bits are read as well", () => {
  const lib = library(`${work}/lib32/libone.so`, { soname: "libone.so", flags: ["-m32"] });
  const path = library(`${work}/p32`, {
    flags: ["-m32", "-Wl,-dynamic-linker,/no/ld-linux.so.2", "-pie"],
    needs: [lib],
  });
  expect(() => resolve([path], { searchPath: "" })).toThrow("/no/ld-linux.so.2");
});

test("the cache is read as ldconfig reads it", () => {
  const path = "/etc/ld.so.cache";
  const listed = run(["ldconfig", "-p"]).matchAll(/^\t(\S+) \(.*\) => (.*)$/gm);
  const expected = [...listed].map(([, name, target]) => `${name} ${target}`);
  const parsed = [...parseCache(readFileSync(path), path).values()].flat();
  expect(parsed.map((entry) => `${entry.name} ${entry.path}`)).toEqual(expected);
});

test("a broken cache is an error that names it", () => {
  const good = new Uint8Array(readFileSync("/etc/ld.so.cache"));
  for (const length of [0, 10, 47, 100, 5000]) {
    expect(() => parseCache(good.subarray(0, length), "/x/cache")).toThrow('"/x/cache"');
  }
  for (let at = 0; at < 400; at += 4) {
    const bytes = new Uint8Array(good);
    new DataView(bytes.buffer).setUint32(at, 0xffffffff, true);
    try {
      parseCache(bytes, "/x/cache");
    } catch (error) {
      expect(error).toBeInstanceOf(NsboxError);
    }
  }
});

test("a search path of thousands of directories for thousands of names ends with an error", () => {
  const path = `${work}/many`;
  const directories = Array.from({ length: 20_000 }, (_, index) => `/${index.toString(36)}`);
  const lib = library(`${work}/stub/libmany.so`, { soname: "libmany.so" });
  const names = Array.from({ length: 30 }, (_, index) => {
    const stub = `${work}/stub/lib${index}.so`;
    return index === 0 ? lib : library(stub, { soname: `lib${index}.so` });
  });
  program(path, { needs: names, flags: rpath(...directories) });
  expect(survives(path)).toBeLessThan(10 * SLOWEST);
});

test("a loader's cache or configuration that is a FIFO does not block", () => {
  const home = `${work}/musl`;
  mkdirSync(`${home}/etc`, { recursive: true });
  run(["mkfifo", `${home}/etc/ld-musl-x86_64.path`]);
  const interpreter = library(`${home}/lib/ld-musl-x86_64.so.1`);
  const path = program(`${home}/p`, { flags: [`-Wl,-dynamic-linker,${interpreter}`] });
  expect(survives(path)).toBeLessThan(SLOWEST);
});
