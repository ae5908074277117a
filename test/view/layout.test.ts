/** Places: nothing overlaps, the same again for the same, and in time that grows with the number of things. */
import { describe, expect, test } from "bun:test";
import { HIERARCHIES } from "../../src/ns/forest.ts";
import { type Graph, graphOf } from "../../src/view/graph/graph.ts";
import { chipAt } from "../../src/view/layout/card.ts";
import { type Box, layoutOf } from "../../src/view/layout/layout.ts";
import { CHIP } from "../../src/view/layout/measures.ts";
import { pictureOf } from "../../src/view/picture.ts";
import { type Wishes, zoo } from "./zoo.ts";

const MACHINES: readonly (readonly [string, Wishes])[] = [
  ["a small machine", {}],
  ["600 namespaces of one owner", { flat: 590, rootless: 0 }],
  ["200 rootless containers", { flat: 20, rootless: 200, nested: 30 }],
  ["nothing but what the kernel makes", { flat: 0, rootless: 0, nested: 0 }],
];

const apart = (a: Box, b: Box): boolean =>
  a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;

const inside = (inner: Box, outer: Box): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

/** Two of `boxes` that overlap, found by going from left to right. */
function overlap(boxes: readonly Box[]): readonly [Box, Box] | undefined {
  const sorted = [...boxes].sort((a, b) => a.x - b.x);
  let open: Box[] = [];
  for (const box of sorted) {
    open = open.filter(({ x, width }) => x + width > box.x);
    const other = open.find((one) => !apart(one, box));
    if (other !== undefined) return [other, box];
    open.push(box);
  }
  return undefined;
}

/** A user namespace below a user namespace, and so on. */
function chain(length: number): Graph {
  const card = pictureOf(zoo({ flat: 0, rootless: 0, nested: 0 }), "owner").graph.cards[0]!;
  const cards = Array.from({ length }, (_, index) => ({
    ...card,
    key: `ns:${index}`,
    above: index - 1,
    below: index + 1 < length ? [index + 1] : [],
  }));
  return { by: "owner", cards, edges: [] };
}

describe.each(MACHINES)("%s", (_, wishes) => {
  test.each(HIERARCHIES)(
    "by %s: no card, frame or chip stands on another, all are within the picture",
    (by) => {
      const { graph } = pictureOf(zoo(wishes), by);
      const { places, frames, width, height } = layoutOf(graph);
      const whole = { x: 0, y: 0, width: width + 0.01, height: height + 0.01 };
      expect(overlap(places)).toBeUndefined();
      for (const box of [...places, ...frames]) expect(inside(box, whole)).toBe(true);
      graph.cards.forEach((card, index) => {
        const { width: w, height: h, size } = places[index]!;
        const chips = card.groups.flatMap(({ chips: all }, group) =>
          all.map((__, at) => ({ ...chipAt(card, size, group, at), width: CHIP.width, height: CHIP.height })),
        );
        expect(overlap(chips)).toBeUndefined();
        for (const chip of chips) expect(inside(chip, { x: 0, y: 0, width: w, height: h })).toBe(true);
      });
    },
  );

  test.each(HIERARCHIES)("by %s: every card stands to the right of the one above it", (by) => {
    const { graph } = pictureOf(zoo(wishes), by);
    const { places } = layoutOf(graph);
    graph.cards.forEach(({ above }, index) => {
      if (above >= 0) expect(places[index]!.x).toBeGreaterThan(places[above]!.x + places[above]!.width);
    });
  });

  test.each(HIERARCHIES)("by %s: the same again gives the same places", (by) => {
    const places = () => layoutOf(pictureOf(zoo(wishes), by).graph);
    expect(places()).toEqual(places());
  });
});

test.each(["owner", "process", "container"] as const)(
  "by %s, many namespaces make a picture that is about as wide as it is high",
  (by) => {
    const { width, height } = layoutOf(pictureOf(zoo({ flat: 590, rootless: 8 }), by).graph);
    expect(width / height).toBeGreaterThan(0.7);
    expect(width / height).toBeLessThan(3);
  },
);

test("ten times as many namespaces take about ten times as long, 3,000 less than a second", () => {
  const time = (flat: number): number => {
    const snapshot = zoo({ flat, rootless: flat / 10 });
    const times = Array.from({ length: 5 }, () => {
      const begun = performance.now();
      layoutOf(pictureOf(snapshot, "owner").graph);
      return performance.now() - begun;
    });
    return Math.min(...times);
  };
  time(2000);
  const [small, large] = [time(300), time(3000)];
  expect(large).toBeLessThan(1000);
  expect(large / small).toBeLessThan(30);
});

test("10,000 processes below each other are placed without running out of stack", () => {
  const { places, width } = layoutOf(chain(10_000));
  expect(places).toHaveLength(10_000);
  expect(width).toBeGreaterThan(10_000 * 200);
});

test("a graph of nothing has a size of nothing", () => {
  const { facts } = pictureOf(zoo(), "owner");
  const empty = graphOf(facts, { by: "owner", roots: [], edges: [] });
  expect(layoutOf(empty)).toMatchObject({ width: 0, places: [], links: [] });
});
