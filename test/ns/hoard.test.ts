/** What an ordinary user can heap up does not hold up who looks at it. */
import { describe, expect, test } from "bun:test";
import { discover } from "../../src/ns/discover.ts";
import { AS_ROOT, compile, keep } from "./animals.ts";

const MOUNTS = 20_000;
const LONGEST_MS = 5000;

describe.skipIf(!AS_ROOT)("a hoard", () => {
  test("of hidden mounts of one mount namespace costs no more than to read of them", async () => {
    const hoard = await keep([compile("hoard"), String(MOUNTS)]);
    try {
      const begun = performance.now();
      const { namespaces } = discover();
      const held = namespaces.find(
        ({ holders }) => holders.filter(({ by }) => by === "mount").length >= MOUNTS,
      );
      expect(held).toMatchObject({ kind: "mnt", owner: null, processes: [] });
      expect(performance.now() - begun).toBeLessThan(LONGEST_MS);
    } finally {
      await hoard.end();
    }
  }, 60_000);
});
