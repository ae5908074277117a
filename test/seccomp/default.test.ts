/** The default filter. Judges: libseccomp, and the rules by which the kernel remembers answers. */
import { describe, expect, test } from "bun:test";
import { ENOSYS, EPERM, RET, refuse } from "../../src/seccomp/actions.ts";
import { compile } from "../../src/seccomp/compile.ts";
import { constantAnswer } from "../../src/seccomp/decide.ts";
import { defaultProfile, defaultRefusals } from "../../src/seccomp/default.ts";
import { CHECKED, GROUPS } from "../../src/seccomp/default-table.ts";
import { fill } from "../../src/seccomp/fill.ts";
import { SYSCALLS } from "../../src/seccomp/syscalls.ts";
import { template } from "../../src/seccomp/template.ts";
import { CAPABILITIES } from "../../src/sys/capabilities.ts";
import { AUDIT, decode, isCached, run } from "./bpf.ts";
import { NO_JUDGE } from "./judge.ts";
import { ARCHES, compare } from "./judged.ts";

const X32_BIT = 0x40000000;
const LAST = 0xffffffff;

const every = CAPABILITIES.map(({ name }) => name);
const usual = CAPABILITIES.filter(({ kept }) => kept).map(({ name }) => name);

/** Bounding sets that make different filters. */
const SETS = [
  ["the usual capabilities", usual],
  ["no capabilities", []],
  ["all capabilities", every],
  ["SYS_ADMIN alone", ["SYS_ADMIN"]],
] as const;

const numberOf = (arch: (typeof ARCHES)[number], name: string): number => SYSCALLS[arch].indexOf(name);

describe("every system call of both architectures", () => {
  const decided = [...GROUPS.flatMap(({ calls }) => calls.split(/\s+/)), ...CHECKED.map(({ call }) => call)];
  const known = new Set<string>([...SYSCALLS.x64, ...SYSCALLS.arm64].filter((name) => name !== ""));

  test("has a decision in the table, and only one", () => {
    expect(decided.toSorted()).toEqual([...known].sort());
  });

  test("that is not always let through is in the list for people", () => {
    const always = GROUPS.filter((group) => group.let === "always").flatMap(({ calls }) =>
      calls.split(/\s+/),
    );
    expect([...always, ...defaultRefusals().map(({ call }) => call)].sort()).toEqual([...known].sort());
  });

  test("asks only for capabilities that there are", () => {
    const asked = [
      ...GROUPS.flatMap((group) => (typeof group.let === "object" ? group.let : [])),
      ...CHECKED.flatMap(({ free }) => free),
    ];
    expect(asked.filter((name) => !every.some((other) => other === name))).toEqual([]);
  });
});

