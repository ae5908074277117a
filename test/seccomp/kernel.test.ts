/** Filters in the kernel that this runs on. The judge is what calls answer, without a filter and under one. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RET } from "../../src/seccomp/actions.ts";
import { compile } from "../../src/seccomp/compile.ts";
import { defaultProfile } from "../../src/seccomp/default.ts";
import { logOnly, withErrno } from "../../src/seccomp/modes.ts";
import type { Profile } from "../../src/seccomp/profile.ts";
import { SYSCALLS } from "../../src/seccomp/syscalls.ts";

const ARCH = process.arch === "arm64" ? "arm64" : "x64";
const X32 = 0x40000000;

const folder = mkdtempSync(join(tmpdir(), "nsbox-seccomp-"));
afterAll(() => rmSync(folder, { recursive: true }));

const loader = join(folder, "loader");
const compiler = Bun.spawnSync([
  ...(process.env["CC"] ?? "cc").split(" "),
  ..."-std=gnu11 -O1 -Wall -Wextra -Werror -o".split(" "),
  loader,
  join(import.meta.dir, "loader.c"),
]);
const isFiltered = !/^Seccomp:\t0$/m.test(readFileSync("/proc/self/status", "utf8"));
const missing =
  compiler.exitCode === 0 ? (isFiltered ? " (runs under a filter already)" : "") : " (needs a C compiler)";

const nr = (name: string) => SYSCALLS[ARCH].indexOf(name);

const profile = defaultProfile([]);
/** Lets everything through, other tables as well. */
const open: Profile = {
  ...profile,
  rules: new Map(),
  otherwise: RET.ALLOW,
  unknown: RET.ALLOW,
  x32: RET.ALLOW,
  foreign: RET.ALLOW,
};

/** Loads a filter and makes calls under it: how long the first took in nanoseconds, and what the others answer. */
function under(filter: Profile, ...calls: string[]): { took: number; answers: string[] } {
  const file = join(folder, "program");
  writeFileSync(file, compile(filter, ARCH).bytes);
  const { stdout, exitCode } = Bun.spawnSync([loader, file, ...calls]);
  expect(exitCode).toBe(0);
  const [took, ...answers] = stdout.toString().trim().split("\n");
  return { took: Number(took), answers };
}

describe(`under the default filter${missing}`, () => {
  const refused = [
    `${nr("unshare")},0`,
    `${nr("personality")},0x40000`,
    `${nr("socket")},38,5`,
    `${nr("socket")},40,1`,
    `${nr("socket")},0x100000028,1`,
    `${nr("clone")},0x10000011`,
    `${nr("keyctl")},0,0`,
  ];

  test.skipIf(missing !== "")("what is refused answers EPERM, and would not have without it", () => {
    expect(under(profile, ...refused).answers).toEqual(refused.map(() => "errno 1"));
    // Who is not root may find the namespace and the keys refused by the kernel itself.
    const free = under(open, ...refused.slice(0, 5)).answers;
    expect(free.filter((answer) => answer === "errno 1")).toEqual([]);
  });

  test.skipIf(missing !== "")(
    "what programs need goes on working: processes, files, sockets, threads",
    () => {
      const needed = [
        `${nr("getpid")}`,
        `${nr("personality")},0xffffffff`,
        `${nr("socket")},1,1`,
        `${nr("socket")},2,2`,
        `${nr("clone")},17`,
        `${nr("openat")},0,0,0`,
      ];
      expect(under(profile, ...needed).answers).toEqual(under(open, ...needed).answers);
    },
  );

  test.skipIf(missing !== "")("clone3, calls of the future and x32 answer ENOSYS", () => {
    const calls = [`${nr("clone3")},0,0`, "4000", ...(ARCH === "x64" ? [`${X32 + nr("getpid")}`] : [])];
    expect(under(profile, ...calls).answers).toEqual(calls.map(() => "errno 38"));
  });

  const isOld = missing === "" && ARCH === "x64" && under(open, "i386:20").answers[0] === "ok";

  test.skipIf(!isOld)(
    `a 32-bit call ends the process with SIGSYS${isOld ? "" : " (this kernel makes none anyway)"}`,
    () => {
      expect(under(profile, "i386:20").answers).toEqual(["signal 31"]);
    },
  );

  test.skipIf(missing !== "")("another errno is answered, or nothing is refused and all is logged", () => {
    expect(under(withErrno(profile, 13), `${nr("unshare")},0`).answers).toEqual(["errno 13"]);
    expect(under(logOnly(profile), `${nr("unshare")},0`, `${nr("personality")},0x40000`).answers).toEqual([
      "ok",
      "ok",
    ]);
  });

  test.skipIf(missing !== "")(
    "filling it in, compiling it anew and loading it take a few milliseconds",
    () => {
      const cold = Array.from({ length: 3 }, () => {
        const { stdout } = Bun.spawnSync([process.execPath, join(import.meta.dir, "cold.ts")]);
        return stdout.toString().split(" ").map(Number);
      });
      const least = (times: readonly (number | undefined)[]) =>
        Math.round(Math.min(...times.map((time) => time ?? 0)) / 1000);
      const filling = least(cold.map(([first]) => first));
      const compiling = least(cold.map(([, second]) => second));
      const loading = least(Array.from({ length: 3 }, () => under(profile).took));
      console.log(
        `seccomp, in a fresh process: fill in ${filling} µs, compile ${compiling} µs, load ${loading} µs`,
      );
      expect(Math.min(filling, compiling, loading)).toBeGreaterThan(0);
      expect(filling + loading).toBeLessThan(10_000);
      expect(compiling + loading).toBeLessThan(30_000);
    },
  );
});
