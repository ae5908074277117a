/** Runs of build-rootfs that are killed half-way. */
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
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

test("the stage of a run that still goes on is left alone, one of a dead run goes", () => {
  const tree = join(work, "busy");
  const [living, dead] = ["living", "dead"].map((name) => join(work, `.nsbox-stage-${name}`));
  for (const path of [living, dead]) mkdirSync(path!, { mode: 0o700 });
  const holder = Bun.spawnSync(["flock", "-n", living!, process.execPath, "-e", build(tree)]);
  expect(holder.exitCode).toBe(0);
  expect(existsSync(living!)).toBe(true);
  expect(existsSync(dead!)).toBe(false);
});

/** A program that makes a tree. */
const build = (tree: string) =>
  `import { binlibdepcp } from "${import.meta.dir}/../../rootfs-tools/index.ts"; binlibdepcp({ programs: ["ls"], directory: "${tree}", searchPath: "/usr/bin", bare: true });`;
