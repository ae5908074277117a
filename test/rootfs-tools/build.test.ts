/** What the options of build-rootfs make of a tree, by the built program. */
import { expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { STANDARD_PATH } from "../../rootfs-tools/collect/program.ts";
import { DEFAULT_PATH } from "../../src/sandbox/environment.ts";
import { asRoot, library, program, run, runpath, withCommand, workspace } from "./fixtures.ts";

const work = workspace();
const NSBOX = resolve(import.meta.dir, "../../dist/nsbox");

/** Runs `nsbox build-rootfs` in the workspace. */
function build(words: readonly string[], env: Record<string, string> = {}) {
  const { stdout, stderr, exitCode } = Bun.spawnSync([NSBOX, "build-rootfs", ...words], {
    cwd: work,
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...env },
  });
  return { out: stdout.toString(), bytes: stdout, err: stderr.toString(), status: exitCode };
}

/** All of a tree but its directories' sizes: times, owners and targets too. */
const listing = (tree: string): string[] =>
  run(["find", tree, "-printf", "%P %y %m %U:%G %T@ %l\\n"]).split("\n").sort();

asRoot("the same programs give the same tree and the same archive, whenever they are built", async () => {
  build(["bash", "ls", "one"]);
  const first = build(["bash", "ls", "-"]);
  await Bun.sleep(1100); // the clock itself has to go on
  build(["bash", "ls", "two"]);
  const second = build(["bash", "ls", "-"]);
  expect(listing(join(work, "one"))).toEqual(listing(join(work, "two")));
  expect(first.bytes.length).toBeGreaterThan(1_000_000);
  expect(Bun.hash(first.bytes)).toBe(Bun.hash(second.bytes));
});

test("no file is newer than SOURCE_DATE_EPOCH", () => {
  build(["bash", "epoch"], { SOURCE_DATE_EPOCH: "1000000000" });
  const times = run(["find", join(work, "epoch"), "-mindepth", "1", "-printf", "%T@\\n"])
    .trim()
    .split("\n");
  expect(Math.max(...times.map(Number))).toBeLessThanOrEqual(1_000_000_000);
  const again = build(["bash", "epoch"], { SOURCE_DATE_EPOCH: "1000000000" });
  expect(again.out).toContain("wrote 0 (0 B)");
  expect(build(["bash", "x"], { SOURCE_DATE_EPOCH: "soon" }).err).toContain('SOURCE_DATE_EPOCH "soon"');
});

asRoot("--owner gives every file away, and drops bits that would mean another user", () => {
  const { status } = build(["bash", "su", "owned", "--owner", "1234:56"]);
  expect(status).toBe(0);
  const owners = run(["find", join(work, "owned"), "-printf", "%U:%G\\n"])
    .trim()
    .split("\n");
  expect(new Set(owners)).toEqual(new Set(["1234:56"]));
  expect(statSync(join(work, "owned/usr/bin/su")).mode & 0o7777).toBe(0o755);
  expect(build(["bash", "owned", "--owner", "me"]).err).toContain('"--owner" cannot use "me"');
  expect(build(["bash", "x", "--owner", "1", "--squash-owner"]).err).toContain("exclude each other");
});

asRoot("an ordinary user's squashed tree is without notes, and its archive is root's", () => {
  const home = join(work, "home");
  mkdirSync(home);
  chmodSync(work, 0o755);
  run(["chown", "65534:65534", home]);
  const as = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"];
  const nobody = (...words: string[]) =>
    Bun.spawnSync([...as, NSBOX, "build-rootfs", ...words], { cwd: home, env: { PATH: "/usr/bin" } });
  const tree = nobody("--squash-owner", "bash", "tree");
  expect([tree.exitCode, tree.stderr.toString()]).toEqual([0, ""]);
  expect(statSync(join(home, "tree/usr/bin/bash")).uid).toBe(65534);
  expect(nobody("bash", "su", "plain.tar").exitCode).toBe(0);
  expect(nobody("--squash-owner", "bash", "su", "squashed.tar").exitCode).toBe(0);
  for (const name of ["plain", "squashed"]) {
    const list = run(["tar", "--numeric-owner", "-tvf", join(home, `${name}.tar`)]);
    expect(list).toMatch(/-rwsr-xr-x 0\/0 .* \.?\/?usr\/bin\/su\n/);
  }
});

