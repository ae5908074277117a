/** Programs that are too long for a conditional jump to cross. */
import { expect, test } from "bun:test";
import { ENOSYS, RET, refuse } from "../../src/seccomp/actions.ts";
import { Assembler, EQUAL } from "../../src/seccomp/bpf.ts";
import { compile } from "../../src/seccomp/compile.ts";
import type { Profile } from "../../src/seccomp/profile.ts";
import { AUDIT, decode, run } from "./bpf.ts";

const SOCKET = 41;

/** Every third value of an argument is let through, `count` of them. */
function profileOf(count: number): Profile {
  const rules = Array.from({ length: count }, (_, at) => ({
    action: RET.ALLOW,
    conditions: [{ index: 0, op: "EQ" as const, value: BigInt(at * 3) }],
  }));
  return {
    source: "long",
    rules: new Map([["socket", rules]]),
    otherwise: refuse(7),
    unknown: refuse(ENOSYS),
    x32: refuse(ENOSYS),
    foreign: RET.KILL_PROCESS,
    flags: 0,
  };
}

test.each([100, 150, 165, 172, 200, 300, 350, 700, 1500])(
  "%i values of an argument are told apart",
  (count) => {
    const program = decode(compile(profileOf(count), "x64").bytes);
    const values = Array.from({ length: count * 3 + 3 }, (_, value) => value);
    const made = values.filter((value) => {
      const call = { nr: SOCKET, arch: AUDIT.x64, args: [BigInt(value)] };
      return run(program, call).action === RET.ALLOW;
    });
    expect(made).toEqual(Array.from({ length: count }, (_, at) => at * 3));
  },
);

test("a branch reaches both its targets at any distance, be they code or returns", () => {
  const wrong: string[] = [];
  for (let far = 245; far < 265; far++) {
    for (let near = 0; near <= far; near += near < 10 ? 1 : far - near > 14 ? 200 : 1) {
      for (const isCode of [true, false]) {
        const assembler = new Assembler();
        const between = (count: number) => {
          for (let at = 0; at < count; at++) place = assembler.load(0, place);
        };
        let place = assembler.load(4, assembler.returning(1));
        const first = isCode ? place : assembler.returning(1);
        between(far - near);
        place = assembler.load(4, assembler.returning(2));
        const second = isCode ? place : assembler.returning(2);
        between(near);
        for (const [yes, no] of [
          [first, second],
          [second, first],
        ] as const) {
          const start = assembler.load(0, assembler.branch(EQUAL, 5, yes, no));
          const program = decode(assembler.finish(start).slice());
          const answer = (nr: number) => run(program, { nr, arch: 0, args: [] }).action;
          const expected = yes === first ? [1, 2] : [2, 1];
          if (answer(5) !== expected[0] || answer(6) !== expected[1]) wrong.push(`${far} ${near} ${isCode}`);
        }
      }
    }
  }
  expect(wrong).toEqual([]);
});
