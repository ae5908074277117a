/** Processes come and go while they are looked at, and PIDs are used again. */
import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { release } from "node:os";
import { join } from "node:path";
import { AS_ROOT, compile, endAll, keep } from "./animals.ts";

afterAll(endAll);

const SECONDS = 1.5;
const LOOKER = [process.execPath, join(import.meta.dir, "looker.ts"), String(SECONDS)];

interface Looked {
  readonly rounds: number;
  readonly seen: number;
  readonly wrong: readonly unknown[];
  readonly reused: number;
}

/** Each PID namespace has a limit of its own, by /proc/sys/kernel/pid_max: Linux 6.14. */
const [MAJOR = 0, MINOR = 0] = release().split(".").map(Number);
const HAS_LIMITS = MAJOR > 6 || (MAJOR === 6 && MINOR >= 14);

/** What the looker says while a storm is on; `inside` it runs in the storm's PID namespace, of 400 PIDs. */
async function look(inside: boolean): Promise<Looked> {
  const storm = await keep([compile("storm"), ...(inside ? ["400"] : [])]);
  try {
    const child = readFileSync(`/proc/${storm.pid}/task/${storm.pid}/children`, "utf8").trim();
    const enter = inside ? ["nsenter", `--target=${child}`, "--pid", "--mount"] : [];
    const { stdout, stderr } = Bun.spawnSync([...enter, ...LOOKER]);
    expect(stderr.toString()).toBe("");
    return JSON.parse(stdout.toString());
  } finally {
    await storm.end();
  }
}

describe.skipIf(!AS_ROOT)("in a storm of short processes", () => {
  test("nothing fails, and no process is put together from two", async () => {
    const { seen, wrong } = await look(false);
    expect(wrong).toEqual([]);
    expect(seen).toBeGreaterThan(0);
  }, 30_000);

  test.skipIf(!HAS_LIMITS)(
    "a PID that is used again is another process",
    async () => {
      const { seen, wrong, reused } = await look(true);
      expect(wrong).toEqual([]);
      expect(seen).toBeGreaterThan(0);
      expect(reused).toBeGreaterThan(0);
    },
    30_000,
  );
});
