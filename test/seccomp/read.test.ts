/** Profiles from files, in both forms of JSON, and what the command line changes in them. */
import { describe, expect, test } from "bun:test";
import { ENOSYS, EPERM, RET, refuse } from "../../src/seccomp/actions.ts";
import { compile } from "../../src/seccomp/compile.ts";
import { errnoOf, logOnly, withErrno } from "../../src/seccomp/modes.ts";
import { FLAG } from "../../src/seccomp/profile.ts";
import { UsageError } from "../../src/util/errors.ts";
import { AUDIT, decode, run } from "./bpf.ts";
import { NO_JUDGE } from "./judge.ts";
import { ARCHES, compare } from "./judged.ts";
import { answer, ENGINE, read, refusing } from "./profiles.ts";

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
        const { compared, ...found } = compare(read(ENGINE, { arch, capabilities }), arch);
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

  test("of two entries without conditions the first counts, and one that says what holds anyway says nothing", () => {
    const say = (action: string, fields = {}) => ({ names: ["read"], action, ...fields });
    const [allow, log, errno] = [say("SCMP_ACT_ALLOW"), say("SCMP_ACT_LOG"), say("SCMP_ACT_ERRNO")];
    const first = (...entries: unknown[]) => answer(read(refusing(...entries)), "read");
    expect([first(allow, log), first(log, allow), first(errno, allow)]).toEqual([
      RET.ALLOW,
      RET.LOG,
      RET.ALLOW,
    ]);
    const one = { args: [{ index: 0, value: 0, op: "SCMP_CMP_EQ" }] };
    expect([
      first(say("SCMP_ACT_TRAP", one), allow),
      first(say("SCMP_ACT_TRAP", one), say("SCMP_ACT_LOG", one)),
    ]).toEqual([RET.ALLOW, RET.TRAP]);
  });

  test("never lets x32 and 32-bit calls through, whatever it says of architectures", () => {
    const json = { defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86", "SCMP_ARCH_X32"] };
    const program = decode(compile(read(json), "x64").bytes);
    const answers = (arch: number, bit: number) =>
      new Set(Array.from({ length: 600 }, (_, nr) => run(program, { nr: nr + bit, arch, args: [] }).action));
    expect(answers(AUDIT.x64, 0)).toEqual(new Set([RET.ALLOW]));
    expect(answers(AUDIT.x64, 0x40000000)).toEqual(new Set([refuse(ENOSYS)]));
    expect(answers(AUDIT.i386, 0)).toEqual(new Set([RET.KILL_PROCESS]));
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
