/** Ways out of the sandbox, natively: see `./ways.ts`. Judge: a secret that is planted outside. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { AS_ROOT, PEOPLE, type Person, ROOT, USER } from "../e2e/support.ts";
import { type Attempt, Site } from "./attempt.ts";
import { canCompile, compileAll } from "./compile.ts";
import { NEEDS } from "./needs.ts";
import { opens, type Way, without } from "./way.ts";
import { WAYS } from "./ways.ts";

const missing = !AS_ROOT
  ? "needs root, who plays both root and an ordinary user"
  : canCompile()
    ? ""
    : "needs a C compiler and a libc to link with statically";

beforeAll(async () => {
  if (missing === "") await compileAll();
}, 120_000);

/** One site a way and person, made when it is first needed. */
function sites(way: Way, number: number): (who: Person) => Site {
  const made = new Map<Person, Site>();
  afterAll(() => {
    for (const site of made.values()) site[Symbol.dispose]();
  });
  return (who) => {
    const site = made.get(who) ?? new Site(way, who, number);
    made.set(who, site);
    return site;
  };
}

/** What happened, for a test that fails. */
const told = ({ outcomes }: Attempt) =>
  outcomes.map(({ out, err, status }) => `${status} ${out}${err}`).join("\n");

async function expectOut(attempt: Promise<Attempt>): Promise<void> {
  const result = await attempt;
  expect(result.hit ? "out" : told(result)).toBe("out");
}

async function expectHeld(way: Way, attempt: Promise<Attempt>): Promise<void> {
  const result = await attempt;
  expect(result.hit ? told(result) : "held").toBe("held");
  // Held by the sandbox, and not by a mistake in the command line.
  if (way.refused !== undefined) for (const { err } of result.outcomes) expect(err).toMatch(way.refused);
  else if (!way.perhaps) expect(result.started ? "started" : told(result)).toBe("started");
}

for (const [number, way] of WAYS.entries()) {
  if (way.machine !== undefined) continue;
  const lacks = missing || (way.needs === undefined ? "" : NEEDS[way.needs]());
  const reason = lacks === "" ? "" : ` (skipped: ${lacks})`;
  const it = test.skipIf(lacks !== "");
  describe(`${way.name}`, () => {
    const site = sites(way, number);

    it(`gets out of ${way.control}${reason}`, () => expectOut(site(ROOT).control()));

    for (const who of PEOPLE) {
      if (who === USER && typeof way.rootless === "object") continue;
      it(`is held by nsbox: ${who.name}${reason}`, () => expectHeld(way, site(who).under([])));

      if (who === USER && way.rootless !== "as root") {
        if (opens(way))
          it(`is held by the kernel with every layer off: ${who.name}${reason}`, () =>
            expectHeld(way, site(who).under(without(way.layers))));
        continue;
      }

      const names = way.layers.map(({ name }) => name).join(", ");
      if (opens(way))
        it(`gets out of nsbox without ${names}: ${who.name}${reason}`, () =>
          expectOut(site(who).under(without(way.layers))));

      if (way.layers.length > 1)
        for (const layer of way.layers)
          it(`is held by ${layer.name} alone: ${who.name}${reason}`, () =>
            expectHeld(way, site(who).under(without(way.layers.filter((other) => other !== layer)))));
    }
  });
}
