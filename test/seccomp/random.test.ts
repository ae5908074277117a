/** Random profiles: judged by libseccomp where it can, and by their own words where it cannot. */
import { expect, test } from "bun:test";
import { ENOSYS, RET, refuse } from "../../src/seccomp/actions.ts";
import { compile } from "../../src/seccomp/compile.ts";
import { SYSCALLS } from "../../src/seccomp/syscalls.ts";
import { AUDIT, decode, run } from "./bpf.ts";
import { argumentsFor, judge, meaning, NO_JUDGE } from "./judge.ts";
import { ARCHES } from "./judged.ts";
import { type Kind, randomProfile } from "./random-profile.ts";

const PROFILES = 120;
const VALUES = 60;

const profiles = (kind: Kind) => Array.from({ length: PROFILES }, (_, seed) => randomProfile(seed + 1, kind));

test.skipIf(NO_JUDGE !== "").each(ARCHES)(
  `random rules mean to the filter on %s what they mean to libseccomp${NO_JUDGE && ` (${NO_JUDGE})`}`,
  (arch) => {
    const all = profiles("judged");
    const theirs = judge(all, arch, "tree");
    const different = all.flatMap((profile, at) => {
      const ours = decode(compile(profile, arch).bytes);
      const other = theirs[at];
      if (typeof other !== "object") return [`${profile.source}: errno ${other}`];
      return [...profile.rules].flatMap(([name, rules]) => {
        const nr = SYSCALLS[arch].indexOf(name);
        const calls = argumentsFor(rules, VALUES).map((args) => ({ nr, arch: AUDIT[arch], args }));
        return calls
          .filter((call) => run(ours, call).action !== run(other, call).action)
          .map(({ args }) => `${profile.source}: ${name}(${args})`);
      });
    });
    expect(different).toEqual([]);
  },
);

test("rules with different actions: one without conditions counts, else the strictest that holds", () => {
  const different = profiles("any").flatMap((profile) => {
    const ours = decode(compile(profile, "x64").bytes);
    return [...profile.rules].flatMap(([name, rules]) => {
      const nr = SYSCALLS.x64.indexOf(name);
      return argumentsFor(rules, VALUES)
        .filter((args) => {
          const { action } = run(ours, { nr, arch: AUDIT.x64, args });
          return action !== meaning(rules, args, profile.otherwise);
        })
        .map((args) => `${profile.source}: ${name}(${args})`);
    });
  });
  expect(different).toEqual([]);
});

test("a profile that lets everything through still refuses x32 and 32-bit calls", () => {
  const answers = profiles("any").flatMap((profile) => {
    const ours = decode(compile({ ...profile, otherwise: RET.ALLOW, unknown: RET.ALLOW }, "x64").bytes);
    const x32 = Array.from({ length: 600 }, (_, nr) =>
      run(ours, { nr: nr + 0x40000000, arch: AUDIT.x64, args: [] }),
    );
    const i386 = Array.from({ length: 600 }, (_, nr) => run(ours, { nr, arch: AUDIT.i386, args: [] }));
    return [...x32, ...i386].map(({ action }) => action);
  });
  expect(new Set(answers)).toEqual(new Set([refuse(ENOSYS), 0x80000000]));
});
