/** PIDs translated. Judges: what a process says its own PID is, and NSpid in /proc/PID/status. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { AS_ROOT, CALLER_ENV, call, NSBOX, ROOT, SCRATCH, textOf, until } from "./support.ts";

let outer: Bun.Subprocess;
/** PID here to the numbers that NSpid has, of all processes of the test's own PID namespaces. */
const judged = new Map<number, number[]>();
const INNER = join(SCRATCH, "own-pid");

beforeAll(async () => {
  if (!AS_ROOT) return;
  // PID 1 of the outer one starts two sleeps and an inner one, whose shell writes what it takes itself for.
  const inner = `sh -c 'sleep 271828 & echo $$ $! > ${INNER}; wait'`;
  const script = `sleep 271828 & sleep 271828 & unshare -pf --kill-child ${inner}; wait`;
  outer = Bun.spawn(["unshare", "-pf", "--kill-child", "bash", "-c", script], { env: CALLER_ENV });
  await until("the inner one is there", () => textOf(INNER).endsWith("\n"));
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const numbers =
      /^NSpid:\t(.*)$/m
        .exec(textOf(`/proc/${pid}/status`))?.[1]
        ?.split("\t")
        .map(Number) ?? [];
    if (numbers.length > 1 && textOf(`/proc/${pid}/cmdline`).includes("271828"))
      judged.set(Number(pid), numbers);
  }
});

afterAll(() => outer?.kill("SIGKILL"));

const pid = (...words: (string | number)[]) => call(ROOT, [NSBOX, "pid", ...words.map(String)]);

describe.skipIf(!AS_ROOT)("nsbox pid (needs root)", () => {
  test("finds every number that the kernel gives, at each level", async () => {
    expect(judged.size).toBeGreaterThanOrEqual(5);
    const { out } = await pid("--json", ...judged.keys());
    const rows = JSON.parse(out) as { pid: number; numbers: { namespace: number; pid: number }[] }[];
    for (const row of rows) {
      expect(row.numbers.map((each) => each.pid)).toEqual(judged.get(row.pid)!);
      const { out: own } = await call(ROOT, ["readlink", `/proc/${row.pid}/ns/pid`]);
      expect(own.trim()).toBe(`pid:[${row.numbers.at(-1)!.namespace}]`);
    }
    expect(rows.length).toBe(judged.size);
  });

  test("translates in both directions, and between two that are not this side's", async () => {
    const [shell, sleep] = textOf(INNER).trim().split(" ");
    const inside = [...judged].filter(([, numbers]) => numbers.length === 3);
    expect(inside.length).toBe(2);
    const [[here, [, middle]]] = inside.filter(([, numbers]) => String(numbers[2]) === sleep) as [
      [number, number[]],
    ];
    expect(await pid(here, "--in", here)).toMatchObject({ out: `${sleep}\n`, status: 0 });
    expect(await pid(sleep!, "--from", here)).toMatchObject({ out: `${here}\n`, status: 0 });
    const parent = [...judged].find(([, numbers]) => numbers.length === 2)![0];
    const between = await pid(shell!, sleep!, "--from", here, "--in", `${parent}/pid`);
    expect(between.out.split("\n")[1]).toBe(String(middle));
    expect((await pid(shell!, "--from", here, "--in", parent, "--json")).out).toContain('"translated"');
  });

  test("knows threads by their own numbers", async () => {
    const code = `import threading,time;threading.Thread(target=time.sleep,args=(300,)).start();print(threading.get_native_id(),flush=True)`;
    const child = Bun.spawn(["unshare", "-pf", "--kill-child", "python3", "-c", code], {
      stdout: "pipe",
      env: CALLER_ENV,
    });
    try {
      await child.stdout.getReader().read();
      const inner = textOf(`/proc/${child.pid}/task/${child.pid}/children`).trim();
      const tid = readdirSync(`/proc/${inner}/task`).find((name) => name !== inner)!;
      const nspid = /^NSpid:\t(.*)$/m.exec(textOf(`/proc/${tid}/status`))![1]!.split("\t");
      expect(await pid(tid, "--in", inner)).toEqual({ out: `${nspid[1]}\n`, err: "", status: 0 });
    } finally {
      child.kill("SIGKILL");
    }
  });

  test("says which PID there is not, and translates the others", async () => {
    const [here] = [...judged].find(([, numbers]) => numbers.length === 3)!;
    const { out, err, status } = await pid(process.pid, here, "--in", here);
    expect(status).toBe(1);
    expect(err).toContain(`Process ${process.pid} has no PID in pid:[`);
    expect(out.trim()).toMatch(/^\d+$/);
    expect((await pid("77777", "--from", here)).err).toContain("There is no process 77777 in pid:[");
    expect((await pid(here, "--in", `${here}/net`)).err).toContain("is no PID namespace");
  });
});
