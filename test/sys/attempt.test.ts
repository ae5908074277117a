/** System calls tried in a child. Judges: /proc, and what comes out of pipes. */
import { expect, test } from "bun:test";
import { readFileSync, readlinkSync } from "node:fs";
import { attempt, pipe, TRIED } from "../../src/sys/attempt.ts";
import { SYS } from "../../src/sys/constants.ts";
import { syscall } from "../../src/sys/ffi.ts";

const CLONE_NEWUSER = 0x10000000;

test("makes the calls one after the other, until one fails", () => {
  const tried = attempt(0, [
    { number: TRIED.getpid, args: [] },
    { number: SYS.close, args: [-1], optional: true },
    { number: SYS.close, args: [-1] },
    { number: TRIED.getpid, args: [] },
  ]);
  expect(tried).toMatchObject({ errno: 9, failed: 2 });
  const [pid, ...rest] = tried.results;
  expect(pid).toBeGreaterThan(1);
  expect(pid).not.toBe(process.pid);
  expect(rest).toEqual([-9, -9, null]);
});

test("hands results to later calls, and memory by its address", () => {
  const text = new TextEncoder().encode("through the child\n");
  const { read, write, close } = pipe();
  try {
    const copy = { number: SYS.fcntl, args: [write, 0, 500] };
    const { errno } = attempt(0, [copy, { number: SYS.write, args: [{ result: 0 }, text, text.length] }]);
    const got = new Uint8Array(64);
    expect(errno).toBe(0);
    expect(syscall(SYS.read, read, got, got.length)).toBe(text.length);
    expect(new TextDecoder().decode(got.subarray(0, text.length))).toBe("through the child\n");
  } finally {
    close();
  }
});

test("changes nothing here, and runs in the namespaces asked for", () => {
  const before = readlinkSync("/proc/self/ns/user");
  const gate = pipe();
  let inside = "";
  try {
    const wait = { number: SYS.read, args: [gate.read, new Uint8Array(1), 1] };
    const { failed } = attempt(CLONE_NEWUSER, [wait], (pid) => {
      inside = readlinkSync(`/proc/${pid}/ns/user`);
      syscall(SYS.write, gate.write, new Uint8Array(1), 1);
    });
    expect(failed).toBeNull();
  } finally {
    gate.close();
  }
  expect(inside).toStartWith("user:[");
  expect(inside).not.toBe(before);
  expect(readlinkSync("/proc/self/ns/user")).toBe(before);
});

test("says why no child could be made, and leaves none behind", () => {
  // CLONE_FS with CLONE_NEWUSER is refused by clone(2).
  expect(attempt(CLONE_NEWUSER + 0x200, [{ number: TRIED.getpid, args: [] }])).toEqual({
    results: [null],
    errno: 22,
    failed: -1,
  });
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8");
  attempt(0, [{ number: TRIED.getpid, args: [] }]);
  expect(readFileSync(`/proc/self/task/${process.pid}/children`, "utf8")).toBe(children);
});

test("a call that waits forever is given up", () => {
  const gate = pipe();
  const wait = { number: SYS.read, args: [gate.read, new Uint8Array(1), 1] };
  const begin = performance.now();
  const { errno, failed } = attempt(0, [wait]);
  gate.close();
  expect({ errno, failed }).toEqual({ errno: 5, failed: 0 });
  expect(performance.now() - begin).toBeLessThan(10_000);
}, 20_000);
