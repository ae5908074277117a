/** Ways out of the sandbox, natively: see `./ways.ts`. Judge: a secret that is planted outside. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { AS_ROOT } from "../e2e/support.ts";
import { type Attempt, Site } from "./attempt.ts";
import { type Case, casesOf } from "./cases.ts";
import { canCompile, compileAll } from "./compile.ts";
import { NEEDS } from "./needs.ts";
import type { Way } from "./way.ts";
import { WAYS } from "./ways.ts";

const missing = !AS_ROOT
  ? "needs root, who plays both root and an ordinary user"
  : canCompile()
    ? ""
    : "needs a C compiler and a libc to link with statically";

beforeAll(async () => {
  if (missing === "") await compileAll();
}, 120_000);

/** Sites of a way, made when they are first needed: one a person, and one for the control. */
function sites(way: Way, number: number): (each: Case) => Site {
  const made = new Map<string, Site>();
  let count = 0;
  afterAll(() => {
    for (const site of made.values()) site[Symbol.dispose]();
  });
  return ({ who, options, title }) => {
    const key = way.leaves ? title : `${who.uid} ${options === "control"}`;
    const site = made.get(key) ?? new Site(way, who, `${number}-${++count}`);
    made.set(key, site);
    return site;
  };
}

/** What happened, for a test that fails. */
const told = ({ outcomes }: Attempt) =>
  outcomes.map(({ out, err, status }) => `${status} ${out.slice(0, 2000)}${err}`).join("\n");

/** That it was held by the sandbox, and not by a mistake in the command line. */
function expectHonest(way: Way, attempt: Attempt): void {
  if (way.refused !== undefined) for (const { err } of attempt.outcomes) expect(err).toMatch(way.refused);
  else if (!way.perhaps) expect(attempt.started ? "started" : told(attempt)).toBe("started");
}

for (const [number, way] of WAYS.entries()) {
  if (way.machine !== undefined) continue;
  const lacks = missing || (way.needs === undefined ? "" : NEEDS[way.needs]());
  const reason = lacks === "" ? "" : ` (skipped: ${lacks})`;
  describe(way.name, () => {
    const site = sites(way, number);
    for (const each of casesOf(way)) {
      const { title, options, out } = each;
      test.skipIf(lacks !== "")(`${title}${reason}`, async () => {
        const attempt = await site(each).attempt(options);
        if (attempt.hit !== out) throw new Error(`It ${out ? "did not get" : "got"} out:\n${told(attempt)}`);
        if (!out) expectHonest(way, attempt);
      });
    }
  });
}
