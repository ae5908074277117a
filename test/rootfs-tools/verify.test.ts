/** verifyTree and `nsbox verify-rootfs`: what is broken in a tree, found without leaving it. */
import { expect, test } from "bun:test";
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { type Finding, Host, verifyTree } from "../../rootfs-tools/index.ts";
import { asRoot, library, make, program, rpath, run, withCommand, workspace } from "./fixtures.ts";

const NSBOX = resolve(import.meta.dir, "../../dist/nsbox");
const work = workspace();
let count = 0;
const fresh = (): string => `${work}/tree${++count}`;

/** A tree with bash and ls that holds. */
function whole(): string {
  const tree = fresh();
  make(["bash", "ls"], tree, { bare: false });
  return tree;
}

function put(tree: string, path: string, content: string | Uint8Array, mode = 0o755): void {
  mkdirSync(dirname(tree + path), { recursive: true });
  writeFileSync(tree + path, content, { mode });
}

const short = (findings: readonly Finding[]) =>
  findings.map(({ path, problem, what }) => [path, problem, what]);

test("a tree that nsbox made holds", () => {
  const tree = fresh();
  make(["bash", "git", "perl", "curl", "/bin/awk"], tree, { bare: false });
  expect(verifyTree(tree)).toEqual([]);
  expect(verifyTree(tree, ["/usr/bin/git", "/bin/bash"])).toEqual([]);
});

test("a library that has gone is named with who needs it and where it was looked for", () => {
  const tree = whole();
  rmSync(`${tree}/usr/lib/x86_64-linux-gnu/libselinux.so.1`);
  const [finding, ...others] = verifyTree(tree, ["/usr/bin/bash", "/usr/bin/ls"]);
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ path: "/usr/bin/ls", problem: "missing-library", what: "libselinux.so.1" });
  expect(finding?.why).toContain('"/usr/lib/x86_64-linux-gnu" (default directories)');
  expect(short(verifyTree(tree))).toEqual([["/usr/bin/ls", "missing-library", "libselinux.so.1"]]);
});

test("what a library of the tree needs is named with that library", () => {
  const tree = fresh();
  const home = `${work}/chain`;
  const two = library(`${home}/libtwo.so`, { soname: "libtwo.so" });
  const one = library(`${home}/libone.so`, { soname: "libone.so", needs: [two] });
  const path = program(`${home}/p`, { needs: [one], flags: rpath(home) });
  make([path], tree);
  rmSync(tree + two);
  const [finding] = verifyTree(tree, [path]);
  expect(finding).toMatchObject({ path, what: "libtwo.so" });
  expect(finding?.why).toStartWith(`needed by "${one}"; looked in "${home}" (RPATH of "${path}")`);
});

test("an interpreter that is not there is named, of programs and of scripts", () => {
  const tree = whole();
  put(tree, "/opt/perl-script", "#!/usr/bin/perl\n");
  put(tree, "/opt/env-script", "#!/usr/bin/env python3\n");
  put(tree, "/opt/chain", "#!/opt/perl-script\n");
  put(tree, "/opt/good", "#!/bin/bash\n");
  copyFileSync("/usr/bin/env", `${tree}/usr/bin/env`);
  rmSync(`${tree}/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2`);
  const findings = verifyTree(tree);
  expect(short(findings.filter(({ path }) => path.startsWith("/opt/") && path !== "/opt/good"))).toEqual([
    ["/opt/chain", "missing-interpreter", "/usr/bin/perl"],
    ["/opt/env-script", "missing-interpreter", "python3"],
    ["/opt/perl-script", "missing-interpreter", "/usr/bin/perl"],
  ]);
  expect(short(findings)).toContainEqual([
    "/usr/bin/bash",
    "missing-interpreter",
    "/lib64/ld-linux-x86-64.so.2",
  ]);
});

test("scripts that the kernel would refuse are named", () => {
  const tree = whole();
  put(tree, "/opt/dos", "#!/bin/bash\r\n");
  put(tree, "/opt/self", "#!/opt/self\n");
  put(tree, "/opt/long", `#!/${"x".repeat(300)}\n`);
  put(tree, "/opt/data", "neither a script nor a program", 0o644);
  put(tree, "/opt/no-x", "#!/no/such\n", 0o644);
  expect(short(verifyTree(tree))).toEqual([
    ["/opt/dos", "invalid-script", "/opt/dos"],
    ["/opt/long", "invalid-script", "/opt/long"],
    ["/opt/self", "link-loop", "/opt/self"],
  ]);
});