test("a tree can be kept as TOML beside what it holds", () => {
  mkdirSync(join(work, "kept/etc"), { recursive: true });
  writeFileSync(join(work, "kept/etc/motd"), "hello");
  writeFileSync(
    join(work, "kept/tree.toml"),
    `programs = ["bash", "ls"]
     target = "./rootfs"
     bare = true
     add = ["etc/motd:/etc/motd"]`,
  );
  const { status, err } = build(["--from", "kept/tree.toml"]);
  expect([status, err]).toEqual([0, ""]);
  expect(readFileSync(join(work, "kept/rootfs/etc/motd"), "utf8")).toBe("hello");
  expect(existsSync(join(work, "kept/rootfs/tmp"))).toBe(false);
  build(["--from", "kept/tree.toml", "cat", "elsewhere"]);
  expect(readdirSync(join(work, "elsewhere/usr/bin")).sort()).toEqual(["bash", "cat", "ls", "sh"]);
});

test("an archive has every path once, and the system's accounts where the name service is asked for", () => {
  const { bytes } = build(["--nss", "--package", "base-files", "ls", "-"]);
  const archive = join(work, "nss.tar");
  writeFileSync(archive, bytes);
  const paths = run(["tar", "-tf", archive]).trim().split("\n");
  expect(paths.filter((path, index) => paths.indexOf(path) !== index)).toEqual([]);
  const accounts = run(["tar", "-xOf", archive, paths.find((path) => path.endsWith("etc/passwd")) ?? ""]);
  const names = (text: string) => text.split("\n").map((line) => line.split(":")[0]);
  expect(names(accounts)).toEqual(names(readFileSync("/etc/passwd", "utf8")));
});

test("what is added by a file may end in a slash or a dot, also where the directory has a colon", () => {
  const home = join(work, "a:b");
  mkdirSync(join(home, "etc"), { recursive: true });
  writeFileSync(join(home, "etc/motd"), "hello");
  writeFileSync(
    join(home, "tree.toml"),
    'target = "./rootfs"\nbare = true\nadd = ["etc/motd:/srv/", "etc/.:/opt/"]',
  );
  expect(build(["--from", join(home, "tree.toml")]).err).toBe("");
  for (const path of ["srv/motd", "opt/motd"]) {
    expect(readFileSync(join(home, "rootfs", path), "utf8")).toBe("hello");
  }
});

test.each([
  [["bash", "ls"], "nsbox build-rootfs bash ls ./rootfs"],
  [["--trace", "rootfs", "ls"], "nsbox build-rootfs --trace ./rootfs -- ls"],
])("a program in TARGET's place is told with what was meant: %j", (words, hint) => {
  const { err, status } = build(words);
  expect(err).toContain(hint);
  expect(status).toBe(2);
  expect(existsSync(join(work, "ls"))).toBe(false);
});

test("what is added makes a tree without any PROGRAM", () => {
  const { status, err } = build(["--bare", "--add", "/etc/hostname", "added"]);
  expect([status, err]).toEqual([0, ""]);
  expect(readdirSync(join(work, "added/etc"))).toEqual(["hostname"]);
});

test.each([
  ["programs = [", "it is no TOML"],
  ['program = "bash"', 'unknown key "program"'],
  ['bare = "yes"', '"bare" must be true or false'],
  ["root = [1, 2]", '"root" must be one value'],
  ["programs = [{ a = 1 }]", '"programs" must be text'],
  ['target = ["a", "b"]', "there is one target"],
  ['library-path = { a = "b" }', '"library-path" must be no table'],
  ["", "wants at least one PROGRAM and a TARGET"],
])("a file that says %j is refused: %s", (text, reason) => {
  writeFileSync(join(work, "bad.toml"), text);
  const { err, status } = build(["--from", "bad.toml"]);
  expect(err).toContain(reason);
  expect(status).toBeGreaterThan(0);
  expect(build(["--from", "absent.toml"]).err).toContain('"absent.toml"');
});

