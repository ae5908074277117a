/** One downloaded file runs wherever it lies, whatever surrounds it, and leaves nothing behind. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, cpSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { NSBOX, scratch } from "./checkout.ts";

const VERSION = /^nsbox \d+\.\d+\.\d+\n$/;
const root = process.getuid?.() === 0;
const needsRoot = root ? "" : " (skipped: needs root)";

const folder = scratch();
const rootfs = join(folder.path, "rootfs");
const elsewhere = join(folder.path, "some where", "else");
/** A command that runs a shell in namespaces. */
const hello = (program: string) => [
  program,
  "run",
  "-q",
  "-pmu",
  "zion",
  rootfs,
  "/bin/sh",
  "-c",
  "echo hello",
];

function run(command: readonly string[], env: Record<string, string> = {}) {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...command], { env, cwd: "/", stdin: null });
  return { exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
}

const HELLO = { exitCode: 0, stdout: "hello\n", stderr: "" };

beforeAll(() => {
  chmodSync(folder.path, 0o755);
  mkdirSync(elsewhere, { recursive: true });
  cpSync(NSBOX, join(elsewhere, "box"));
  expect(run([NSBOX, "build-rootfs", "-q", "/bin/bash", rootfs]).exitCode).toBe(0);
});
afterAll(() => folder[Symbol.dispose]());

test("it needs no PATH, HOME, TMPDIR or any other variable", () => {
  expect(run([NSBOX, "--version"]).stdout).toMatch(VERSION);
  expect(run(hello(NSBOX))).toEqual(HELLO);
});

test("it runs from another directory and under another name", () => {
  expect(run([join(elsewhere, "box"), "--version"]).stdout).toMatch(VERSION);
  expect(run(hello(join(elsewhere, "box")))).toEqual(HELLO);
});

test("it does not mind a TMPDIR that is not there", () => {
  expect(run(hello(NSBOX), { TMPDIR: "/nonexistent", BUN_TMPDIR: "/nonexistent" })).toEqual(HELLO);
});

test.each(["<&-", ">&-", "2>&-", "<&- 2>&-"])("it runs with %s", (closed) => {
  const status = run(["/bin/sh", "-c", `"$0" --version ${closed}`, NSBOX]).exitCode;
  expect(status).toBe(0);
  const said = run(["/bin/sh", "-c", `"$@" ${closed}`, "sh", ...hello(NSBOX)]);
  expect(said.stdout).toBe(closed === ">&-" ? "" : "hello\n");
});

test.skipIf(!root)(`it runs where /tmp can neither be written nor executed from${needsRoot}`, () => {
  const script = `
    mount -t tmpfs tmpfs /run && mkdir /run/dist /run/rootfs &&
    mount --bind "$1" /run/dist && mount --bind "$2" /run/rootfs &&
    mount -t tmpfs -o ro,noexec tmpfs /tmp && mount -t tmpfs -o ro,noexec tmpfs /var/tmp &&
    exec /run/dist/nsbox run -q -pmu zion /run/rootfs /bin/sh -c 'echo hello'`;
  const inMounts = ["unshare", "-m", "--", "/bin/sh", "-c", script, "sh", dirname(NSBOX), rootfs];
  expect(run(inMounts, { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" })).toEqual(HELLO);
});

test.skipIf(!root)(`an ordinary user runs it${needsRoot}`, () => {
  const nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--"];
  const env = { PATH: "/usr/bin:/bin" };
  expect(run([...nobody, join(elsewhere, "box"), "--version"], env).stdout).toMatch(VERSION);
  expect(run([...nobody, ...hello(join(elsewhere, "box"))], env)).toEqual(HELLO);
});

test("it leaves no file in TMPDIR", () => {
  using tmp = scratch();
  run([NSBOX, "--help"], { TMPDIR: tmp.path, BUN_TMPDIR: tmp.path });
  expect(run(hello(NSBOX), { TMPDIR: tmp.path, BUN_TMPDIR: tmp.path })).toEqual(HELLO);
  expect(readdirSync(tmp.path)).toEqual([]);
});
