/** Every rule of glibc's loader, for every machine whose loader can be asked here: it is the judge. */
import { describe, expect, test } from "bun:test";
import { workspace } from "./fixtures.ts";
import type { Rule } from "./rule-kit.ts";
import { NAMES } from "./rules-names.ts";
import { OBSTACLES, STARTS } from "./rules-obstacles.ts";
import { PLACES } from "./rules-places.ts";
import { answer, ask, Kit, SYSTEMS, type System } from "./systems.ts";

const work = workspace();
const RULES = [...PLACES, ...NAMES, ...OBSTACLES, ...STARTS];

/** In a filter's libraries the order is of no consequence; an absent auxiliary is listed, and harms nobody. */
const inOrder = (sentence: string, lines: readonly string[]) =>
  /filter|FILTER|AUXILIARY/.test(sentence)
    ? lines.filter((line) => line !== "libaux.so => not found").sort()
    : lines;

describe.each(SYSTEMS.map((system): [string, System] => [label(system), system]))("%s", (_, system) => {
  let root: string | undefined;
  test
    .skipIf(system.lacking !== undefined)
    .each(
      RULES.filter(([, , where]) => where === undefined || !system.emulated).map(
        (rule, index): [string, number, Rule[1]] => [rule[0], index, rule[1]],
      ),
    )("%s", (sentence, index, make) => {
    root ??= system.root(work);
    const kit = new Kit(system, root, root === "" ? `${work}/${system.name}/${index}` : `/w/${index}`);
    const start = make(kit);
    const theirs = ask(system, root, start);
    const ours = answer(system, root, start);
    expect(ours.failed).toBe(theirs.failed);
    if (!theirs.failed) expect(inOrder(sentence, ours.lines)).toEqual(inOrder(sentence, theirs.lines));
  });
});

function label({ name, lacking }: System): string {
  return lacking === undefined ? name : `${name} (skipped: needs ${lacking})`;
}
