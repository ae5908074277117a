/** The cache of a tree: what ldconfig(8) would write in it, and what the loader makes of it. */
import { expect, test } from "bun:test";
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { encodeCache, Host, LoaderSet, parseCache, resolveOne } from "../../rootfs-tools/index.ts";
import { viewOfDisk } from "../../rootfs-tools/layout/view.ts";
import { cacheEntries } from "../../rootfs-tools/load/ldconfig.ts";
import { readLoaderFacts } from "../../rootfs-tools/load/loader-facts.ts";
import { asRoot, library, make, program, run, workspace } from "./fixtures.ts";
import { LOADER } from "./oracle.ts";

const work = workspace();
const X86_64 = { bits: 64, machine: 62, bigEndian: false } as const;

/** What a cache holds, as ldconfig prints it, without who wrote it. */
const printed = (cache: string): string[] =>
  run(["ldconfig", "-p", "-C", cache])
    .split("\n")
    .filter((line) => line.startsWith("\t"));

/** Our cache for the tree, and ldconfig's, both as ldconfig prints them. */
function both(tree: string): { ours: string[]; theirs: string[] } {
  const entries = cacheEntries(viewOfDisk(new Host(tree)), X86_64, readLoaderFacts(new Host(), LOADER));
  writeFileSync(`${work}/ours`, encodeCache(entries));
  if (tree === "") run(["ldconfig", "-X", "-C", `${work}/theirs`]);
  else {
    run(["bash", "-c", 'ldconfig -X -r "$0" -C /theirs 2>/dev/null', tree]);
    copyFileSync(`${tree}/theirs`, `${work}/theirs`);
  }
  return { ours: printed(`${work}/ours`), theirs: printed(`${work}/theirs`) };
}

test("the cache of this system is ldconfig's, entry by entry", () => {
  const { ours, theirs } = both("");
  expect(ours).toEqual(theirs);
  expect(ours.length).toBeGreaterThan(50);
});

asRoot("levels, old subdirectories, links, other classes and odd names are what they are to ldconfig", () => {
  const tree = `${work}/odd`;
  const put = (path: string, soname: string, flags: string[] = []) =>
    library(`${tree}/${path}`, { ...(soname === "" ? {} : { soname }), flags });
  put("opt/a/liba.so.1.2", "liba.so.1");
  symlinkSync("liba.so.1.2", `${tree}/opt/a/liba.so`);
  put("opt/a/libnosoname.so", "");
  put("opt/a/plugin.so", "plugin.so");
  for (const place of [
    "b",
    "a/tls",
    "a/haswell",
    "a/tls/x86_64",
    "b/glibc-hwcaps/x86-64-v3",
    "b/glibc-hwcaps/odd",
  ]) {
    put(`opt/${place}/libb.so.1`, "libb.so.1");
  }
  put("opt/a/libb.so.1.9", "libb.so.1");
  put("opt/b/libz.so.1.0", "libz.so.1");
  for (const name of ["libz.so", "libz.so.1", "libother.so.1"])
    symlinkSync("libz.so.1.0", `${tree}/opt/b/${name}`);
  symlinkSync("b", `${tree}/opt/twice`);
  put("lib/libc10.so.10", "libc10.so.10");
  put("lib/libc9.so.9", "libc9.so.9");
  put("usr/lib/libz.so.1", "libz.so.1");
  writeFileSync(`${tree}/opt/a/libgarbage.so`, "garbage");
  symlinkSync("nowhere", `${tree}/opt/a/libdangling.so.1`);
  mkdirSync(`${tree}/etc/ld.so.conf.d`, { recursive: true });
  writeFileSync(
    `${tree}/etc/ld.so.conf`,
    "# comment\n/opt/b/ # more\ninclude /etc/ld.so.conf.d/*.conf\n/opt/twice\n",
  );
  writeFileSync(`${tree}/etc/ld.so.conf.d/a.conf`, "/opt/a\n/no/where\n");
  const { ours, theirs } = both(tree);
  expect(ours).toEqual(theirs);
  expect(ours.length).toBe(15);
});

