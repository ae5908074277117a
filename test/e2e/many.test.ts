import { describe, expect, test } from "bun:test";
import { forEveryone, PEOPLE, run, shell } from "./support.ts";
import { traces } from "./traces.ts";
import { newTree } from "./trees.ts";

const USED = 'echo x >/dev/shm/x; sleep 60 & echo "$$"';

describe("many runs", () => {
  forEveryone((who) => {
    const times = who === PEOPLE[0] ? 500 : 100;

    test(`${times} in a row leave nothing behind`, async () => {
      const lean = newTree(who, "lean");
      const before = traces(lean);
      const loop = `for ((i = 0; i < 50; i++)); do "$NSBOX" run "$1" bash -c '${USED}' || exit; done`;
      for (let done = 0; done < times; done += 50) {
        expect(await shell(who, loop, lean)).toEqual({ out: "1\n".repeat(50), err: "", status: 0 });
      }
      expect(traces(lean)).toEqual(before);
    }, 60_000);

    test("100 at once leave nothing behind", async () => {
      const lean = newTree(who, "lean");
      const before = traces(lean);
      const all = await Promise.all(Array.from({ length: 100 }, () => run(who, [lean, "bash", "-c", USED])));
      expect(new Set(all.map((outcome) => JSON.stringify(outcome)))).toEqual(
        new Set([JSON.stringify({ out: "1\n", err: "", status: 0 })]),
      );
      expect(traces(lean)).toEqual(before);
    }, 60_000);
  });
});
