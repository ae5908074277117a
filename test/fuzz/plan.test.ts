/** The helper reads a plan before it trusts it: 100,000 damaged ones, under the sanitizers. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encoded } from "../../src/plan/block.ts";
import { encode } from "../../src/plan/encode.ts";
import { OP_NAMES } from "../../src/plan/ops.ts";
import { dice, randomPlan } from "../plan/random-plan.ts";

const EINVAL = 22;
const EPROTO = 71;
const MUTATIONS = 100_000;
const SEED = 20260101;

const CSRC = join(import.meta.dir, "../../csrc");
const SOURCES = ["harness.c", "mutate.c"].map((name) => join(import.meta.dir, name));
const COMPILE =
  "-std=gnu11 -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -Wall -Wextra -Werror";

const folder = mkdtempSync(join(tmpdir(), "nsbox-fuzz-"));
const harness = join(folder, "harness");
const pick = dice(SEED);
const plans = Array.from({ length: 128 }, (_, index) => {
  const plan = randomPlan(pick, index % 2 === 1);
  const injection = index % 3 === 0 ? { step: pick(9), errno: pick(99) } : undefined;
  return Buffer.from(encode(encoded(plan), pick(9) - 1, injection), plan.bytes ? "latin1" : "utf8");
});

function save(name: string, plan: Uint8Array): string {
  writeFileSync(join(folder, name), plan);
  return join(folder, name);
}

const files = plans.map((plan, index) => save(`plan-${index}`, plan));

function run(...args: readonly string[]) {
  const { exitCode, stdout, stderr } = Bun.spawnSync([harness, ...args]);
  return { exitCode, stderr: stderr.toString(), lines: stdout.toString().split("\n").filter(Boolean) };
}

beforeAll(() => {
  const compiler = (process.env["CC"] ?? "cc").split(" ");
  const sources = [...SOURCES, join(CSRC, "plan.c"), join(CSRC, "text.c")];
  const { stderr } = Bun.spawnSync([...compiler, ...COMPILE.split(" "), "-o", harness, ...sources]);
  expect(stderr.toString()).toBe("");
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

test("every plan that TypeScript encodes is accepted", () => {
  expect(run("read", ...files)).toEqual({ exitCode: 0, stderr: "", lines: plans.map(() => "0") });
});

test("a plan of another build is refused with EPROTO", () => {
  const [magic = "", hash = "", ...rest] = plans[0]?.toString("latin1").split("\0") ?? [];
  const others = [
    [magic, `${hash.slice(0, -1)}x`],
    [magic, ""],
    ["nsbox-plam", hash],
  ].map((head, index) => save(`other-${index}`, Buffer.from([...head, ...rest].join("\0"), "latin1")));
  expect(run("read", ...others).lines).toEqual(others.map(() => `-${EPROTO}`));
});

test("a plan with something behind its end is refused with EINVAL", () => {
  const longer = save("longer", Buffer.concat([plans[0] ?? Buffer.of(), Buffer.of(0)]));
  expect(run("read", longer).lines).toEqual([`-${EINVAL}`]);
});

test("a plan has fewer than 8192 operations", () => {
  const say = (count: number) => Array.from({ length: count }, () => ({ op: "say", text: "" }) as const);
  const sized = [8191, 8192, 8193].map((count) => {
    const ops = [
      ...say(count - 2),
      { op: "clone", flags: 0 } as const,
      { op: "exec", path: "/bin" } as const,
    ];
    const plan = { ops, argv: ["true"], env: [], display: "", bytes: false };
    return save(`sized-${count}`, Buffer.from(encode(encoded(plan), -1)));
  });
  expect(run("read", ...sized).lines).toEqual(["0", `-${EINVAL}`, `-${EINVAL}`]);
});

test("a plan that was cut at any byte is refused", () => {
  const short = files.filter((_, index) => (plans[index]?.length ?? 0) < 8000).slice(0, 8);
  expect(short.length).toBeGreaterThan(2);
  expect(run("truncate", ...short)).toEqual({ exitCode: 0, stderr: "", lines: [] });
}, 60_000);

test(`${MUTATIONS} damaged plans do no harm, and reach every operation`, () => {
  const { exitCode, stderr, lines } = run("mutate", `${SEED}`, `${MUTATIONS}`, ...files);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const seen = lines.map((line) => line.split(" "));
  expect(seen.map(([name]) => name)).toEqual([...OP_NAMES]);
  const missed = seen.filter(([, accepted, refused]) => accepted === "0" || refused === "0");
  expect(missed).toEqual([]);
}, 60_000);