test("what is encoded reads back the same, in both byte orders", () => {
  const entry = { flags: 0x303, hwcap: 0n, level: undefined };
  const entries = [
    { ...entry, name: "libx.so.2", path: "/a/glibc-hwcaps/x86-64-v3/libx.so.2", level: "x86-64-v3" },
    { ...entry, name: "libx.so.2", path: "/a/tls/libx.so.2", hwcap: 1n << 63n },
    { ...entry, name: "libx.so.2", path: "/a/libx.so.2" },
    { ...entry, name: "libb.so.10", path: "/a/libb.so.10" },
    { ...entry, name: "libb.so.9", path: "/a/libb.so.9" },
  ];
  for (const bigEndian of [false, true]) {
    expect([...parseCache(encodeCache(entries, bigEndian), "cache").values()].flat()).toEqual(entries);
  }
});

asRoot(
  "a tree with libraries outside the default directories has a cache that ldconfig -r would write",
  () => {
    const home = `${work}/elsewhere`;
    const tree = `${work}/elsewhere-tree`;
    const libs = ["one", "two"].map((name) =>
      library(`${home}/${name}/lib${name}.so.1`, { soname: `lib${name}.so.1` }),
    );
    const path = program(`${home}/p`, { needs: libs });
    make([path, "ls"], tree, { libraryPath: [`${home}/one`, `${home}/two`] });
    const ours = printed(`${tree}/etc/ld.so.cache`);
    expect(ours.join("\n")).toContain("libc.so.6");
    expect(readFileSync(`${tree}/etc/ld.so.conf`, "utf8")).toBe(`${home}/one\n${home}/two\n`);
    run(["bash", "-c", 'ldconfig -X -r "$0" 2>/dev/null', tree]);
    expect(printed(`${tree}/etc/ld.so.cache`)).toEqual(ours);
    run(["chroot", tree, path]);
  },
);

test("a tree whose libraries all stand in default directories has none", () => {
  const tree = `${work}/default-tree`;
  make(["bash", "git"], tree, { bare: false });
  expect(existsSync(`${tree}/etc/ld.so.cache`)).toBe(false);
});

asRoot("a later run adds to the cache and the configuration, and one without need leaves both alone", () => {
  const home = `${work}/later`;
  const tree = `${work}/later-tree`;
  const [one = "", two = ""] = ["one", "two"].map((name) => {
    const lib = library(`${home}/${name}/lib${name}.so`, { soname: `lib${name}.so` });
    return program(`${home}/${name}/p`, { needs: [lib] });
  });
  make([one], tree, { libraryPath: [`${home}/one`] });
  make([two], tree, { libraryPath: [`${home}/two`] });
  const before = readFileSync(`${tree}/etc/ld.so.cache`);
  make(["ls"], tree);
  expect(readFileSync(`${tree}/etc/ld.so.cache`)).toEqual(before);
  for (const path of [one, two]) run(["chroot", tree, path]);
  const again = () => make([two], tree, { libraryPath: [`${home}/two`] }).entries.map(({ action }) => action);
  again();
  expect(new Set(again())).toEqual(new Set(["unchanged"]));
});

asRoot("of two libraries by one name the cache leads to that of the program", () => {
  const home = `${work}/double`;
  const tree = `${work}/double-tree`;
  const wanted = library(`${home}/b/libone.so`, { soname: "libone.so" });
  const path = program(`${home}/p`, { needs: [wanted] });
  mkdirSync(`${tree}/etc`, { recursive: true });
  library(`${tree}${home}/a/libone.so`, { soname: "libone.so" });
  writeFileSync(`${tree}/etc/ld.so.conf`, `${home}/a\n`);
  make([path], tree, { libraryPath: [`${home}/b`] });
  const host = new Host(tree);
  const found = resolveOne(path, { host, loaders: new LoaderSet(host), searchPath: "" });
  expect(found.loadings[0]?.libraries[0]?.path).toBe(wanted);
  const listed = run(["chroot", tree, LOADER, "--list", path]);
  expect(listed).toContain(`libone.so => ${wanted}`);
});
