/** Profiles from files: both forms of JSON, and what is wrong with them. */
import { describe, expect, test } from "bun:test";
import { ENOSYS, EPERM, RET, refuse } from "../../src/seccomp/actions.ts";
import { compile } from "../../src/seccomp/compile.ts";
import { errnoOf, logOnly, withErrno } from "../../src/seccomp/modes.ts";
import { FLAG, type Profile } from "../../src/seccomp/profile.ts";
import { readProfile } from "../../src/seccomp/read.ts";
import { SYSCALLS } from "../../src/seccomp/syscalls.ts";
import { NsboxError, UsageError } from "../../src/util/errors.ts";
import { AUDIT, decode, run } from "./bpf.ts";
import { NO_JUDGE } from "./judge.ts";
import { ARCHES, compare } from "./judged.ts";

const HOST = { source: "p.json", arch: "x64", capabilities: ["CHOWN"], kernel: "6.1.0-18-amd64" } as const;

const read = (
  json: unknown,
  host: Partial<typeof HOST | { capabilities: readonly string[]; kernel: string; arch: "arm64" }> = {},
) => readProfile(typeof json === "string" ? json : JSON.stringify(json), { ...HOST, ...host });

/** A profile that refuses all but what `syscalls` say. */
const refusing = (...syscalls: unknown[]) => ({ defaultAction: "SCMP_ACT_ERRNO", syscalls });

function answer(profile: Profile, name: string, ...args: bigint[]): number {
  const program = decode(compile(profile, "x64").bytes);
  return run(program, { nr: SYSCALLS.x64.indexOf(name), arch: AUDIT.x64, args }).action;
}

/** An engine's profile: all that the engines add to the runtimes' form, and comparisons of each sort. */
const ENGINE = {
  defaultAction: "SCMP_ACT_ERRNO",
  defaultErrnoRet: 38,
  defaultErrno: "ENOSYS",
  archMap: [
    { architecture: "SCMP_ARCH_X86_64", subArchitectures: ["SCMP_ARCH_X86", "SCMP_ARCH_X32"] },
    { architecture: "SCMP_ARCH_AARCH64", subArchitectures: ["SCMP_ARCH_ARM"] },
    { architecture: "SCMP_ARCH_RISCV64", subArchitectures: null },
  ],
  syscalls: [
    { names: ["read", "write", "clone3", "no_such_call", "openat"], action: "SCMP_ACT_ALLOW", args: null },
    { names: ["keyctl"], action: "SCMP_ACT_ERRNO", errnoRet: 1, errno: "EPERM", comment: "", includes: {} },
    ...[0, 8, 0x20000, 0x20008, 0xffffffff].map((value) => ({
      names: ["personality"],
      action: "SCMP_ACT_ALLOW",
      args: [{ index: 0, value, valueTwo: 0, op: "SCMP_CMP_EQ" }],
    })),
    {
      names: ["clone"],
      action: "SCMP_ACT_ALLOW",
      args: [{ index: 0, value: 2114060288, op: "SCMP_CMP_MASKED_EQ" }],
      excludes: { caps: ["CAP_SYS_ADMIN"], arches: ["s390x"] },
    },
    { names: ["mount", "clone"], action: "SCMP_ACT_ALLOW", includes: { caps: ["CAP_SYS_ADMIN"] } },
    { names: ["ptrace"], action: "SCMP_ACT_ALLOW", includes: { minKernel: "4.8" } },
    { names: ["arch_prctl"], action: "SCMP_ACT_ALLOW", includes: { arches: ["amd64", "x32"] } },
    {
      names: ["socket"],
      action: "SCMP_ACT_ERRNO",
      errnoRet: 22,
      args: [
        { index: 0, value: 16, op: "SCMP_CMP_EQ" },
        { index: 2, value: 9, op: "SCMP_CMP_EQ" },
      ],
    },
    { names: ["socket"], action: "SCMP_ACT_ALLOW", args: [{ index: 0, value: 12, op: "SCMP_CMP_LT" }] },
    { names: ["socket"], action: "SCMP_ACT_ALLOW", args: [{ index: 0, value: 13, op: "SCMP_CMP_EQ" }] },
    { name: "ioctl", action: "SCMP_ACT_ALLOW", args: [{ index: 1, value: 0x5412, op: "SCMP_CMP_NE" }] },
    {
      names: ["fcntl"],
      action: "SCMP_ACT_ALLOW",
      args: [{ index: 2, value: 0x8000000000000000, op: "SCMP_CMP_GE" }],
    },
  ],
};