describe.each(ARCHES)("on %s", (arch) => {
  const programs = SETS.map(([, capabilities]) => decode(compile(defaultProfile(capabilities), arch).bytes));
  const usualProgram = programs[0] ?? [];

  test.skipIf(NO_JUDGE !== "").each(SETS)(
    `with %s, the filter answers every call that libseccomp knows as libseccomp does, in no more instructions${NO_JUDGE && ` (${NO_JUDGE})`}`,
    (_, capabilities) => {
      const { compared, different, slower } = compare(defaultProfile(capabilities), arch);
      expect({ different, slower }).toEqual({ different: [], slower: [] });
      expect(compared).toBeGreaterThan(1000);
    },
  );

  const made = template(arch);
  const filled = SETS.map(([, capabilities]) => Uint8Array.fromBase64(fill(made, capabilities)));

  test.skipIf(NO_JUDGE !== "")(
    `so does the one that is filled in for capabilities when nsbox runs${NO_JUDGE && ` (${NO_JUDGE})`}`,
    () => {
      for (const [at, [, capabilities]] of SETS.entries()) {
        const { different, slower } = compare(defaultProfile(capabilities), arch, filled[at]);
        expect({ different, slower }).toEqual({ different: [], slower: [] });
      }
    },
  );

  test("each single capability fills in what the table says of it", () => {
    for (const capability of every) {
      const ours = decode(Uint8Array.fromBase64(fill(made, [capability])));
      const theirs = decode(compile(defaultProfile([capability]), arch).bytes);
      const numbers = Array.from({ length: SYSCALLS[arch].length + 50 }, (_, nr) => nr);
      const otherwise = numbers.filter((nr) => {
        const call = { nr, arch: AUDIT[arch], args: [0x7e020000n] };
        return run(ours, call).action !== run(theirs, call).action;
      });
      expect([capability, otherwise.map((nr) => SYSCALLS[arch][nr])]).toEqual([capability, []]);
    }
  });

  test("calls that are always let through are answered from the kernel's cache", () => {
    for (const [at, [, capabilities]] of SETS.entries()) {
      const { rules, otherwise } = defaultProfile(capabilities);
      for (const program of [programs[at] ?? [], decode(filled[at] ?? new Uint8Array())]) {
        const isRemembered = (nr: number) => isCached(program, nr, AUDIT[arch]);
        const missed = SYSCALLS[arch].filter((name, nr) => {
          const isLet = constantAnswer(rules.get(name) ?? [], otherwise) === RET.ALLOW;
          return isLet !== isRemembered(nr);
        });
        expect(missed).toEqual([]);
        expect(SYSCALLS[arch].filter((_, nr) => isRemembered(nr)).length).toBeGreaterThan(200);
      }
    }
  });

  test("numbers that no call has answer ENOSYS, refused calls EPERM, calls of the past ENOSYS", () => {
    const answer = (nr: number) => run(usualProgram, { nr, arch: AUDIT[arch], args: [] }).action;
    const free = [...SYSCALLS[arch].entries()].filter(([, name]) => name === "").map(([nr]) => nr);
    const beyond = Array.from({ length: 100 }, (_, at) => SYSCALLS[arch].length + at);
    expect(new Set([...free, ...beyond].map(answer))).toEqual(new Set([refuse(ENOSYS)]));
    for (const name of [
      "io_uring_setup",
      "keyctl",
      "mount",
      "unshare",
      "bpf",
      "open_by_handle_at",
      "pidfd_getfd",
    ])
      expect([name, answer(numberOf(arch, name))]).toEqual([name, refuse(EPERM)]);
    for (const name of ["clone3", "nfsservctl"])
      expect([name, answer(numberOf(arch, name))]).toEqual([name, refuse(ENOSYS)]);
  });

  test("sockets of the usual families are made, those of AF_ALG, AF_VSOCK and the forgotten ones are not", () => {
    const answer = (family: bigint) =>
      run(usualProgram, { nr: numberOf(arch, "socket"), arch: AUDIT[arch], args: [family] }).action;
    // AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_XDP; what is above 32 bits does not count.
    const made = [1n, 2n, 10n, 16n, 17n, 44n, 2n ** 32n + 1n, 2n ** 64n - 2n ** 32n + 2n];
    const refused = [12n, 19n, 20n, 23n, 25n, 34n, 37n, 38n, 40n, 46n, 0xffffffffn, 2n ** 32n + 40n];
    expect(made.map(answer)).toEqual(made.map(() => RET.ALLOW));
    expect(refused.map(answer)).toEqual(refused.map(() => refuse(EPERM)));
  });

  test("calls through another table are not made, whatever their number", () => {
    const others = [AUDIT.i386, AUDIT.arm, 0, LAST, AUDIT[arch === "x64" ? "arm64" : "x64"]];
    const made = programs.flatMap((program) =>
      others.flatMap((other) =>
        Array.from({ length: 600 }, (_, nr) => run(program, { nr, arch: other, args: [] }).action),
      ),
    );
    expect(new Set(made)).toEqual(new Set([RET.KILL_PROCESS]));
  });

  test("a capability lets through what it is for", () => {
    const answer = (name: string, capabilities: readonly string[]) => {
      const program = decode(compile(defaultProfile(capabilities), arch).bytes);
      return run(program, { nr: numberOf(arch, name), arch: AUDIT[arch], args: [0x7e020000n] }).action;
    };
    const wanted = GROUPS.flatMap((group) =>
      typeof group.let === "object"
        ? group.let.map((capability) => [group.calls.split(" ")[0] ?? "", capability])
        : [],
    );
    for (const [name = "", capability = ""] of [...wanted, ["clone", "SYS_ADMIN"], ["clone3", "SYS_ADMIN"]]) {
      if (numberOf(arch, name) < 0) continue;
      expect([name, capability, answer(name, [capability])]).toEqual([name, capability, RET.ALLOW]);
      expect([name, answer(name, [])]).not.toEqual([name, RET.ALLOW]);
    }
  });
});

test("x32 calls answer ENOSYS, whatever their number", () => {
  const programs = SETS.map(([, capabilities]) => decode(compile(defaultProfile(capabilities), "x64").bytes));
  const native = Array.from({ length: 600 }, (_, nr) => nr + X32_BIT);
  const numbers = [...native, 2 * X32_BIT - 1, 2 * X32_BIT, 2 * X32_BIT + 39, 3 * X32_BIT, LAST];
  const answers = programs.flatMap((program) =>
    numbers.map((nr) => run(program, { nr, arch: AUDIT.x64, args: [] }).action),
  );
  expect(new Set(answers)).toEqual(new Set([refuse(ENOSYS)]));
});
