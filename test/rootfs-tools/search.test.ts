import { expect, test } from "bun:test";
import { copyFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { resolve } from "../../rootfs-tools/index.ts";
import { NsboxError } from "../../src/util/errors.ts";
import { asRoot, library, program, rpath, run, runpath, withCommand, workspace } from "./fixtures.ts";
import { LOADER, parseTrace, trace } from "./oracle.ts";

const work = workspace();
let count = 0;
/** A directory of its own for each test. */
const fresh = (): string => {
  const directory = `${work}/${++count}`;
  mkdirSync(directory);
  return directory;
};

const librariesOf = (path: string): string[] =>
  resolve([path], { searchPath: "" }).programs[0]?.libraries.map((found) => found.path) ?? [];

/** The loader's answer and ours are the same, in the same order. */
async function expectLikeLoader(path: string): Promise<string[]> {
  const ours = librariesOf(path);
  expect(ours).toEqual([...(await trace(path)).paths]);
  return ours;
}

function errorOf(action: () => unknown): NsboxError {
  try {
    action();
  } catch (error) {
    if (error instanceof NsboxError) return error;
    throw error;
  }
  throw new Error("no error");
}

test("a library in the program's RUNPATH is found", async () => {
  const d = fresh();
  const lib = library(`${d}/lib/libone.so`, { soname: "libone.so" });
  expect(await expectLikeLoader(program(`${d}/p`, { needs: [lib], flags: runpath(`${d}/lib`) }))).toContain(
    lib,
  );
});

test("a RPATH is inherited by the libraries it led to, also over several of them", async () => {
  const d = fresh();
  const three = library(`${d}/lib/libthree.so`, { soname: "libthree.so" });
  const two = library(`${d}/lib/libtwo.so`, { soname: "libtwo.so", needs: [three] });
  const one = library(`${d}/lib/libone.so`, { soname: "libone.so", needs: [two] });
  expect(await expectLikeLoader(program(`${d}/p`, { needs: [one], flags: rpath(`${d}/lib`) }))).toContain(
    three,
  );
});

test("a RUNPATH is not inherited: the error names the library, who needs it and where it was looked for", async () => {
  const d = fresh();
  const two = library(`${d}/lib/libtwo.so`, { soname: "libtwo.so" });
  const one = library(`${d}/lib/libone.so`, { soname: "libone.so", needs: [two] });
  const path = program(`${d}/p`, { needs: [one], flags: runpath(`${d}/lib`) });
  expect((await trace(path)).missing).toEqual(["libtwo.so"]);
  const error = errorOf(() => resolve([path], { searchPath: "" }));
  expect(error.message).toBe(`Cannot find the library "libtwo.so" that "${one}" needs`);
  expect(error.details.cause).toContain("/etc/ld.so.cache");
  expect(error.details.cause).toContain('"/usr/lib" (default directories)');
});

test("an object with a RUNPATH does not use the RPATH of those above it", async () => {
  const d = fresh();
  const two = library(`${d}/a/libtwo.so`, { soname: "libtwo.so" });
  mkdirSync(`${d}/b`);
  const one = library(`${d}/a/libone.so`, { soname: "libone.so", needs: [two], flags: runpath(`${d}/b`) });
  const path = program(`${d}/p`, { needs: [one], flags: rpath(`${d}/a`) });
  expect((await trace(path)).missing).toEqual(["libtwo.so"]);
  const { details } = errorOf(() => resolve([path], { searchPath: "" }));
  expect(details.cause).toContain(`"${d}/b" (RUNPATH of "${one}")`);
  expect(details.cause).not.toContain("RPATH of");
});

test("$ORIGIN is the directory of the program itself, also when it is reached through a link", async () => {
  const d = fresh();
  const lib = library(`${d}/opt/lib/libone.so`, { soname: "libone.so" });
  const path = program(`${d}/opt/bin/p`, { needs: [lib], flags: runpath("$ORIGIN/../lib") });
  await expectLikeLoader(path);
  symlinkSync(path, `${d}/link`);
  run([`${d}/link`]);
  expect(librariesOf(`${d}/link`)).toContain(`${d}/opt/bin/../lib/libone.so`);
});

test("$ORIGIN of a library is the directory it was found in, links not followed", async () => {
  const d = fresh();
  const two = library(`${d}/real/sub/libtwo.so`, { soname: "libtwo.so" });
  const one = library(`${d}/real/libone.so`, {
    soname: "libone.so",
    needs: [two],
    flags: runpath(`\${ORIGIN}/sub`),
  });
  symlinkSync("real", `${d}/linked`);
  const libraries = await expectLikeLoader(
    program(`${d}/p`, { needs: [one], flags: runpath(`${d}/linked`) }),
  );
  expect(libraries).toContain(`${d}/linked/sub/libtwo.so`);
});

test("$LIB and $PLATFORM stand for what the loader says", async () => {
  const d = fresh();
  const values = run([LOADER, "--list-diagnostics"]);
  const lib = /^dl_dst_lib="(.*)"$/m.exec(values)?.[1] ?? "";
  const platform = /^dl_platform="(.*)"$/m.exec(values)?.[1] ?? "";
  const one = library(`${d}/${lib}/libone.so`, { soname: "libone.so" });
  const two = library(`${d}/${platform}/libtwo.so`, { soname: "libtwo.so" });
  const flags = runpath("$ORIGIN/$LIB", `$ORIGIN/\${PLATFORM}`, "$ORIGIN/$LIBX");
  await expectLikeLoader(program(`${d}/p`, { needs: [one, two], flags }));
});

test("tokens and paths in DT_NEEDED are followed", async () => {
  const d = fresh();
  const one = library(`${d}/x/libone.so`, { soname: "$ORIGIN/x/libone.so" });
  const two = library(`${d}/x/libtwo.so`, { soname: `${d}/x/../x/libtwo.so` });
  const libraries = await expectLikeLoader(program(`${d}/p`, { needs: [one, two] }));
  expect(libraries).toContain(`${d}/x/libone.so`);
  expect(libraries).toContain(`${d}/x/../x/libtwo.so`);
});

withCommand("aarch64-linux-gnu-gcc")(
  "a library for another class or machine is passed over, and the search goes on",
  async () => {
    const d = fresh();
    const right = library(`${d}/right/libone.so`, { soname: "libone.so" });
    library(`${d}/i386/libone.so`, { soname: "libone.so", flags: ["-m32"] });
    library(`${d}/arm/libone.so`, { soname: "libone.so", compiler: "aarch64-linux-gnu-gcc" });
    const flags = runpath(`${d}/i386`, `${d}/arm`, `${d}/right`);
    expect(await expectLikeLoader(program(`${d}/p`, { needs: [right], flags }))).toContain(right);
  },
);

test("a library that is garbage, or a directory, is an error that names it", () => {
  const d = fresh();
  const right = library(`${d}/right/libone.so`, { soname: "libone.so" });
  mkdirSync(`${d}/bad`);
  const path = program(`${d}/p`, { needs: [right], flags: runpath(`${d}/bad`, `${d}/right`) });
  writeFileSync(`${d}/bad/libone.so`, "not a library\n".repeat(10));
  expect(() => librariesOf(path)).toThrow(`"${d}/bad/libone.so"`);
  rmSync(`${d}/bad/libone.so`);
  mkdirSync(`${d}/bad/libone.so`);
  expect(() => librariesOf(path)).toThrow(`"${d}/bad/libone.so"`);
});

test("the subdirectories that this CPU supports come before the directory", async () => {
  const d = fresh();
  const help = run([LOADER, "--help"]);
  const levels = [...help.matchAll(/^ {2}(x86-64-v\d) \(supported/gm)].map(([, level]) => level);
  const plain = library(`${d}/lib/libone.so`, { soname: "libone.so" });
  const path = program(`${d}/p`, { needs: [plain], flags: runpath(`${d}/lib`) });
  for (const name of [
    "x86_64",
    "tls",
    "tls/haswell",
    ...levels.map((level) => `glibc-hwcaps/${level}`).reverse(),
  ]) {
    mkdirSync(`${d}/lib/${name}`, { recursive: true });
    copyFileSync(plain, `${d}/lib/${name}/libone.so`);
    await expectLikeLoader(path);
  }
  library(`${d}/lib/glibc-hwcaps/x86-64-v9/libone.so`, { soname: "libone.so" });
  await expectLikeLoader(path);
});

test("-z nodefaultlib leaves out the default directories", async () => {
  const d = fresh();
  const path = program(`${d}/p`, { flags: ["-Wl,-z,nodefaultlib"] });
  expect((await trace(path)).missing).toEqual(["libc.so.6"]);
  expect(() => librariesOf(path)).toThrow('Cannot find the library "libc.so.6"');
});

test("a needed name that is the soname of a loaded library is that library", async () => {
  const d = fresh();
  const one = library(`${d}/lib/libother-name.so`, { soname: "libone.so" });
  const two = library(`${d}/lib/libtwo.so`, { soname: "libtwo.so", needs: [one] });
  // The program names the file by path; its soname then satisfies the second library.
  const byPath = library(`${d}/stub/libstub.so`, { soname: one });
  const path = program(`${d}/p`, { needs: [byPath, two], flags: runpath(`${d}/lib`) });
  const libraries = await expectLikeLoader(path);
  expect(libraries.filter((library) => library === one).length).toBe(1);
});

test("DT_FILTER and DT_AUXILIARY libraries are loaded, and an absent auxiliary is no error", async () => {
  const d = fresh();
  library(`${d}/lib/libtarget.so`, { soname: "libtarget.so" });
  const filter = library(`${d}/lib/libfilter.so`, {
    soname: "libfilter.so",
    flags: ["-Wl,-F,libtarget.so", ...runpath(`${d}/lib`)],
  });
  const auxiliary = library(`${d}/lib/libaux.so`, { soname: "libaux.so", flags: ["-Wl,-f,libabsent.so"] });
  const path = program(`${d}/p`, { needs: [filter, auxiliary], flags: runpath(`${d}/lib`) });
  const libraries = librariesOf(path);
  expect(libraries).toContain(`${d}/lib/libtarget.so`);
  expect([...libraries].sort()).toEqual([...(await trace(path)).paths].sort());
});

test("DT_AUDIT libraries and what they need are found without being run", () => {
  const d = fresh();
  const needed = library(`${d}/lib/libneeded.so`, { soname: "libneeded.so" });
  const audit = library(`${d}/lib/libaudit.so`, { soname: "libaudit.so", needs: [needed] });
  const flags = ["-Wl,--audit=libaudit.so", "-Wl,--depaudit=libabsent.so", ...rpath(`${d}/lib`)];
  const libraries = librariesOf(program(`${d}/p`, { flags }));
  expect(libraries).toContain(audit);
  expect(libraries).toContain(needed);
});

test("chains of a hundred libraries are followed to their end", async () => {
  const d = fresh();
  let last = library(`${d}/lib0.so`, { soname: "lib0.so" });
  for (let level = 1; level < 100; level++) {
    last = library(`${d}/lib${level}.so`, { soname: `lib${level}.so`, needs: [last] });
  }
  expect((await expectLikeLoader(program(`${d}/p`, { needs: [last], flags: rpath(d) }))).length).toBe(101);
}, 60_000);

test("static, static-pie and objects without needs bring nothing along", () => {
  const d = fresh();
  for (const flags of [["-static"], ["-static-pie"]]) {
    const path = program(`${d}/p${flags[0]}`, { flags });
    const { programs, manifest } = resolve([path], { searchPath: "" });
    expect(programs[0]?.kind).toBe("static");
    expect([...manifest.items.keys()]).toEqual([path]);
  }
  expect(librariesOf(library(`${d}/libplain.so`))).toEqual([]);
});

withCommand("aarch64-linux-gnu-gcc")(
  "a program for a foreign machine is read, and its missing interpreter is named",
  () => {
    const d = fresh();
    const arm = program(`${d}/static`, { compiler: "aarch64-linux-gnu-gcc", flags: ["-static"] });
    expect(resolve([arm], { searchPath: "" }).programs[0]?.kind).toBe("static");
    const dynamic = program(`${d}/dynamic`, { compiler: "aarch64-linux-gnu-gcc" });
    expect(() => resolve([dynamic], { searchPath: "" })).toThrow("/lib/ld-linux-aarch64.so.1");
  },
);

test("a library path that is given comes after RPATH and before RUNPATH, the environment's never", async () => {
  const d = fresh();
  const one = library(`${d}/run/libone.so`, { soname: "libone.so" });
  library(`${d}/given/libone.so`, { soname: "libone.so" });
  const path = program(`${d}/p`, { needs: [one], flags: runpath(`${d}/run`) });
  const given = resolve([path], { searchPath: "", libraryPath: [`${d}/given`] }).programs[0]?.libraries;
  const traced = await trace(path, { env: { LD_LIBRARY_PATH: `${d}/given` } });
  expect(given?.map((library) => library.path)).toEqual([...traced.paths]);
  process.env["LD_LIBRARY_PATH"] = `${d}/given`;
  expect(librariesOf(path)).toContain(one);
  delete process.env["LD_LIBRARY_PATH"];
});

test("a setuid program gets no library by $ORIGIN outside the default directories", () => {
  const d = fresh();
  const one = library(`${d}/libone.so`, { soname: "libone.so" });
  const path = program(`${d}/p`, { needs: [one], flags: runpath("$ORIGIN") });
  expect(librariesOf(path)).toContain(one);
  run(["chmod", "u+s", path]);
  expect(() => librariesOf(path)).toThrow('Cannot find the library "libone.so"');
});

test("an empty element of a search path is the working directory", async () => {
  const d = fresh();
  const one = library(`${d}/libone.so`, { soname: "libone.so" });
  const path = program(`${d}/p`, { needs: [one], flags: runpath("", "/nowhere") });
  const before = process.cwd();
  process.chdir(d);
  const ours = librariesOf(path);
  process.chdir(before);
  expect(ours).toEqual([...(await trace(path, { cwd: d })).paths]);
});

withCommand("musl-gcc")(
  "musl programs follow musl's rules: its own directories, and a RUNPATH that is inherited",
  () => {
    const d = fresh();
    const two = library(`${d}/lib/libtwo.so`, { soname: "libtwo.so" });
    const one = library(`${d}/lib/libone.so`, { soname: "libone.so", needs: [two] });
    const path = program(`${d}/p`, { compiler: "musl-gcc", needs: [one], flags: runpath("$ORIGIN/lib") });
    const { programs, manifest } = resolve([path], { searchPath: "" });
    expect(programs[0]?.libraries.map((library) => library.path)).toEqual([one, two]);
    expect(programs[0]?.interpreters).toEqual(["/lib/ld-musl-x86_64.so.1"]);
    // musl's loader lists what it loads when it is started as "ldd".
    const listed = run(["bash", "-c", `exec -a ldd /lib/ld-musl-x86_64.so.1 ${path}`]);
    for (const library of [one, two]) expect(listed).toContain(`=> ${library}`);
    expect(manifest.items.get("/etc/ld-musl-x86_64.path")?.kind).toBe("config");
    rmSync(two);
    expect(() => resolve([path], { searchPath: "" })).toThrow(
      `Cannot find the library "libtwo.so" that "${one}" needs`,
    );
  },
);

test("a library that is a link to itself ends the list, as it does for the loader", async () => {
  const d = fresh();
  const right = library(`${d}/right/libone.so`, { soname: "libone.so" });
  mkdirSync(`${d}/loop`);
  symlinkSync("libone.so", `${d}/loop/libone.so`);
  const path = program(`${d}/p`, { needs: [right], flags: runpath(`${d}/loop`, `${d}/right`) });
  expect((await trace(path)).missing).toEqual(["libone.so"]);
  expect(() => librariesOf(path)).toThrow("libone.so");
});

asRoot("the loader's cache decides before the default directories, its hardware levels included", () => {
  const d = fresh();
  for (const name of ["lib", "lib/glibc-hwcaps/x86-64-v2"]) {
    library(`${d}/${name}/libcached.so`, { soname: "libcached.so" });
  }
  const path = program(`${d}/p`, { needs: [`${d}/lib/libcached.so`] });
  writeFileSync(`${d}/ld.so.conf`, `${d}/lib\n`);
  run(["ldconfig", "-C", `${d}/ld.so.cache`, "-f", `${d}/ld.so.conf`, "-X"]);
  // In a mount namespace of its own the file stands where the loader, and we, look for it.
  const script = `
    mount --bind ${d}/ld.so.cache /etc/ld.so.cache
    LD_TRACE_LOADED_OBJECTS=1 ${LOADER} ${path}
    echo ---
    ${process.execPath} -e 'import { resolve } from "${import.meta.dir}/../../rootfs-tools/index.ts";
      for (const l of resolve(["${path}"], { searchPath: "" }).programs[0].libraries) console.log(l.path)'`;
  const [loader = "", ours = ""] = run(["unshare", "-m", "bash", "-ec", script]).split("---\n");
  expect(ours.trim().split("\n")).toEqual([...parseTrace(loader).paths]);
  expect(ours).toContain(`${d}/lib/`);
});

test("a file that turns up under two names is loaded once", async () => {
  const d = fresh();
  const one = library(`${d}/lib/libone.so`);
  symlinkSync("libone.so", `${d}/lib/libsame.so`);
  const stub = library(`${d}/stub/libsame.so`, { soname: "libsame.so" });
  const path = program(`${d}/p`, { needs: [one, stub], flags: runpath(`${d}/lib`) });
  renameSync(stub, `${stub}.gone`);
  await expectLikeLoader(path);
});

test("an executable that is needed as a library is an error that names it", () => {
  const d = fresh();
  const stub = library(`${d}/stub/libone.so`, { soname: "libone.so" });
  const path = program(`${d}/p`, { needs: [stub], flags: runpath(d) });
  program(`${d}/libone.so`);
  expect(run(["bash", "-c", `${path} 2>&1 || true`])).toContain("cannot dynamically load");
  expect(() => librariesOf(path)).toThrow(`"${d}/libone.so"`);
});
