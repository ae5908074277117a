/** Resolution in the root of another system, judged by its loader after a chroot(2) into it. */
import { describe, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Host, type Hwcaps, LoaderSet, resolve, resolveOne } from "../../rootfs-tools/index.ts";
import { listLines } from "../../src/commands/ldd/list.ts";
import { asRoot, library, make, program, rpath, run, runpath, withCommand, workspace } from "./fixtures.ts";
import { LOADER } from "./oracle.ts";

const work = workspace();
let count = 0;

/** A tree that has env(1) and what that needs. */
function tree(): string {
  const root = `${work}/root${++count}`;
  make(["/usr/bin/env"], root);
  return root;
}

const ask = (root: string, path: string): string[] =>
  run(["chroot", root, "/usr/bin/env", "LD_TRACE_LOADED_OBJECTS=1", LOADER, path])
    .split("\n")
    .filter((line) => line !== "" && !line.includes("linux-vdso"))
    .map((line) => line.replace(/ \(0x[0-9a-f]+\)$/, ""));

function answer(root: string, path: string, hwcaps: Hwcaps = "host"): string[] {
  const host = new Host(root);
  return listLines(resolveOne(path, { host, loaders: new LoaderSet(host, { hwcaps }), searchPath: "" }));
}

/** A library or program of the tree, named from its root. */
const lib = (
  root: string,
  path: string,
  needs: readonly string[] = [],
  flags: readonly string[] = [],
): string => {
  library(root + path, {
    soname: path.slice(path.lastIndexOf("/") + 1),
    needs: needs.map((name) => root + name),
    flags,
  });
  return path;
};
const bin = (root: string, path: string, needs: readonly string[], flags: readonly string[] = []): string => {
  program(root + path, { needs: needs.map((name) => root + name), flags });
  return path;
};

type Rule = readonly [sentence: string, make: (root: string) => string];

const RULES: readonly Rule[] = [
  [
    "a RUNPATH is that of the tree",
    (root) => bin(root, "/bin/p", [lib(root, "/opt/libone.so")], runpath("/opt")),
  ],
  [
    "a library of this system is not one of the tree",
    (root) => bin(root, "/bin/p", [lib(root, "/opt/libz.so.1")]),
  ],
  [
    "$ORIGIN counts from the tree's root",
    (root) => bin(root, "/opt/bin/p", [lib(root, "/opt/lib/libone.so")], runpath("$ORIGIN/../lib")),
  ],
  [
    ".. beyond the root stays at the root",
    (root) => bin(root, "/bin/p", [lib(root, "/opt/libone.so")], runpath("$ORIGIN/../../../../../opt")),
  ],
  [
    "an absolute link counts from the tree's root",
    (root) => {
      lib(root, "/opt/real/libone.so");
      symlinkSync("/opt/real", `${root}/opt/linked`);
      return bin(root, "/bin/p", ["/opt/real/libone.so"], runpath("/opt/linked"));
    },
  ],
  [
    "a link with .. beyond the root stays inside",
    (root) => {
      lib(root, "/opt/real/libone.so");
      symlinkSync("../../../../../../../opt/real", `${root}/opt/linked`);
      return bin(root, "/bin/p", ["/opt/real/libone.so"], runpath("/opt/linked"));
    },
  ],
  [
    "a link to a library of this system is none of the tree's",
    (root) => {
      lib(root, "/opt/libone.so");
      const path = bin(root, "/bin/p", ["/opt/libone.so"], runpath("/links"));
      mkdirSync(`${root}/links`);
      symlinkSync(`${root}/opt/libone.so`, `${root}/links/libone.so`);
      return path;
    },
  ],
  [
    "the tree's own cache counts",
    (root) => {
      lib(root, "/srv/libone.so");
      mkdirSync(`${root}/etc`, { recursive: true });
      writeFileSync(`${root}/etc/ld.so.conf`, "/srv\n");
      run(["bash", "-c", 'ldconfig -X -r "$0" 2>/dev/null', root]);
      return bin(root, "/bin/p", ["/srv/libone.so"]);
    },
  ],
  [
    "its configuration without a cache does not",
    (root) => {
      lib(root, "/srv/libone.so");
      mkdirSync(`${root}/etc`, { recursive: true });
      writeFileSync(`${root}/etc/ld.so.conf`, "/srv\n");
      return bin(root, "/bin/p", ["/srv/libone.so"]);
    },
  ],
  [
    "a cache that names what is not there is passed over",
    (root) => {
      lib(root, "/srv/libone.so");
      mkdirSync(`${root}/etc`, { recursive: true });
      writeFileSync(`${root}/etc/ld.so.conf`, "/srv\n");
      run(["bash", "-c", 'ldconfig -X -r "$0" 2>/dev/null', root]);
      run(["mv", `${root}/srv/libone.so`, `${root}/usr/lib/libone.so`]);
      return bin(root, "/bin/p", ["/usr/lib/libone.so"]);
    },
  ],
  [
    "the default directories are the tree's",
    (root) => bin(root, "/bin/p", [lib(root, "/usr/lib/libone.so")]),
  ],
  [
    "the tree's levels of glibc-hwcaps count",
    (root) => {
      for (const level of ["x86-64-v2", "x86-64-v3", "x86-64-v4"])
        lib(root, `/opt/glibc-hwcaps/${level}/libone.so`);
      return bin(root, "/bin/p", [lib(root, "/opt/libone.so")], runpath("/opt"));
    },
  ],
  [
    "a RPATH is inherited there too",
    (root) => {
      const two = lib(root, "/opt/libtwo.so");
      return bin(root, "/bin/p", [lib(root, "/opt/libone.so", [two])], rpath("/opt"));
    },
  ],
];

