/** Processes come and go while they are looked at, and PIDs are used again. */
import { expect, test } from "bun:test";
import { discover } from "../../src/ns/discover.ts";
import { AS_ROOT, compile, keep } from "./animals.ts";

const ROUNDS = 40;

test.skipIf(!AS_ROOT)(
  "in a storm of short processes none is put together from two, and nothing fails",
  async () => {
    const storm = await keep([compile("storm")]);
    let seen = 0;
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const { processes, namespaces } = discover();
        const ids = new Set(namespaces.map(({ id }) => id));
        for (const { name, namespaces: own } of processes) {
          for (const id of Object.values(own)) expect(ids.has(id)).toBe(true);
          const id = /^u(\d+)$/.exec(name)?.[1];
          if (id === undefined || own.uts === undefined) continue;
          expect(own.uts).toBe(Number(id));
          seen++;
        }
      }
    } finally {
      await storm.end();
    }
    expect(seen).toBeGreaterThan(ROUNDS / 4);
  },
  30_000,
);
