/** What is encoded is decoded again, whatever it holds. */
import { expect, test } from "bun:test";
import { encoded } from "../../src/plan/block.ts";
import { decode } from "../../src/plan/decode.ts";
import { encode } from "../../src/plan/encode.ts";
import { OP_NAMES } from "../../src/plan/ops.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { dice, randomPlan } from "./random-plan.ts";

const pick = dice(20260101);
const plans = Array.from({ length: 500 }, (_, index) => randomPlan(pick, index % 2 === 1));

/** There and back as the memfd sees it: as bytes. */
function there(plan: Plan): Plan {
  const encoding = plan.bytes ? "latin1" : "utf8";
  return decode(Buffer.from(encode(encoded(plan), -1), encoding).toString(encoding), plan.bytes);
}

test("a plan in text comes back as it was", () => {
  for (const plan of plans.filter(({ bytes }) => !bytes)) expect(there(plan)).toEqual(plan);
});

test("a plan whose strings are no UTF-8 comes back as it was", () => {
  for (const plan of plans.filter(({ bytes }) => bytes)) expect(there(plan)).toEqual(plan);
});

test("these plans hold every operation of the table", () => {
  const seen = new Set(plans.flatMap(({ ops }) => ops.map(({ op }) => op)));
  expect(OP_NAMES.filter((name) => !seen.has(name))).toEqual([]);
});

test("a plan of another build is refused", () => {
  const [magic, , ...rest] = encode(encoded(plans[0] as Plan), -1).split("\0");
  expect(() => decode([magic, "0123456789abcdef", ...rest].join("\0"), false)).toThrow(
    "Not a plan of this build",
  );
});

test("a plan that lacks its last fields is refused", () => {
  const text = encode(encoded(plans[0] as Plan), -1);
  for (let end = text.lastIndexOf("\0", text.length - 2); end > 0; end = text.lastIndexOf("\0", end - 1)) {
    expect(() => decode(text.slice(0, end), false)).toThrow();
  }
});