test("links that lead nowhere, in circles or out of the tree are named; those into /proc and /run are not", () => {
  const tree = whole();
  mkdirSync(`${tree}/opt/a/b`, { recursive: true });
  symlinkSync("/no/where", `${tree}/opt/dangling`);
  symlinkSync("loop", `${tree}/opt/loop`);
  symlinkSync("../../../../../etc/passwd", `${tree}/opt/a/b/escaping`);
  symlinkSync("../../../etc/passwd", `${tree}/opt/a/b/fine`);
  symlinkSync("/proc/self/mounts", `${tree}/opt/runtime`);
  symlinkSync("/run/resolv.conf", `${tree}/opt/resolv.conf`);
  symlinkSync("/etc/passwd", `${tree}/opt/absolute`);
  expect(short(verifyTree(tree))).toEqual([
    ["/opt/a/b/escaping", "escaping-link", "../../../../../etc/passwd"],
    ["/opt/dangling", "dangling-link", "/no/where"],
    ["/opt/loop", "link-loop", "loop"],
  ]);
});

test("a link out of the tree does not make whole what is not in it", () => {
  const tree = whole();
  const lib = `${tree}/usr/lib/x86_64-linux-gnu/libselinux.so.1`;
  rmSync(lib);
  symlinkSync("/lib/x86_64-linux-gnu/libpcre2-8.so.0.11.2", `${tree}/opt`);
  symlinkSync(`${"../".repeat(20)}${work}/outside.so`, lib);
  library(`${work}/outside.so`, { soname: "libselinux.so.1" });
  expect(short(verifyTree(tree, ["/usr/bin/ls"]))).toEqual([
    ["/usr/bin/ls", "missing-library", "libselinux.so.1"],
  ]);
});

test("objects that are garbage, or cut off, are named", () => {
  const tree = whole();
  const bash = readFileSync("/usr/bin/bash");
  put(tree, "/opt/cut", bash.subarray(0, 3000));
  put(tree, "/opt/libgarbage.so", `\x7fELF${"x".repeat(500)}`, 0o644);
  expect(short(verifyTree(tree))).toEqual([
    ["/opt/cut", "invalid-object", "/opt/cut"],
    ["/opt/libgarbage.so", "invalid-object", "/opt/libgarbage.so"],
  ]);
});

test("a program is broken where one of its libraries is garbage", () => {
  const tree = whole();
  writeFileSync(`${tree}/usr/lib/x86_64-linux-gnu/libselinux.so.1`, "garbage".repeat(100));
  const [finding] = verifyTree(tree, ["/usr/bin/ls"]);
  expect(finding).toMatchObject({ path: "/usr/bin/ls", problem: "invalid-object", why: "not an ELF file" });
  expect(finding?.what).toEndWith("/libselinux.so.1");
});

withCommand("aarch64-linux-gnu-gcc")(
  "a program for another machine has no loader; libraries for it harm nobody",
  () => {
    const tree = whole();
    copyFileSync(program(`${work}/arm`, { compiler: "aarch64-linux-gnu-gcc" }), `${tree}/arm`);
    copyFileSync(
      library(`${work}/libarm.so`, { compiler: "aarch64-linux-gnu-gcc", flags: ["-lc"] }),
      `${tree}/libarm.so`,
    );
    expect(short(verifyTree(tree))).toEqual([["/arm", "missing-interpreter", "/lib/ld-linux-aarch64.so.1"]]);
    mkdirSync(`${tree}/usr/lib`, { recursive: true });
    copyFileSync("/lib64/ld-linux-x86-64.so.2", `${tree}/lib/ld-linux-aarch64.so.1`);
    expect(short(verifyTree(tree, ["/arm"]))).toEqual([
      ["/arm", "wrong-machine", "/lib/ld-linux-aarch64.so.1"],
    ]);
  },
);

test("a plugin may need what only its program knows where to find, if the tree has it", () => {
  const tree = whole();
  const inner = library(`${work}/plug/libinner.so`, { soname: "libinner.so" });
  const outer = library(`${work}/plug/plugin.so`, { needs: [inner] });
  put(tree, "/opt/app/plugin.so", readFileSync(outer), 0o644);
  expect(short(verifyTree(tree))).toEqual([["/opt/app/plugin.so", "missing-library", "libinner.so"]]);
  put(tree, "/opt/app/lib/libinner.so", readFileSync(inner), 0o644);
  expect(verifyTree(tree)).toEqual([]);
});