describe("a profile in the engines' form", () => {
  test("lets through what it names, and answers its own errno for the rest", () => {
    const profile = read(ENGINE);
    expect(["read", "ptrace", "arch_prctl"].map((name) => answer(profile, name))).toEqual(
      Array(3).fill(RET.ALLOW),
    );
    expect([answer(profile, "mount"), answer(profile, "keyctl")]).toEqual([refuse(ENOSYS), refuse(EPERM)]);
    expect([0x11n, 0x10000011n].map((flags) => answer(profile, "clone", flags))).toEqual([
      RET.ALLOW,
      refuse(38),
    ]);
    expect([answer(profile, "socket", 1n), answer(profile, "socket", 16n, 3n, 9n)]).toEqual([
      RET.ALLOW,
      refuse(22),
    ]);
  });

  test("counts its entries by capabilities, architecture and kernel", () => {
    const admin = read(ENGINE, { capabilities: ["SYS_ADMIN"] });
    expect([answer(admin, "mount"), answer(admin, "clone", 0x10000011n)]).toEqual([RET.ALLOW, RET.ALLOW]);
    const ptrace = (kernel: string) => answer(read(ENGINE, { kernel }), "ptrace");
    const kernels = ["4.7.9", "4.8.0", "4.10.1-x", "3.19", "10.0"];
    const [no, yes] = [refuse(ENOSYS), RET.ALLOW];
    expect(kernels.map(ptrace)).toEqual([no, yes, yes, no, yes]);
    expect(read(ENGINE, { arch: "arm64" }).rules.get("arch_prctl")).toBeUndefined();
  });

  test("an entry that includes several capabilities wants all, one that excludes several wants none", () => {
    const both = ["CAP_CHOWN", "CAP_BPF"];
    const entries = refusing(
      { names: ["read"], action: "SCMP_ACT_ALLOW", includes: { caps: both } },
      { names: ["write"], action: "SCMP_ACT_ALLOW", excludes: { caps: both } },
    );
    const answers = (capabilities: readonly string[]) =>
      ["read", "write"].map((name) => answer(read(entries, { capabilities }), name) === RET.ALLOW);
    expect([[], ["CHOWN"], ["CHOWN", "BPF"]].map(answers)).toEqual([
      [false, true],
      [false, false],
      [true, false],
    ]);
  });

  test.skipIf(NO_JUDGE !== "").each(ARCHES)(
    `means to the filter on %s what it means to libseccomp, in no more instructions${NO_JUDGE && ` (${NO_JUDGE})`}`,
    (arch) => {
      for (const capabilities of [[], ["SYS_ADMIN"]]) {
        const { compared, ...found } = compare(
          readProfile(JSON.stringify(ENGINE), { ...HOST, arch, capabilities }),
          arch,
        );
        expect(found).toEqual({ different: [], slower: [] });
        expect(compared).toBeGreaterThan(600);
      }
    },
  );
});

