/** Resolution against the loader, object by object: of this whole system, and of other ones by their root. */
import { afterAll, describe, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { Host, LoaderSet, resolveOne, verifyTree } from "../../rootfs-tools/index.ts";
import { differences, dynamicObjects } from "../rootfs-tools/objects.ts";

const work = mkdtempSync("/tmp/nsbox-system-");
afterAll(() => rmSync(work, { recursive: true, force: true }));

test("every program and library of this system loads what the loader loads, with no difference", async () => {
  const objects = dynamicObjects("", ["/usr", "/opt"]);
  expect(await differences("", objects)).toEqual([]);
  expect(objects.length).toBeGreaterThan(500);
}, 600_000);

const noDebian =
  process.getuid?.() !== 0
    ? "needs root"
    : Bun.which("debootstrap") === null
      ? "needs debootstrap"
      : undefined;

describe.skipIf(noDebian !== undefined)(`a Debian of another release (${noDebian ?? "trixie"})`, () => {
  const root = `${work}/trixie`;

  test("loads by its root what its own loader loads after a chroot, with no difference", async () => {
    const { exitCode, stderr, stdout } = Bun.spawnSync([
      "debootstrap",
      "--variant=minbase",
      "--include=python3-minimal,git,curl",
      "trixie",
      root,
    ]);
    expect({ exitCode, output: exitCode === 0 ? "" : `${stdout}${stderr}` }).toEqual({
      exitCode: 0,
      output: "",
    });
    const objects = dynamicObjects(root, ["/usr"]);
    expect(await differences(root, objects)).toEqual([]);
    expect(objects.length).toBeGreaterThan(500);
  }, 900_000);

  test("holds, as verifyTree sees it", () => {
    const broken = verifyTree(root).filter(({ problem }) => problem !== "dangling-link");
    expect(broken).toEqual([]);
  }, 60_000);
});

const noMusl =
  Bun.which("musl-gcc") === null
    ? "needs musl-gcc"
    : process.getuid?.() !== 0
      ? "needs root"
      : process.arch !== "x64"
        ? "needs x86-64"
        : undefined;

/**
 * Laid out as Alpine is: musl at /lib, libraries in /lib and /usr/lib, no ld.so.cache, no path file. Its
 * programs and libraries are compiled here, since they do not come from Alpine: a net of libraries that need
 * each other by every rule that musl has.
 */
describe.skipIf(noMusl !== undefined)(
  `a tree laid out as Alpine's (${noMusl ?? "made with musl-gcc"})`,
  () => {
    test("loads by its root what its own loader loads after a chroot, with no difference", () => {
      const root = `${work}/musl`;
      const loader = "/lib/ld-musl-x86_64.so.1";
      for (const name of ["lib", "usr/lib", "usr/bin", "usr/local/lib", "opt/app/lib"])
        mkdirSync(`${root}/${name}`, { recursive: true });
      copyFileSync(loader, root + loader);
      // musl's loader lists what it loads when it is called ldd.
      mkdirSync(`${root}/bin`);
      symlinkSync(`..${loader}`, `${root}/bin/ldd`);
      const places = ["lib", "usr/lib", "usr/local/lib", "opt/app/lib"];
      const made: string[] = [];
      const compile = (out: string, source: string, ...flags: string[]) => {
        const input = { stdin: new TextEncoder().encode(source) };
        const { exitCode, stderr } = Bun.spawnSync(
          [
            "musl-gcc",
            "-o",
            `${root}/${out}`,
            "-x",
            "c",
            "-",
            "-x",
            "none",
            "-Wl,--no-as-needed,--allow-shlib-undefined",
            ...flags,
          ],
          input,
        );
        expect({ out, exitCode, stderr: stderr.toString() }).toEqual({ out, exitCode: 0, stderr: "" });
      };
      for (let index = 0; index < 60; index++) {
        const out = `${places[index % places.length]}/libnet${index}.so.1`;
        const needs = [index - 1, index - 7, index - 13]
          .flatMap((other) => made[other] ?? [])
          .map((name) => `${root}/${name}`);
        const flags = index % 5 === 0 ? ["-Wl,-rpath,$ORIGIN:/opt/app/lib"] : [];
        compile(
          out,
          "int answer(void) { return 42; }",
          "-shared",
          "-fPIC",
          "-nostdlib",
          `-Wl,-soname,libnet${index}.so.1`,
          ...needs,
          ...flags,
        );
        made.push(out);
      }
      for (let index = 0; index < 60; index++) {
        const flags = index % 2 === 0 ? ["-Wl,-rpath,$ORIGIN/../../opt/app/lib"] : [];
        compile(`usr/bin/p${index}`, "int main(void) { return 0; }", `${root}/${made[index]}`, ...flags);
      }
      const host = new Host(root);
      const loaders = new LoaderSet(host);
      for (const name of readdirSync(`${root}/usr/bin`)) {
        const path = `/usr/bin/${name}`;
        const { loadings } = resolveOne(path, { host, loaders, searchPath: "" });
        const ours = loadings.flatMap(({ listed }) =>
          listed
            .filter(({ object }) => object?.path !== loader)
            .map((one) => `${one.name} => ${one.object?.path ?? "missing"}`),
        );
        const { stdout, stderr } = Bun.spawnSync(["/usr/sbin/chroot", root, "/bin/ldd", path]);
        const said = stdout
          .toString()
          .split("\n")
          .map((line) => line.replace(/ \(0x[0-9a-f]+\)$/, "").trim());
        const missing = [...stderr.toString().matchAll(/Error loading shared library (.+?): /g)].map(
          ([, lib]) => `${lib} => missing`,
        );
        const theirs = [
          ...said.filter((line) => line.includes(" => ") && !line.includes(loader)),
          ...missing,
        ];
        expect({ path, loads: ours.sort() }).toEqual({ path, loads: theirs.sort() });
      }
    }, 120_000);
  },
);
