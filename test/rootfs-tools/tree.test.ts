import { expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { getAttribute, setAttribute } from "../../rootfs-tools/files/xattr.ts";
import { asRoot, inside, library, make, program, rpath, run, runpath, workspace } from "./fixtures.ts";

const work = workspace();
let count = 0;
const fresh = (): string => `${work}/tree${++count}`;

const actions = (result: ReturnType<typeof make>) => new Set(result.entries.map(({ action }) => action));

asRoot("bash and ls run in a tree of their own, with names for root and tty", () => {
  const tree = fresh();
  make(["bash", "ls", "id"], tree, { bare: false });
  expect(inside(tree, "ls -ld /tmp")).toMatch(/^drwxrwxrwt \d+ root root .* \/tmp\n$/);
  expect(inside(tree, "id -un; id -gn")).toBe("root\nroot\n");
  expect(inside(tree, "sh -c 'echo $0'")).toBe("sh\n");
});

asRoot(
  "git, perl, curl and ssh-keygen run in a tree",
  () => {
    const tree = fresh();
    make(["bash", "git", "perl", "curl", "ssh-keygen"], tree, { bare: false });
    run(["mknod", `${tree}/dev/null`, "c", "1", "3"]);
    expect(inside(tree, "git --version")).toStartWith("git version");
    expect(inside(tree, "perl -e 'print 6 * 7'", { LC_ALL: "C" })).toBe("42");
    expect(inside(tree, "curl --version")).toStartWith("curl ");
    expect(inside(tree, "ssh-keygen -q -t ed25519 -N '' -f /tmp/key; echo $?")).toBe("0\n");
  },
  30_000,
);

test("every link of every chain stays a link", () => {
  const tree = fresh();
  const { entries } = make(["/bin/awk", "curl"], tree);
  const links = entries.filter(({ kind }) => kind === "link");
  for (const { path, target } of links) {
    expect(readlinkSync(tree + path)).toBe(readlinkSync(path));
    expect(target).toBe(readlinkSync(path));
  }
  const paths = links.map(({ path }) => path);
  for (const path of ["/bin", "/lib64", "/usr/bin/awk", "/etc/alternatives/awk", "/lib"]) {
    expect(paths).toContain(path);
  }
});

asRoot("modes with setuid bits, owners, times, attributes, hard links and holes are kept", () => {
  const source = program(`${work}/kept/p`, { flags: ["-static"] });
  chownSync(source, 12, 34);
  chmodSync(source, 0o6751);
  setAttribute(source, "user.colour", new TextEncoder().encode("blue"));
  run(["touch", "-d", "2020-02-03 04:05:06.123456789", source]);
  linkSync(source, `${work}/kept/twin`);
  const sparse = program(`${work}/kept/sparse`, { flags: ["-static"] });
  run(["truncate", "-s", "8M", sparse]);
  const tree = fresh();
  make([source, `${work}/kept/twin`, sparse], tree);
  const format = "%a %u %g %s %y %h";
  expect(run(["stat", "-c", format, tree + source])).toBe(run(["stat", "-c", format, source]));
  expect(new TextDecoder().decode(getAttribute(tree + source, "user.colour"))).toBe("blue");
  expect(lstatSync(`${tree}${work}/kept/twin`).ino).toBe(lstatSync(tree + source).ino);
  expect(statSync(tree + sparse).size).toBe(8 * 2 ** 20);
  expect(statSync(tree + sparse).blocks * 512).toBeLessThan(4 * 2 ** 20);
  expect(statSync(tree + work).mode).toBe(statSync(work).mode);
});

asRoot("a file capability is kept", () => {
  const source = program(`${work}/capable/p`, { flags: ["-static"] });
  run(["setcap", "cap_net_raw+ep", source]);
  const tree = fresh();
  make([source], tree);
  expect(run(["getcap", tree + source])).toContain("cap_net_raw=ep");
});

test("a second run changes nothing", () => {
  const tree = fresh();
  const state = () => run(["find", tree, "-printf", "%p %i %T@ %C@ %m\\n"]);
  make(["bash", "ls", "/bin/awk"], tree, { bare: false });
  const before = state();
  const again = make(["bash", "ls", "/bin/awk"], tree, { bare: false });
  expect(actions(again)).toEqual(new Set(["unchanged"]));
  expect(state()).toBe(before);
});

asRoot("a changed file is replaced beside the program that runs from it, and kept with no-clobber", () => {
  const tree = fresh();
  make(["sleep"], tree);
  const copy = `${tree}/usr/bin/sleep`;
  const sleeper = Bun.spawn(["chroot", tree, "/usr/bin/sleep", "30"]);
  utimesSync(copy, 1, 1);
  const { ino } = statSync(copy);
  expect(actions(make(["sleep"], tree, { noClobber: true }))).toContain("kept");
  expect(statSync(copy).ino).toBe(ino);
  const again = make(["sleep"], tree);
  expect(again.entries.find(({ path }) => path === "/usr/bin/sleep")?.action).toBe("replaced");
  expect(statSync(copy).ino).not.toBe(ino);
  sleeper.kill();
});

asRoot("links in the tree lead nowhere outside", () => {
  const tree = fresh();
  const outside = `${work}/outside${count}`;
  mkdirSync(outside);
  mkdirSync(tree);
  symlinkSync(outside, `${tree}/usr`);
  symlinkSync("../../../../../..", `${tree}/lib64`);
  make(["bash"], tree);
  expect(readdirSync(outside)).toEqual([]);
  expect(existsSync(`${tree}${outside}/bin/bash`)).toBe(true);
  expect(inside(tree, "echo hello")).toBe("hello\n");
});

asRoot("a tree that has directories where the host has links works all the same", () => {
  const tree = fresh();
  for (const name of ["bin", "lib", "lib64"]) mkdirSync(`${tree}/${name}`, { recursive: true });
  make(["/bin/bash"], tree);
  expect(readlinkSync(`${tree}/bin/bash`)).toBe("../usr/bin/bash");
  expect(inside(tree, "echo hello")).toBe("hello\n");
  expect(actions(make(["/bin/bash"], tree))).toEqual(new Set(["unchanged", "kept"]));
});

test("a link loop in the tree is an error, and nothing is left", () => {
  const tree = fresh();
  mkdirSync(tree);
  symlinkSync("usr", `${tree}/usr`);
  expect(() => make(["bash"], tree)).toThrow(`"${tree}/usr`);
  expect(readdirSync(tree)).toEqual(["usr"]);
});

test("/bin/sh is made of the first shell where there is none, and never replaced", () => {
  const tree = fresh();
  make(["ls"], tree);
  expect(existsSync(`${tree}/usr/bin/sh`)).toBe(false);
  make(["/usr/bin/bash", "dash"], tree);
  expect(readlinkSync(`${tree}/bin/sh`)).toBe("bash");
  make(["dash"], tree);
  expect(readlinkSync(`${tree}/bin/sh`)).toBe("bash");
});

test("the defaults are left out when asked for, and overwrite nothing", () => {
  const bare = fresh();
  make(["true"], bare);
  expect(readdirSync(bare).sort()).toEqual(["lib", "lib64", "usr"]);
  const tree = fresh();
  mkdirSync(`${tree}/etc`, { recursive: true });
  writeFileSync(`${tree}/etc/passwd`, "mine");
  make(["true"], tree, { bare: false });
  expect(readFileSync(`${tree}/etc/passwd`, "utf8")).toBe("mine");
  expect(readFileSync(`${tree}/etc/group`, "utf8")).toContain("tty:x:5:\n");
  expect(readFileSync(`${tree}/etc/hosts`, "utf8")).toContain("::1\tlocalhost");
  expect(statSync(`${tree}/tmp`).mode & 0o7777).toBe(0o1777);
  expect(statSync(`${tree}/run`).mode & 0o7777).toBe(0o755);
  expect(statSync(`${tree}/root`).mode & 0o7777).toBe(0o700);
});

asRoot(
  "names with spaces, relative paths, paths with .. and libraries outside any lib directory work",
  () => {
    const home = `${work}/sp ace ${count}`;
    const lib = library(`${home}/opt/x/foo.so`, { soname: "foo.so" });
    program(`${home}/bin/my program`, { needs: [lib], flags: runpath("$ORIGIN/../opt/x") });
    const tree = fresh();
    const before = process.cwd();
    process.chdir(home);
    make(["bin/my program"], tree);
    make(["./opt/../bin/my program"], `../tree${count}`);
    process.chdir(before);
    // The loader learns $ORIGIN from /proc.
    mkdirSync(`${tree}/proc`);
    const mounted = `mount -t proc proc ${tree}/proc; exec chroot ${tree} "$0"`;
    run(["unshare", "-m", "bash", "-ec", mounted, `${home}/bin/my program`]);
    run(["unshare", "-m", "bash", "-ec", mounted, `${home}/opt/../bin/my program`]);
    expect(existsSync(tree + lib)).toBe(true);
  },
);

asRoot("a path that leaves a directory again by .. finds that directory in the tree", () => {
  const home = `${work}/dots${count}`;
  const lib = library(`${home}/lib/libone.so`, { soname: "libone.so" });
  mkdirSync(`${home}/empty`);
  const path = program(`${home}/p`, { needs: [lib], flags: rpath(`${home}/empty/../lib`) });
  const tree = fresh();
  make([path], tree);
  run(["chroot", tree, path]);
});

asRoot("a library that only the cache finds gets a cache in the tree, which later runs add to", () => {
  const home = `${work}/cached${count}`;
  const paths = ["one", "two"].map((name) => {
    const lib = library(`${home}/${name}/lib${name}.so`, { soname: `lib${name}.so` });
    return program(`${home}/${name}/p`, { needs: [lib] });
  });
  writeFileSync(`${home}/ld.so.conf`, `${home}/one\n${home}/two\n`);
  run(["ldconfig", "-C", `${home}/ld.so.cache`, "-f", `${home}/ld.so.conf`, "-X"]);
  const tree = fresh();
  const script = `mount --bind ${home}/ld.so.cache /etc/ld.so.cache
    ${process.execPath} -e 'import { binlibdepcp } from "${import.meta.dir}/../../rootfs-tools/index.ts";
    for (const program of ${JSON.stringify(paths)})
      binlibdepcp({ programs: [program], directory: "${tree}", searchPath: "", bare: true })'`;
  run(["unshare", "-m", "bash", "-ec", script]);
  for (const path of paths) run(["chroot", tree, path]);
});

test("a dry run writes nothing and tells what a run would do", () => {
  const tree = fresh();
  const dry = make(["bash", "/bin/awk"], tree, { dryRun: true, bare: false });
  expect(existsSync(tree)).toBe(false);
  const wet = make(["bash", "/bin/awk"], tree, { bare: false });
  const summary = ({ entries }: typeof dry) =>
    entries.map(({ path, action, kind }) => ({ path, action, kind }));
  expect(summary(dry)).toEqual(summary(wet));
});

asRoot("a library from the library path is found in the tree without one", () => {
  const home = `${work}/given${count}`;
  const lib = library(`${home}/lib/libone.so`, { soname: "libone.so" });
  const path = program(`${home}/p`, { needs: [lib] });
  const tree = fresh();
  make([path], tree, { libraryPath: [`${home}/lib`] });
  run(["/usr/sbin/chroot", tree, path]);
});

asRoot("an ordinary user's tree is that user's, and what could not be kept is said", () => {
  const tree = fresh();
  mkdirSync(tree);
  chownSync(tree, 65534, 65534);
  chmodSync(work, 0o755);
  const script = `
    import { binlibdepcp } from "${import.meta.dir}/../../rootfs-tools/index.ts";
    const options = { programs: ["bash", "su"], directory: "${tree}", searchPath: "/usr/bin" };
    console.log(binlibdepcp(options).notes.join("\\n"));
    console.log(new Set(binlibdepcp(options).entries.map(({ action }) => action)));`;
  const output = run([
    "setpriv",
    "--reuid=65534",
    "--regid=65534",
    "--clear-groups",
    process.execPath,
    "-e",
    script,
  ]);
  expect(output).toContain("owners were not kept");
  expect(output).toContain('setuid and setgid bits were dropped with the owner: "/usr/bin/su"\n');
  expect(output).toContain('"unchanged"');
  expect(output).not.toContain('"replaced"');
  expect(statSync(`${tree}/usr/bin/su`).mode & 0o7777).toBe(0o755);
  expect(inside(tree, "echo hello")).toBe("hello\n");
});
