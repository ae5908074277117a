/** Files that pictures are written to. */
import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const OUTPUT = join(import.meta.dir, "../../src/commands/graph/output.ts");
const SIZE = 1 << 27;

test("a file that is being written when Ctrl-C comes is whole, and nothing half-written lies beside it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "nsbox-output-"));
  try {
    const file = join(folder, "large.svg");
    const script = `import { writeWhole } from ${JSON.stringify(OUTPUT)}; writeWhole(${JSON.stringify(file)}, "x".repeat(${SIZE}))`;
    const child = Bun.spawn([process.execPath, "-e", script], { timeout: 30_000, killSignal: "SIGKILL" });
    for (let tries = 0; tries < 5000 && readdirSync(folder).length === 0; tries++) await Bun.sleep(1);
    child.kill("SIGINT");
    await child.exited;
    expect(readdirSync(folder)).toEqual(["large.svg"]);
    expect(statSync(file).size).toBe(SIZE);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 40_000);
