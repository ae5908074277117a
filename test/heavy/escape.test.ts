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
import { type Machines, machines } from "../escape/guest.ts";
import { type Plan, type Result, resultsIn, scriptOf } from "../escape/script.ts";
import { WAYS } from "../escape/ways.ts";

const missing =
  ["qemu-system-x86_64", "busybox", "dpkg", "mkfs.ext4"]
    .filter((program) => hostProgram(program) === undefined)
    .map((program) => `${program} is not installed`)
    .at(0) ?? (canCompile() ? "" : "needs a C compiler and a libc to link with statically");
const reason = missing === "" ? "" : ` (skipped: ${missing})`;
const folder = join(SCRATCH, "machines");
const HALF_AN_HOUR = 1_800_000;

let found: Machines | undefined;
beforeAll(async () => {
  if (missing !== "") return;
  await compileAll();
  found = machines(folder);
}, HALF_AN_HOUR);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

for (const machine of ["vm", "uml"] as const)
  describe(machine, () => {
    const ways = WAYS.filter((way) => way.machine === machine);
    const cases = ways.flatMap((way) => casesOf(way).map((each) => ({ ...each, way })));
    let results: Map<number, Result> | undefined;

    beforeAll(async () => {
      if (found !== undefined) results = resultsIn(await found[machine](scriptOf(cases satisfies Plan[])));
    }, HALF_AN_HOUR);

    for (const [number, { way, title, out }] of cases.entries())
      test.skipIf(missing !== "")(`${way.name} ${title}${reason}`, () => {
        const result = results?.get(number);
        if (result?.hit !== out) throw new Error(`It ${out ? "did not get" : "got"} out: ${result?.text}`);
        if (!out) expect(result.started ? "started" : result.text).toBe("started");
      });
  });