describe("in the root of another system", () => {
  for (const [sentence, make] of RULES) {
    asRoot(sentence, () => {
      const root = tree();
      const path = make(root);
      expect(answer(root, path)).toEqual(ask(root, path));
    });
  }

  test("a relative path counts from its root", () => {
    const root = tree();
    expect(resolve(["usr/bin/env"], { searchPath: "", root }).programs[0]?.path).toBe("/usr/bin/env");
  });

  test("a program that is only in this system is none", () => {
    expect(() => resolve(["/usr/bin/git"], { searchPath: "", root: tree() })).toThrow('"/usr/bin/git"');
    expect(() => resolve(["git"], { searchPath: "/usr/bin", root: tree() })).toThrow('"git"');
  });

  withCommand("musl-gcc")("musl's path file is the tree's", () => {
    const root = `${work}/musl`;
    const loader = "/lib/ld-musl-x86_64.so.1";
    mkdirSync(`${root}/lib`, { recursive: true });
    mkdirSync(`${root}/etc`);
    copyFileSync(loader, root + loader);
    program(`${root}/bin/p`, { compiler: "musl-gcc", needs: [root + lib(root, "/srv/libone.so")] });
    expect(answer(root, "/bin/p")).toContain("\tlibone.so => not found");
    writeFileSync(`${root}/etc/ld-musl-x86_64.path`, "/nowhere\n/srv\n");
    expect(answer(root, "/bin/p")).toContain("\tlibone.so => /srv/libone.so");
  });

  withCommand("aarch64-linux-gnu-gcc")("another machine's programs take none of this CPU's levels", () => {
    const root = `${work}/arm`;
    const arm = "/usr/aarch64-linux-gnu/lib";
    for (const name of ["ld-linux-aarch64.so.1", "libc.so.6"]) {
      mkdirSync(`${root}/lib`, { recursive: true });
      copyFileSync(`${arm}/${name}`, `${root}/lib/${name}`);
    }
    const compiler = "aarch64-linux-gnu-gcc";
    const one = library(`${root}/opt/libone.so`, { soname: "libone.so", compiler });
    for (const level of ["x86-64-v2", "x86-64-v3"]) {
      mkdirSync(dirname(`${root}/opt/glibc-hwcaps/${level}/libone.so`), { recursive: true });
      copyFileSync(one, `${root}/opt/glibc-hwcaps/${level}/libone.so`);
    }
    program(`${root}/bin/p`, { compiler, needs: [one], flags: runpath("/opt") });
    for (const hwcaps of ["base", "host", "all"] as const) {
      expect(answer(root, "/bin/p", hwcaps)).toContain("\tlibone.so => /opt/libone.so");
    }
    expect(resolve(["/bin/p"], { searchPath: "", root }).programs[0]).toMatchObject({
      interpreters: ["/lib/ld-linux-aarch64.so.1"],
      libraries: [{ path: "/opt/libone.so" }, { path: "/lib/libc.so.6" }],
    });
  });
});