describe("a profile in the runtimes' form", () => {
  test.each([
    ["SCMP_ACT_ALLOW", RET.ALLOW],
    ["SCMP_ACT_KILL", RET.KILL_THREAD],
    ["SCMP_ACT_KILL_THREAD", RET.KILL_THREAD],
    ["SCMP_ACT_KILL_PROCESS", RET.KILL_PROCESS],
    ["SCMP_ACT_TRAP", RET.TRAP],
    ["SCMP_ACT_ERRNO", refuse(EPERM)],
    ["SCMP_ACT_TRACE", RET.TRACE + EPERM],
    ["SCMP_ACT_LOG", RET.LOG],
  ])("may answer %s", (action, expected) => {
    const defaultAction = action === "SCMP_ACT_LOG" ? "SCMP_ACT_ALLOW" : "SCMP_ACT_LOG";
    const profile = read({ defaultAction, syscalls: [{ names: ["read"], action }] });
    expect(answer(profile, "read")).toBe(expected);
    expect(answer(read({ defaultAction: action }), "read")).toBe(expected);
  });

  test("compares all 64 bits, with numbers that JavaScript would round", () => {
    const arg = (op: string, value: string) =>
      `{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"op":"${op}","value":${value}}]}]}`;
    const odd = 2n ** 53n + 1n;
    const exact = read(arg("SCMP_CMP_EQ", `${odd}`));
    expect([odd - 1n, odd, odd + 1n].map((value) => answer(exact, "read", value) === RET.ALLOW)).toEqual([
      false,
      true,
      false,
    ]);
    const last = read(arg("SCMP_CMP_EQ", "18446744073709551615"));
    expect(
      [2n ** 64n - 1n, 2n ** 64n - 2n, 2n ** 32n - 1n].map((value) => answer(last, "read", value)),
    ).toEqual([RET.ALLOW, refuse(EPERM), refuse(EPERM)]);
  });

  test("conditions of one entry hold together, those on one argument each by itself, entries each by itself", () => {
    const eq = (index: number, value: number) => ({ index, value, op: "SCMP_CMP_EQ" });
    const allow = (...args: unknown[]) => ({ names: ["socket"], action: "SCMP_ACT_ALLOW", args });
    const lets = (profile: unknown, ...args: bigint[]) =>
      answer(read(profile), "socket", ...args) === RET.ALLOW;
    expect([
      lets(refusing(allow(eq(0, 1), eq(1, 2))), 1n, 2n),
      lets(refusing(allow(eq(0, 1), eq(1, 2))), 1n),
    ]).toEqual([true, false]);
    expect([1n, 2n, 3n].map((value) => lets(refusing(allow(eq(0, 1), eq(0, 2))), value))).toEqual([
      true,
      true,
      false,
    ]);
    expect([1n, 2n, 3n].map((value) => lets(refusing(allow(eq(0, 1)), allow(eq(0, 3))), value))).toEqual([
      true,
      false,
      true,
    ]);
  });

  test("names that no system call has are ignored", () => {
    const profile = read(refusing({ names: ["read", "socketcall", "frobnicate"], action: "SCMP_ACT_ALLOW" }));
    expect(answer(profile, "read")).toBe(RET.ALLOW);
  });

  test("that refuses by an errno answers ENOSYS for calls of newer kernels; other defaults hold for them too", () => {
    const unknown = (defaultAction: string) => read({ defaultAction }).unknown;
    expect(unknown("SCMP_ACT_ERRNO")).toBe(refuse(ENOSYS));
    expect(unknown("SCMP_ACT_KILL_PROCESS")).toBe(RET.KILL_PROCESS);
    expect(unknown("SCMP_ACT_ALLOW")).toBe(RET.ALLOW);
  });

  test("may name flags; where it names none the filter does not slow speculation down", () => {
    const flags = (names?: string[]) => read({ defaultAction: "SCMP_ACT_ALLOW", flags: names }).flags;
    expect([flags(), flags([]), flags(["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_TSYNC"])]).toEqual([
      FLAG.SPEC_ALLOW,
      0,
      FLAG.LOG,
    ]);
  });
});

const entry = (fields: object) => refusing({ names: ["read"], action: "SCMP_ACT_ALLOW", ...fields });
const argument = (fields: object) => entry({ args: [{ index: 0, value: 1, op: "SCMP_CMP_EQ", ...fields }] });

describe("what is wrong with a profile is said with file, place and reason:", () => {
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
    const many = Array.from({ length: 1500 }, (_, value) => ({
      names: ["socket"],
      action: "SCMP_ACT_ALLOW",
      args: [{ index: 0, value: value * 3, op: "SCMP_CMP_EQ" }],
    }));
    const profile = read(refusing(...many));
    expect(compile(profile, "x64").instructions).toBeLessThanOrEqual(4096);
    const twice = read(refusing(...many, ...many.map((one) => ({ ...one, names: ["read"] }))));
    expect(() => compile(twice, "x64")).toThrow('Cannot use the seccomp profile "p.json"');
  });
});

describe("the command line", () => {
  const profile = read(ENGINE);

  test("to log only: nothing is refused, and all that was is logged", () => {
    const log = logOnly(profile);
    expect([answer(log, "read"), answer(log, "mount"), answer(log, "clone", 0x10000000n)]).toEqual([
      RET.ALLOW,
      RET.LOG,
      RET.LOG,
    ]);
    expect([log.unknown, log.x32, log.foreign]).toEqual(Array(3).fill(RET.LOG));
  });

  test("another errno takes the place of EPERM, and of nothing else", () => {
    const other = withErrno(profile, errnoOf("EACCES"));
    expect([answer(other, "keyctl"), answer(other, "mount"), answer(other, "read")]).toEqual([
      refuse(13),
      refuse(ENOSYS),
      RET.ALLOW,
    ]);
  });

  test("an errno is a name or a number", () => {
    expect(["ENOSYS", "1", "4095"].map(errnoOf)).toEqual([38, 1, 4095]);
    for (const text of ["", "0", "4096", "-1", "enosys", "EFOO", "1e3", "toString"]) {
      expect(() => errnoOf(text)).toThrow(UsageError);
    }
  });
});
