/**
 * Ways out of the sandbox that would change the machine, or that need a kernel with more in it: on a Debian
 * kernel in qemu, and on user mode Linux in there. See `../escape/ways.ts`.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { hostProgram, SCRATCH } from "../e2e/support.ts";
import { casesOf } from "../escape/cases.ts";
import { canCompile, compileAll } from "../escape/compile.ts";
import { KERNEL, type Machines, machines, USER_MODE_KERNEL } from "../escape/guest.ts";
import { packageNamed } from "../escape/kernel.ts";
import { type Plan, type Result, resultsIn, scriptOf } from "../escape/script.ts";
import { WAYS } from "../escape/ways.ts";

const programs = ["qemu-system-x86_64", "busybox", "dpkg", "mkfs.ext4"];
const absent = programs.find((program) => hostProgram(program) === undefined);
const noPackage = (name: RegExp) =>
  packageNamed(name) === undefined
    ? `no package ${name.source} in NSBOX_TEST_PACKAGES or known to apt-get`
    : "";

/** What keeps the machines from being made, "" where nothing does. */
const missing = {
  get vm(): string {
    if (process.arch !== "x64") return "needs an x86-64 machine";
    if (absent !== undefined) return `${absent} is not installed`;
    return canCompile() ? noPackage(KERNEL) : "needs a C compiler and a libc to link with statically";
  },
  get uml(): string {
    return missing.vm || noPackage(USER_MODE_KERNEL);
  },
};
const folder = join(SCRATCH, "machines");
const HALF_AN_HOUR = 1_800_000;

let found: Machines | undefined;
beforeAll(async () => {
  if (missing.vm !== "") return;
  await compileAll();
  found = machines(folder);
}, HALF_AN_HOUR);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

for (const machine of ["vm", "uml"] as const)
  describe(machine, () => {
    const lacks = missing[machine];
    const reason = lacks === "" ? "" : ` (skipped: ${lacks})`;
    const ways = WAYS.filter((way) => way.machine === machine);
    const cases = ways.flatMap((way) => casesOf(way).map((each) => ({ ...each, way })));
    let results: Map<number, Result> | undefined;

    beforeAll(async () => {
      if (found !== undefined && lacks === "")
        results = resultsIn(await found[machine](scriptOf(cases satisfies Plan[])));
    }, HALF_AN_HOUR);

    for (const [number, { way, title, out }] of cases.entries())
      test.skipIf(lacks !== "")(`${way.name} ${title}${reason}`, () => {
        const result = results?.get(number);
        if (result?.hit !== out) throw new Error(`It ${out ? "did not get" : "got"} out: ${result?.text}`);
        if (!out) expect(result.started ? "started" : result.text).toBe("started");
      });
  });
