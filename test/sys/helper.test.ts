/** The helper as a library inside Bun. Judges: /proc, readlink, lsns' own source of truth. */
import { afterAll, describe, expect, test } from "bun:test";
import { openSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KINDS } from "../../src/ns/kinds.ts";
import { ABI_HASH } from "../../src/plan/abi.gen.ts";
import { cloneInto, helperAbi, scanNamespaces, setns } from "../../src/sys/helper.ts";

const flagOf = (name: string): number => KINDS.find((kind) => kind.name === name)?.flag ?? 0;
const root = process.geteuid?.() === 0;
const out = join(tmpdir(), `nsbox-helper-${process.pid}`);

afterAll(() => rmSync(out, { force: true }));

/** Runs a shell line in new namespaces and waits for it: the file it writes is the only way out. */
async function inNew(flags: number, line: string): Promise<string> {
  rmSync(out, { force: true });
  const pid = cloneInto(flags, ["/bin/sh", "-c", `{ ${line}; } >${out}.part && mv ${out}.part ${out}`]);
  expect(pid).toBeGreaterThan(0);
  for (let tries = 0; tries < 500; tries++) {
    try {
      return readFileSync(out, "utf8").trim();
    } catch {
      await Bun.sleep(10);
    }
  }
  throw new Error("the command wrote nothing");
}

describe("the helper in Bun", () => {
  test("was built from the same operation table as the TypeScript side", () => {
    expect(helperAbi()).toBe(ABI_HASH);
  });

  test("starts a program in a namespace of its own, on a stack of its own", async () => {
    const [flags, kind] = root ? [flagOf("uts"), "uts"] : [flagOf("user"), "user"];
    const inside = await inNew(flags, `readlink /proc/self/ns/${kind}`);
    expect(inside).toMatch(new RegExp(`^${kind}:\\[\\d+\\]$`));
    expect(inside).not.toBe(readlinkSync(`/proc/self/ns/${kind}`));
  });

  test("says why a program could not be started", () => {
    expect(cloneInto(0, ["/does/not/exist"])).toBe(-2);
  });

  test("refuses flags that would share or trace instead of make namespaces", () => {
    expect(cloneInto(0x2000, ["/bin/true"])).toBe(-22);
  });

  test("hands on the kernel's refusal to enter a mount namespace from a process with threads", () => {
    const fd = openSync("/proc/self/ns/mnt", "r");
    expect(setns(fd, flagOf("mnt"))).toBe(root ? -22 : -1);
  });

  test("reads the namespaces of every process in one call, as readlink does one by one", () => {
    const kinds = KINDS.map(({ name }) => name);
    const links = scanNamespaces(kinds);
    const own = links.filter(({ pid }) => pid === process.pid);
    expect(own.map(({ kind, inode }) => `${kind}:[${inode}]`)).toEqual(
      kinds.map((kind) => readlinkSync(`/proc/self/ns/${kind}`)),
    );
    expect(new Set(links.map(({ pid }) => pid)).size).toBeGreaterThan(1);
  });
});
