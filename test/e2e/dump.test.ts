/** `nsbox dump`, and `--input` of the commands that look. */
import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { idOf, withSleep } from "./looking.ts";
import { AS_ROOT, call, NSBOX, ROOT, SCRATCH, shell, start, USER } from "./support.ts";

const WHO = AS_ROOT ? ROOT : USER;
const FIXTURE = resolve(import.meta.dir, "../ns/fixtures/no-time-namespaces.json");
const NO_TIME = JSON.stringify(JSON.parse(readFileSync(FIXTURE, "utf8")));

/** A file with that text, for everybody to read. */
function file(name: string, text: string): string {
  const path = join(SCRATCH, name);
  writeFileSync(path, text);
  return path;
}

describe("a dump", () => {
  // A machine full of processes makes a dump of 30 MB, which each command reads anew.
  test("is shown as the machine was", async () => {
    await withSleep(WHO, AS_ROOT ? ["-n"] : ["-Urn"], async (pid) => {
      const { out, status } = await call(WHO, [NSBOX, "dump", "-q"]);
      expect(status).toBe(0);
      const path = file("machine.json", out);
      const net = idOf(pid, "net");
      const ls = await call(WHO, [
        NSBOX,
        "ls",
        "-q",
        "-n",
        "-i",
        path,
        "-o",
        "ns,pid,command",
        `net:[${net}]`,
      ]);
      expect(ls.out).toBe(`${net}  ${pid}  sleep 60\n`);
      for (const command of ["tree", "lsuserns", "lspidns", "pidtree"]) {
        const { err, status } = await call(WHO, [NSBOX, command, "-q", "--input", path]);
        expect([err, status]).toEqual(["", 0]);
      }
    });
  }, 30_000);

  test("of a dump is the same dump, however it is indented", async () => {
    const path = file("no-time.json", NO_TIME);
    const dump = async (...args: string[]) =>
      (await call(WHO, [NSBOX, "dump", "-q", "-i", path, ...args])).out;
    expect(JSON.parse(await dump())).toEqual(JSON.parse(NO_TIME));
    expect(await dump()).toStartWith('{\n  "format"');
    expect(await dump("--indent", "8")).toStartWith('{\n        "format"');
    expect(await dump("--tab")).toStartWith('{\n\t"format"');
    expect(JSON.parse(await dump("--tab"))).toEqual(JSON.parse(NO_TIME));
    expect((await dump("--compact")).trimEnd()).not.toContain("\n");
  });

  test("comes from standard input as well", async () => {
    const { out, status } = await shell(
      WHO,
      '"$NSBOX" dump -q --compact | "$NSBOX" ls -i - -q net | head -1',
    );
    expect(out).toMatch(/^ *NS {2}KIND/);
    expect(status).toBe(0);
  });

  test("comes from a process substitution, and a FIFO that nobody writes is not waited for", async () => {
    const piped = await shell(WHO, '"$NSBOX" ls -q -i <(sleep 0.3; "$NSBOX" dump -q) net | head -1');
    expect(piped.out).toMatch(/^ *NS {2}KIND/);
    const line = 'mkfifo "$1/fifo"; "$NSBOX" ls -i "$1/fifo"; echo $?; rm "$1/fifo"';
    const { out, err } = await shell(WHO, line, SCRATCH);
    expect(err).toContain("cause: it is empty");
    expect(out).toBe("1\n");
  });

  test("of a kernel without time namespaces shows none, and nothing in their place", async () => {
    const path = file("no-time.json", NO_TIME);
    const { out } = await call(WHO, [NSBOX, "ls", "--json", "-q", "-i", path]);
    const kinds = JSON.parse(out).namespaces.map(({ kind }: { kind: string }) => kind);
    expect(kinds.length).toBe(10);
    expect(kinds).not.toContain("time");
    for (const by of ["owner", "parent", "process", "container"]) {
      const tree = await call(WHO, [NSBOX, "tree", "-q", "--by", by, "-i", path]);
      expect(tree).toMatchObject({ err: "", status: 0 });
      expect(tree.out).not.toContain("time:[");
    }
  });

  test.each([
    ["nothing", "", "it is empty"],
    ["a cut off dump", NO_TIME.slice(0, 999), "it is not JSON"],
    ["a dump of another version", NO_TIME.replace('"version":1', '"version":9'), "it has version 9"],
    [
      "a dump that contradicts itself",
      NO_TIME.replace('"owner":4026532177', '"owner":7'),
      "names namespace 7",
    ],
  ])("that is %s is refused, with the file's name and the reason", async (_, text, reason) => {
    const path = file("bad.json", text);
    const { out, err, status } = await call(WHO, [NSBOX, "ls", "-i", path]);
    expect([out, status]).toEqual(["", 1]);
    expect(err).toStartWith(`error: Cannot read the dump in "${path}"\n  cause: `);
    expect(err).toContain(reason);
  });
});

test("a dump that is taken while namespaces come and go by the hundred is one that reads back", async () => {
  const unshare = `unshare -Urnmupf --mount-proc sh -c 'true & unshare -n true'`;
  const storm = start(WHO, ["sh", "-c", `while ${unshare}; do :; done`]);
  try {
    for (let round = 0; round < 5; round++) {
      const line = '"$NSBOX" dump -q --compact | "$NSBOX" ls -q -i - --json | wc -l';
      expect(await shell(WHO, line)).toEqual({ out: "1\n", err: "", status: 0 });
    }
  } finally {
    storm.kill("SIGKILL");
    await storm.exited;
  }
}, 30_000);

test.each([
  [["--indent", "9"], 'Option "--indent" needs a number from 0 to 8, not "9"'],
  [["--tab", "--compact"], 'Options "--compact" and "--tab" exclude each other'],
  [["x"], 'Too many words: "x"'],
])("nsbox dump %j is refused", async (args, message) => {
  const { err, status } = await call(WHO, [NSBOX, "dump", ...args]);
  expect(err).toStartWith(`error: ${message}`);
  expect(status).toBe(2);
});