test("a program that is not there is named", () => {
  expect(short(verifyTree(whole(), ["/usr/bin/nothing"]))).toEqual([
    ["/usr/bin/nothing", "missing-program", "/usr/bin/nothing"],
  ]);
});

test("a hostile tree leads nowhere, blocks nothing and ends in time", () => {
  const tree = whole();
  run(["mkfifo", "-m", "755", `${tree}/opt-fifo`, `${tree}/libfifo.so`]);
  symlinkSync("libfifo.so", `${tree}/liblink.so`);
  symlinkSync("/libfifo.so", `${tree}/etc/ld.so.conf`);
  for (let level = 0; level < 60; level++) symlinkSync(`l${level + 1}`, `${tree}/l${level}`);
  symlinkSync(".", `${tree}/self`);
  symlinkSync("..", `${tree}/etc/up`);
  put(tree, `/new\nline\x1b[2J`, "#!/no/such\n");
  put(tree, `/${"x".repeat(255)}`, "#!/no/such\n");
  const deep = Array.from({ length: 14 }, () => "d".repeat(200)).join("/");
  put(tree, `/${deep}/script`, "#!/no/such\n");
  const start = performance.now();
  const paths = verifyTree(tree).map(({ path, problem }) => `${problem} ${path}`);
  expect(performance.now() - start).toBeLessThan(5000);
  for (const path of [`/new\nline\x1b[2J`, `/${"x".repeat(255)}`, `/${deep}/script`]) {
    expect(paths).toContain(`missing-interpreter ${path}`);
  }
  expect(paths).toContain("link-loop /l0");
  expect(paths).not.toContain("link-loop /l59");
});

test("directories too deep to be named are said to be unreadable", () => {
  const tree = whole();
  const script = `cd ${tree}; for i in $(seq 25); do mkdir ${"d".repeat(200)}; cd ${"d".repeat(200)}; done`;
  run(["bash", "-c", script]);
  expect(verifyTree(tree)).toMatchObject([
    { problem: "unreadable", why: "file name too long (ENAMETOOLONG)" },
  ]);
  run(["rm", "-rf", tree]);
});

test("what the tree was copied from is believed for files of the same size and time, and no others", () => {
  const tree = fresh();
  const { programs } = make(["ls"], tree);
  const like = new Host();
  for (const { path } of programs) verifyTree("/", [path], { like });
  expect(verifyTree(tree, ["/usr/bin/ls"], { like })).toEqual([]);
  writeFileSync(`${tree}/usr/bin/ls`, "garbage".repeat(100));
  utimesSync(`${tree}/usr/bin/ls`, 1, 1);
  expect(short(verifyTree(tree, ["/usr/bin/ls"], { like }))).toEqual([
    ["/usr/bin/ls", "no-program", "/usr/bin/ls"],
  ]);
});

test("the command prints a line for each, JSON where asked for, and its status tells", () => {
  const tree = whole();
  const verify = (...words: string[]) => {
    const { stdout, stderr, exitCode } = Bun.spawnSync([NSBOX, "verify-rootfs", ...words]);
    return { stdout: stdout.toString(), stderr: stderr.toString(), status: exitCode };
  };
  expect(verify(tree)).toEqual({ stdout: "", stderr: "", status: 0 });
  put(tree, "/new\nline", "#!/no/such\n");
  expect(verify(tree)).toEqual({
    stdout:
      '/new\\nline: missing-interpreter: /no/such: Cannot use "/no/such" as an interpreter: no such file or directory (ENOENT)\n',
    stderr: "",
    status: 1,
  });
  expect(JSON.parse(verify("--json", tree).stdout).findings).toMatchObject([
    { path: "/new\nline", what: "/no/such" },
  ]);
  expect(verify(`${work}/nowhere`).status).toBe(1);
  expect(verify(`${work}/nowhere`).stderr).toContain(`"${work}/nowhere"`);
  expect(verify().status).toBe(2);
});

asRoot("an ordinary user is told what cannot be read", () => {
  const tree = whole();
  mkdirSync(`${tree}/locked`, { mode: 0o700 });
  put(tree, "/secret", "#!/bin/bash\n", 0o711);
  run(["chmod", "755", work]);
  const { stdout } = Bun.spawnSync([
    "setpriv",
    "--reuid=65534",
    "--clear-groups",
    NSBOX,
    "verify-rootfs",
    tree,
  ]);
  expect(stdout.toString()).toContain("/locked: unreadable: /locked: permission denied (EACCES)\n");
  expect(stdout.toString()).toContain("/secret: unreadable: ");
});
