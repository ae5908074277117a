/** The other commands of docs/rootfs.md: a tree that is kept as a file, the same bytes again, an image. */
import { afterAll, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { block, folder, lack, PATIENCE, play, reason } from "./apps.ts";

const CASES = [
  ["toml", ["files", "build", "run"], ["/usr/bin/python3"], "a tree can be kept as TOML", /^from a tree\n$/],
  ["reproducible", ["files", "run"], [], "an archive is the same when it is built again", /^the same\n$/],
  ["image", ["build", "run"], ["skopeo"], "skopeo takes an image, and its entrypoint", /echo from an image/],
] as const;

for (const [app, parts, needs, sentence, expected] of CASES) {
  const why = lack(needs);
  afterAll(() => rmSync(folder(app), { recursive: true, force: true }));
  test.skipIf(why !== "")(
    `${sentence}${reason(why)}`,
    async () => {
      const { out, err } = await play(
        app,
        parts.map((part) => block(app, part)),
      );
      expect(out === "" ? err : out).toMatch(expected);
    },
    PATIENCE,
  );
}
