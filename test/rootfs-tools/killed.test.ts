/** Runs of build-rootfs that fail or are killed half-way. */
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { make, run, withCommand, workspace } from "./fixtures.ts";

const work = workspace();
const NSBOX = resolve(import.meta.dir, "../../dist/nsbox");
const PROGRAMS = ["bash", "ls", "git", "perl", "curl", "ssh", "python3", "gdb"]
  .map((name) => `/usr/bin/${name}`)
  .filter((path) => existsSync(path));

/** All that a tree is: names, inodes, times, contents' sizes. Directories' own times change with their names. */
const state = (tree: string): string =>
  existsSync(tree)
    ? run(["find", tree, "-type", "d", "-printf", "%P %m %U\\n", "-o", "-printf", "%P %i %s %T@ %m %l\\n"])
        .split("\n")
        .sort()
        .join("\n")
    : "nothing";

const stages = (directory: string): string[] =>
  readdirSync(directory).filter((name) => name.startsWith(".nsbox-stage-"));

/** Something of another time in a tree that is there. */
function older(name: string): string {
  const tree = join(work, name);
  make(["bash", "ls"], tree);
  for (const path of ["usr/bin/bash", "usr/bin/ls"]) run(["touch", "-d", "2001-01-01", join(tree, path)]);
  writeFileSync(join(tree, "mine"), "mine");
  return tree;
}

test("a new tree is there as a whole or not at all, whenever its run is killed", async () => {
  const tree = join(work, "new");
  let whole: string | undefined;
  const names = (of: string) => readdirSync(of, { recursive: true }).map(String).sort();
  make(PROGRAMS, join(work, "whole"), { bare: false });
  for (let pause = 5; pause < 120; pause += 6) {
    const child = Bun.spawn([NSBOX, "build-rootfs", ...PROGRAMS, tree], {
      stdout: "ignore",
      stderr: "ignore",
    });
    await Bun.sleep(pause); // anywhere on its way is as good
    child.kill("SIGKILL");
    await child.exited;
    if (!existsSync(tree)) continue;
    whole ??= names(join(work, "whole")).join("\n");
    expect(names(tree).join("\n")).toBe(whole);
    rmSync(tree, { recursive: true });
  }
  make(PROGRAMS, tree, { bare: false });
  expect(stages(work)).toEqual([]);
});

/** Runs nsbox, and has strace do something to its n-th call of a kind. */
const injected = (inject: string, ...words: string[]) =>
  Bun.spawnSync(
    ["strace", "-o", "/dev/null", "-f", "-e", `inject=${inject}`, NSBOX, "build-rootfs", ...words],
    {
      stderr: "pipe",
    },
  );

const CHANGED = ["-q", "--bare", "bash", "ls", "git", "perl"];

withCommand("strace")(
  "a tree that is there is as it was after a run that is killed before it moves anything",
  () => {
    for (const when of [1, 2, 5, 9]) {
      const tree = older(`killed${when}`);
      const before = state(tree);
      injected(`lchown,fchownat:signal=KILL:when=${when}`, ...CHANGED, tree);
      expect(state(tree)).toBe(before);
      expect(stages(work).length).toBe(1);
      make(["bash"], tree);
      expect(stages(work)).toEqual([]);
    }
  },
);

withCommand("strace")("what a run had moved when it was killed is moved back by the next one", () => {
  for (const when of [1, 2, 3, 4, 5, 6]) {
    const tree = older(`moved${when}`);
    const before = state(tree);
    injected(`renameat2:signal=KILL:when=${when}`, ...CHANGED, tree);
    expect(stages(work).length).toBe(1);
    make(["true"], tree);
    rmSync(join(tree, "usr/bin/true"));
    expect(state(tree)).toBe(before);
    expect(stages(work)).toEqual([]);
  }
});

withCommand("strace")("a run that fails while it moves moves everything back", () => {
  for (const when of [1, 3, 5]) {
    const tree = older(`failed${when}`);
    const before = state(tree);
    const { exitCode, stderr } = injected(`renameat2:error=ENOSPC:when=${when}`, ...CHANGED, tree);
    expect(stderr.toString()).toContain("ENOSPC");
    expect(exitCode).toBe(1);
    expect(state(tree)).toBe(before);
    expect(stages(work)).toEqual([]);
  }
});

