/** What is wrong with a profile is said; nothing takes for ever, or ends otherwise. */
import { describe, expect, test } from "bun:test";
import { RET } from "../../src/seccomp/actions.ts";
import { compile } from "../../src/seccomp/compile.ts";
import { NsboxError } from "../../src/util/errors.ts";
import { dice } from "../plan/random-plan.ts";
import { AUDIT, decode, run } from "./bpf.ts";
import { ENGINE, read, refusing } from "./profiles.ts";

const entry = (fields: object) => refusing({ names: ["read"], action: "SCMP_ACT_ALLOW", ...fields });
const argument = (fields: object) => entry({ args: [{ index: 0, value: 1, op: "SCMP_CMP_EQ", ...fields }] });

describe("what is wrong is said with file, place and reason:", () => {
  test.each([
    ["nothing at all", "", /^it is not JSON: /],
    ["half a profile", '{"defaultAction":', /^it is not JSON: /],
    ["no object", [], /^expected an object, found a list$/],
    ["no default action", {}, /^defaultAction: expected a string, found nothing$/],
    [
      "an unknown default",
      { defaultAction: "SCMP_ACT_MAYBE" },
      /^defaultAction: unknown value "SCMP_ACT_MAYBE"; known are .*SCMP_ACT_ALLOW/,
    ],
    ["an action in words", { defaultAction: 7 }, /^defaultAction: expected a string, found 7$/],
    [
      "a supervisor",
      entry({ action: "SCMP_ACT_NOTIFY" }),
      /^syscalls\[0\]\.action: SCMP_ACT_NOTIFY needs a supervisor/,
    ],
    [
      "a supervisor for all",
      { defaultAction: "SCMP_ACT_NOTIFY" },
      /^defaultAction: SCMP_ACT_NOTIFY needs a supervisor/,
    ],
    [
      "an errno by name for what has none",
      entry({ errno: "EPERM" }),
      /^syscalls\[0\]\.errno: SCMP_ACT_ALLOW has no errno$/,
    ],
    [
      "calls that are no list",
      { defaultAction: "SCMP_ACT_ALLOW", syscalls: {} },
      /^syscalls: expected a list, found an object$/,
    ],
    [
      "an entry that is null",
      { defaultAction: "SCMP_ACT_ALLOW", syscalls: [null] },
      /^syscalls\[0\]: expected an object, found null$/,
    ],
    ["an entry without names", entry({ names: [] }), /^syscalls\[0\]\.names: expected at least one name$/],
    [
      "a name that is a number",
      entry({ names: ["read", 5] }),
      /^syscalls\[0\]\.names\[1\]: expected a string, found 5$/,
    ],
    ["two ways to name", entry({ name: "write" }), /^syscalls\[0\]\.names: "name" is given too$/],
    ["a misspelt field", entry({ arg: [] }), /^syscalls\[0\]: unknown field "arg"; known are names/],
    [
      "an unknown comparison",
      argument({ op: "EQ" }),
      /^syscalls\[0\]\.args\[0\]\.op: unknown value "EQ"; known are SCMP_CMP_NE/,
    ],
    [
      "a seventh argument",
      argument({ index: 6 }),
      /^syscalls\[0\]\.args\[0\]\.index: expected a whole number from 0 to 5, found 6$/,
    ],
    [
      "a negative value",
      argument({ value: -1 }),
      /^syscalls\[0\]\.args\[0\]\.value: expected a whole number from 0 to 18446744073709551615, found -1$/,
    ],
    ["half a value", argument({ value: 0.5 }), /value: expected a whole number .* found 0\.5$/],
    [
      "a value in words",
      argument({ value: "0x10" }),
      /value: expected a whole number .* found the string "0x10"$/,
    ],
    ["no value", argument({ value: undefined }), /value: expected a whole number .* found nothing$/],
    [
      "an errno that is none",
      entry({ action: "SCMP_ACT_ERRNO", errnoRet: 4096 }),
      /^syscalls\[0\]\.errnoRet: expected a whole number from 0 to 4095, found 4096$/,
    ],
    [
      "an errno for what has none",
      entry({ errnoRet: 1 }),
      /^syscalls\[0\]\.errnoRet: SCMP_ACT_ALLOW has no errno$/,
    ],
    [
      "an unknown errno",
      entry({ action: "SCMP_ACT_ERRNO", errno: "EFOO" }),
      /^syscalls\[0\]\.errno: unknown value "EFOO"/,
    ],
    [
      "a version that is none",
      entry({ includes: { minKernel: "four" } }),
      /^syscalls\[0\]\.includes\.minKernel: expected a version like "4\.8", found "four"$/,
    ],
    [
      "a condition nobody knows",
      entry({ includes: { maxKernel: "9.9" } }),
      /^syscalls\[0\]\.includes: unknown field "maxKernel"/,
    ],
    [
      "two lists of architectures",
      { ...ENGINE, architectures: ["SCMP_ARCH_X86"] },
      /^archMap: "architectures" is given too$/,
    ],
    [
      "an unknown flag",
      { defaultAction: "SCMP_ACT_ALLOW", flags: ["NEW_LISTENER"] },
      /^flags\[0\]: unknown value "NEW_LISTENER"/,
    ],
    ["no end of nesting", `${"[".repeat(300_000)}${"]".repeat(300_000)}`, /^it is nested too deeply$/],
    ["more than anybody writes", `"${"x".repeat(2_000_000)}"`, /^it is larger than 1 MiB$/],
  ])("%s", (_, json, cause) => {
    let caught: unknown;
    try {
      read(json);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(NsboxError);
    const { message, details } = caught as NsboxError;
    expect(message).toBe('Cannot use the seccomp profile "p.json"');
    expect(details.cause).toMatch(cause);
    expect(details.cause?.length).toBeLessThan(2000);
  });

  test("more rules than a filter can hold", () => {
    const many = (count: number, name: string, step: number) =>
      Array.from({ length: count }, (_, at) => ({
        names: [name],
        action: "SCMP_ACT_ALLOW",
        args: [{ index: 0, value: at * step, op: "SCMP_CMP_EQ" }],
      }));
    const full = ["read", "write", "open"].flatMap((name) => many(1024, name, 3));
    expect(() => compile(read(refusing(...full)), "x64")).toThrow('Cannot use the seccomp profile "p.json"');
    expect(() => read(refusing(...many(1025, "read", 1)))).toThrow('Cannot use the seccomp profile "p.json"');
    expect(compile(read(refusing(...many(1024, "read", 1))), "x64").instructions).toBeLessThan(20);
  });

  test("a thousand masks on one argument, each compared by itself", () => {
    const masks = Array.from({ length: 1024 }, (_, at) => at * 2 + 3);
    const args = (value: number) => [{ index: 0, value, valueTwo: value, op: "SCMP_CMP_MASKED_EQ" }];
    const entries = masks.map((mask) => ({ names: ["read"], action: "SCMP_ACT_ALLOW", args: args(mask) }));
    const program = decode(compile(read(refusing(...entries)), "x64").bytes);
    const lets = (value: bigint) =>
      run(program, { nr: 0, arch: AUDIT.x64, args: [value] }).action === RET.ALLOW;
    expect([3n, 2049n, 2n ** 40n + 5n, 0n, 1n, 2048n].map(lets)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

test("a damaged profile is read or refused, and never anything else", () => {
  const pick = dice(7);
  const whole = JSON.stringify(ENGINE);
  const scraps = [
    '"',
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "-1",
    "1e400",
    "true",
    '"SCMP_ACT_LOG"',
    "\u0000",
    "9".repeat(40),
  ];
  const outcomes = { read: 0, refused: 0 };
  for (let round = 0; round < 3000; round++) {
    const [from, length] = [pick(whole.length), pick(2) === 0 ? 0 : pick(30)];
    const scrap = pick(3) === 0 ? "" : scraps[pick(scraps.length)];
    try {
      const profile = read(whole.slice(0, from) + scrap + whole.slice(from + length));
      if (round % 10 === 0) compile(profile, "x64");
      outcomes.read++;
    } catch (error) {
      expect(error).toBeInstanceOf(NsboxError);
      outcomes.refused++;
    }
  }
  expect(outcomes.refused).toBeGreaterThan(1000);
  expect(outcomes.read).toBeGreaterThan(10);
});
