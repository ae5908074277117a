/** Runs of build-rootfs that are killed half-way. */
import { expect, test } from "bun:test";
import { existsSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { make, workspace } from "./fixtures.ts";

const work = workspace();
const NSBOX = resolve(import.meta.dir, "../../dist/nsbox");
const PROGRAMS = ["bash", "ls", "git", "perl", "curl", "ssh", "python3", "gdb"]
  .map((name) => `/usr/bin/${name}`)
  .filter((path) => existsSync(path));

/** What lies in a tree, directories and all. */
const listing = (tree: string): string[] => readdirSync(tree, { recursive: true }).map(String).sort();

test("what killed runs left is completed by the next one, and no half file stays", async () => {
  const tree = join(work, "killed");
  for (let pause = 5; pause < 120; pause += 6) {
    const run = Bun.spawn([NSBOX, "build-rootfs", ...PROGRAMS, tree], { stdout: "ignore", stderr: "ignore" });
    await Bun.sleep(pause); // anywhere on its way is as good
    run.kill("SIGKILL");
    await run.exited;
  }
  const { entries } = make(PROGRAMS, tree, { bare: false });
  const whole = join(work, "whole");
  make(PROGRAMS, whole, { bare: false });
  expect(listing(tree)).toEqual(listing(whole));
  expect(entries.length).toBeGreaterThan(10);
});

test("a temporary file of a run that still goes on is left alone", () => {
  const tree = join(work, "busy");
  make(["ls"], tree);
  const namespace = /\d+/.exec(readlinkSync("/proc/self/ns/pid"))![0];
  const [living, dead] = [`.nsbox-${namespace}-1-1`, `.nsbox-${namespace}-4194304-1`];
  for (const name of [living, dead]) writeFileSync(join(tree, "usr/bin", name), "");
  make(["cat"], tree);
  const names = readdirSync(join(tree, "usr/bin"));
  expect(names).toContain(living);
  expect(names).not.toContain(dead);
});