withCommand("strace")("file systems that know no exchange of two files get them one after the other", () => {
  const tree = older("plain");
  const { exitCode } = injected("renameat2:error=EINVAL:when=1+3", ...CHANGED, tree);
  expect(exitCode).toBe(0);
  const whole = join(work, "plain-whole");
  make(["bash", "ls", "git", "perl"], whole);
  writeFileSync(join(whole, "mine"), "mine");
  const names = (of: string) => run(["find", of, "-printf", "%P %m %s\\n"]).split("\n").sort();
  const files = (of: string) => names(of).filter((line) => !line.includes(" 4096"));
  expect(files(tree)).toEqual(files(whole));
});

test("the stage of a run that still goes on is left alone, one of a dead run goes", () => {
  const tree = join(work, "busy");
  const [living = "", dead = ""] = ["living", "dead"].map((name) => join(work, `.nsbox-stage-${name}`));
  for (const path of [living, dead]) mkdirSync(path, { mode: 0o700 });
  run(["flock", "-n", living, process.execPath, "-e", build(tree)]);
  expect(stages(work)).toEqual([".nsbox-stage-living"]);
  rmSync(living, { recursive: true });
});

/** A program that makes a tree. */
const build = (tree: string): string => `
  import { binlibdepcp } from "${import.meta.dir}/../../rootfs-tools/index.ts";
  binlibdepcp({ programs: ["ls"], directory: "${tree}", searchPath: "/usr/bin", bare: true });`;

withCommand("strace")(
  "a directory that becomes a link while a run goes on leads nothing outside",
  async () => {
    const tree = older("swapped");
    const outside = join(work, "outside");
    mkdirSync(join(outside, "bin"), { recursive: true });
    const inject = "inject=lchown,fchownat:delay_enter=300000:when=1";
    const child = Bun.spawn(
      ["strace", "-o", "/dev/null", "-f", "-e", inject, NSBOX, "build-rootfs", ...CHANGED, tree],
      { stdout: "ignore", stderr: "pipe" },
    );
    while (stages(work).length === 0) await Bun.sleep(1);
    renameSync(join(tree, "usr"), join(tree, "moved"));
    symlinkSync(outside, join(tree, "usr"));
    expect(await child.exited).toBe(1);
    expect(await new Response(child.stderr).text()).toContain("ELOOP");
    expect(readdirSync(outside, { recursive: true })).toEqual(["bin"]);
    expect(stages(work)).toEqual([]);
  },
);

const FORMS = ["tree", "a/b/tree", "x.tar", "x.tar.gz", "x.oci", "x.docker.tar", "x.squashfs"];
for (const [signal, targets] of [
  ["SIGINT", FORMS],
  ["SIGTERM", ["tree"]],
  ["SIGHUP", ["tree"]],
] as const) {
  test(`${signal} ends a build by that signal, and nothing of it stays, in any form`, async () => {
    const [source, place] = [join(work, `source-${signal}`), join(work, `of-${signal}`)];
    mkdirSync(source);
    for (let count = 0; count < 50; count++) run(["truncate", "-s", "100M", join(source, String(count))]);
    for (const target of targets) {
      mkdirSync(place);
      const child = Bun.spawn([NSBOX, "build-rootfs", "-q", "--add", source, "bash", join(place, target)], {
        stdout: "ignore",
        stderr: "pipe",
      });
      // It has begun to write as soon as there is a stage.
      while (readdirSync(place).length === 0 && child.exitCode === null) await Bun.sleep(1);
      child.kill(signal);
      await child.exited;
      expect([target, child.signalCode, readdirSync(place)]).toEqual([target, signal, []]);
      expect(await child.stderr.text()).toBe("");
      rmSync(place, { recursive: true });
    }
  }, 30_000);
}

test("a build that was started to outlive its terminal goes on after SIGHUP", async () => {
  const place = join(work, "nohup");
  mkdirSync(place);
  const command = `trap '' HUP; exec ${NSBOX} build-rootfs -q ${PROGRAMS.join(" ")} ${place}/tree`;
  const child = Bun.spawn(["sh", "-c", command], { stdout: "ignore", stderr: "ignore" });
  while (readdirSync(place).length === 0 && child.exitCode === null) await Bun.sleep(1);
  child.kill("SIGHUP");
  expect(await child.exited).toBe(0);
  expect(readdirSync(place)).toEqual(["tree"]);
});
