/** Several runs of build-rootfs that change one directory. */
import { expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { BinlibdepcpResult } from "../../rootfs-tools/index.ts";
import { make, withCommand, workspace } from "./fixtures.ts";

const work = workspace();
const NSBOX = resolve(import.meta.dir, "../../dist/nsbox");

/** All that runs leave beside their trees. */
const left = (): string[] => readdirSync(work).filter((name) => name.startsWith(".nsbox-"));

/** What a run did. */
const changes = ({ entries }: BinlibdepcpResult): string[] =>
  entries.filter(({ action }) => action !== "unchanged").map(({ path, action }) => `${path} ${action}`);

/** A tree that has little. */
function small(name: string): string {
  const tree = join(work, name);
  make(["bash", "ls"], tree);
  return tree;
}

/** Starts `nsbox build-rootfs -q WORDS`, with `before` in front. */
const start = (words: readonly string[], before: readonly string[] = []) =>
  Bun.spawn([...before, NSBOX, "build-rootfs", "-q", ...words], { stdout: "ignore", stderr: "pipe" });

/** How it ends. */
const endOf = async (child: ReturnType<typeof start>) => [await child.exited, await child.stderr.text()];

/** In front of a command: does something to its n-th call of a kind. */
const injecting = (inject: string) => ["strace", "-o", "/dev/null", "-f", "-e", `inject=${inject}`];

test("twenty runs at once into one directory make one tree", async () => {
  const tree = join(work, "many");
  const names = ["bash", "ls", "cat", "grep", "sed", "sort", "tar", "gzip", "find", "ps"];
  const ends = await Promise.all([...names, ...names].map((name) => endOf(start([name, tree]))));
  expect(ends).toEqual(ends.map(() => [0, ""]));
  expect(changes(make(names, tree, { bare: false }))).toEqual([]);
  expect(left()).toEqual([]);
});

for (const [end, error] of [
  ["has ended", ""],
  ["has failed", ":error=ENOSPC"],
] as const) {
  withCommand("strace")(`a run begins when the one that changes the directory ${end}`, async () => {
    const tree = small(end);
    const there = () => readdirSync(tree, { recursive: true }).map((name) => join(tree, `${name}`));
    // An inode's number is used again; its birth is not.
    const birth = (path: string) => statSync(path, { bigint: true, throwIfNoEntry: false })?.birthtimeNs;
    const before = new Set(there());
    const first = start(["git", tree], injecting(`renameat2:delay_enter=500000${error}:when=3`));
    // It has moved something, and goes on only after a while.
    while (there().length === before.size && first.exitCode === null) await Bun.sleep(1);
    const moved = there().filter((path) => !before.has(path));
    const births = moved.map(birth);
    expect(await endOf(start(["git", tree]))).toEqual([0, ""]);
    expect(await endOf(first)).toEqual(error === "" ? [0, ""] : [1, expect.stringContaining("ENOSPC")]);
    expect(changes(make(["git"], tree, { bare: false }))).toEqual([]);
    // Nothing that would have been in its way made the first one move it back.
    if (error === "") expect(moved.map(birth)).toEqual(births);
    expect(left()).toEqual([]);
  });
}

withCommand("strace")("what a killed run had moved is not taken for what is there", async () => {
  for (const when of [1, 2, 4]) {
    const tree = small(`taken${when}`);
    const words = ["git", "perl", tree];
    await start(words, injecting(`renameat2:signal=KILL:when=${when}`)).exited;
    expect(left().filter((name) => name.startsWith(".nsbox-stage-"))).toHaveLength(1);
    expect(await endOf(start(words))).toEqual([0, ""]);
    expect(changes(make(["git", "perl"], tree, { bare: false }))).toEqual([]);
    expect(left()).toEqual([]);
  }
});

withCommand("strace")(
  "a run that waits for another one is ended by Ctrl-C, and leaves that alone",
  async () => {
    const tree = small("waits");
    const turn = `.nsbox-turn-${statSync(tree).ino}`;
    const calls = join(work, "calls");
    mkdirSync(join(work, turn), { mode: 0o700 });
    writeFileSync(calls, "");
    const other = Bun.spawn(["flock", turn, "sh", "-c", "echo; exec cat"], {
      cwd: work,
      stdin: "pipe",
      stdout: "pipe",
    });
    try {
      await other.stdout.getReader().read();
      const child = start(["git", tree], ["strace", "-D", "-f", "-e", "trace=flock", "-o", calls]);
      while (!readFileSync(calls, "utf8").includes("EAGAIN") && child.exitCode === null) await Bun.sleep(1);
      child.kill("SIGINT");
      expect([(await endOf(child))[1], child.signalCode]).toEqual(["", "SIGINT"]);
      expect(left()).toEqual([turn]);
    } finally {
      other.stdin.end();
      await other.exited;
    }
    expect(await endOf(start(["git", tree]))).toEqual([0, ""]);
    expect(left()).toEqual([]);
  },
);
