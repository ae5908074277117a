/** A file server that does not answer holds up nobody who looks, also where its file lies over a namespace. */
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { AS_ROOT, compile, keep } from "./animals.ts";

const DISCOVER = join(import.meta.dir, "../../src/ns/discover.ts");
/** Whoever waits for the server waits for ever, deaf to all but this signal. */
const PATIENCE = { timeout: 10_000, killSignal: "SIGKILL" } as const;

test.skipIf(!AS_ROOT || !existsSync("/dev/fuse"))(
  "a namespace under the file of a server that does not answer is known by its id alone (needs root and FUSE)",
  async () => {
    const covered = await keep([compile("covered")]);
    try {
      const script = `import { discover } from ${JSON.stringify(DISCOVER)}; console.log(JSON.stringify(discover().namespaces))`;
      const { stdout, exitCode } = Bun.spawnSync([process.execPath, "-e", script], PATIENCE);
      expect(exitCode).toBe(0);
      const found = (JSON.parse(stdout.toString()) as { holders: { path?: string }[] }[]).find(
        ({ holders }) => holders.some(({ path }) => path === "/mnt/net"),
      );
      expect(found).toMatchObject({ kind: "net", owner: null, processes: [] });
    } finally {
      await covered.end();
    }
  },
  30_000,
);