asRoot("a tree is made from another system, with its links and its libraries", () => {
  const system = join(work, "system");
  const lib = library(join(work, "lib/libone.so"), { soname: "libone.so" });
  const path = program(join(work, "bin/p"), { needs: [lib], flags: runpath("/opt/one") });
  build(["--bare", "bash", "system"]);
  mkdirSync(join(system, "srv"), { recursive: true });
  run(["cp", path, join(system, "srv/p")]);
  run(["cp", lib, join(system, "srv/libone.so")]);
  symlinkSync("/srv", join(system, "opt"));
  mkdirSync(join(system, "srv/one"));
  run(["mv", join(system, "srv/libone.so"), join(system, "srv/one/libone.so")]);
  const { status, err } = build(["--root", system, "--bare", "/srv/p", "from-system"]);
  expect([status, err]).toEqual([0, ""]);
  expect(existsSync(join(work, "from-system/srv/one/libone.so"))).toBe(true);
  run(["chroot", join(work, "from-system"), "/srv/p"]);
  expect(build(["--root", join(work, "none"), "sh", "x"]).err).toContain("no such file or directory");
  expect(build(["--root", system, "python3", "x"]).err).toContain('"python3"');
});

test("a tree that would not hold is not written", () => {
  build(["bash", "ls", "held"]);
  const libc = run(["find", join(work, "held"), "-name", "libc.so.6"]).trim();
  rmSync(libc);
  symlinkSync("/nowhere", libc);
  // Names come and go in a directory before the tree is looked at.
  const state = () => listing(join(work, "held")).map((line) => line.replace(/( d .*) [\d.]+ /, "$1"));
  const before = state();
  const { err, status } = build(["-n", "bash", "cat", "held"]);
  expect(status).toBe(1);
  expect(err).toContain('"/usr/bin/bash" does not hold in it');
  expect(err).toContain("libc.so.6");
  expect(state()).toEqual(before);
  expect(build(["-n", "--no-verify", "bash", "cat", "held"]).status).toBe(0);
});

withCommand("strace")(
  "work of more than a second shows how far it is on a terminal, and nowhere else",
  () => {
    const slow = `strace -f -o /dev/null -e inject=lchown,fchownat:delay_enter=80000 ${NSBOX} build-rootfs bash git`;
    const seen = Bun.spawnSync(["script", "-qec", `${slow} ${work}/slow`, "/dev/null"], {
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", TERM: "xterm" },
      stdin: "ignore",
    }).stdout.toString();
    expect(seen).toMatch(/\[=*> *\] +\d+ % {2}[\d.]+ [kM]?B of [\d.]+ MB {2}[\d.]+ [kM]?B\/s/);
    expect(seen).toContain("\r\x1b[K");
    const piped = Bun.spawnSync(["sh", "-c", `${slow} ${work}/piped`], { env: { PATH: "/usr/bin:/bin" } });
    expect(piped.stderr.toString()).not.toContain("[=");
  },
  20_000,
);

asRoot("a FIFO where another system should have its users goes into no tree, and that is said", () => {
  build(["--bare", "bash", "fifo-system"]);
  mkdirSync(join(work, "fifo-system/etc"));
  run(["mkfifo", join(work, "fifo-system/etc/passwd")]);
  const { err, status } = build(["--root", "fifo-system", "--nss", "--bare", "bash", "fifo-tree"]);
  expect(status).toBe(0);
  expect(err).toContain('"/etc/passwd" is no regular file');
  expect(existsSync(join(work, "fifo-tree/etc/passwd"))).toBe(false);
});

test("programs of a tree are looked for where `nsbox run` will look", () => {
  expect(STANDARD_PATH).toBe(DEFAULT_PATH);
});
