/** Locales in a tree, judged by the programs that speak them. The system they come from is made for the test. */
import { expect, test } from "bun:test";
import {
  closeSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { readLocaleArchive } from "../../rootfs-tools/collect/locale-archive.ts";
import { Host } from "../../rootfs-tools/load/host.ts";
import { NsboxError } from "../../src/util/errors.ts";
import { assemble, collect, pathsOf } from "./contents.ts";
import { asRoot, inside, run, workspace } from "./fixtures.ts";

const work = workspace();
const PROGRAMS = ["bash", "ls", "locale", "sort", "date"];

const TRANSLATED = "/usr/share/locale/de/LC_MESSAGES";
const hasLocales = existsSync("/usr/share/i18n/locales/de_DE") && existsSync(`${TRANSLATED}/coreutils.mo`);
const withLocales: typeof asRoot = (name, body, timeout) =>
  hasLocales
    ? asRoot(name, body, timeout)
    : test.skip(`${name} (skipped: needs the package locales and translations of coreutils)`, () => {});

/** A system with programs, translations and the locales that localedef(1) makes in it. */
async function system(name: string, ...options: readonly string[]): Promise<string> {
  const root = `${work}/${name}`;
  await assemble(root, PROGRAMS);
  mkdirSync(`${root}/usr/lib/locale`, { recursive: true });
  const german = [["de_DE.UTF-8", "UTF-8"]] as const;
  const euro = [["de_DE@euro", "ISO-8859-15"]] as const;
  for (const [locale, charset] of name === "archive" ? [...german, ...euro] : german) {
    // It warns of what the locale's own source lacks, with status 1.
    Bun.spawnSync([
      "localedef",
      `--prefix=${root}`,
      ...options,
      "-i",
      locale.replace(/\..*/, ""),
      "-f",
      charset,
      locale,
    ]);
  }
  cpSync("/usr/share/locale/de", `${root}/usr/share/locale/de`, { recursive: true });
  const modules = run(["bash", "-c", "dirname $(find /usr/lib* -name ISO8859-15.so | head -1)"]).trim();
  cpSync(modules, root + modules, { recursive: true });
  return root;
}

const systems = hasLocales
  ? Promise.all([system("archive"), system("directories", "--no-archive")])
  : Promise.resolve(["", ""] as const);

for (const [index, kind] of ["an archive", "directories"].entries()) {
  withLocales(`a locale out of ${kind} is spoken in the tree, and is the only one there`, async () => {
    const root = (await systems)[index] ?? "";
    expect(readdirSync(`${root}/usr/lib/locale`).includes("locale-archive")).toBe(index === 0);
    const tree = `${work}/tree${index}`;
    await assemble(tree, PROGRAMS, { locales: ["de_DE.utf8"] }, root);
    const env = { LC_ALL: "de_DE.UTF-8" };
    expect(inside(tree, "locale -a").split("\n")).toEqual(["C", "POSIX", "de_DE.utf8", ""]);
    expect(inside(tree, "locale charmap", env)).toBe("UTF-8\n");
    expect(inside(tree, "date -d @1700000000 +%A", { ...env, TZ: "UTC0" })).toBe("Dienstag\n");
    expect(inside(tree, "sort <<<$'z\\nä\\nb'", env)).toBe("ä\nb\nz\n");
    expect(inside(tree, "LC_ALL=C sort <<<$'z\\nä\\nb'")).toBe("b\nz\nä\n");
    // The words of the C library, and those of ls.
    expect(inside(tree, "ls /absent 2>&1 || true", env)).toContain("Datei oder Verzeichnis nicht gefunden");
    expect(inside(tree, "ls --absent 2>&1 || true", env)).toContain("Unbekannte Option");
    for (const category of ["LC_TIME", "LC_MONETARY", "LC_IDENTIFICATION", "LC_COLLATE", "LC_MESSAGES"]) {
      const ask = `locale -k ${category}`;
      expect(inside(tree, ask, env)).toBe(inside(root, ask, env));
    }
  });
}

withLocales("a locale of another charset brings the module that converts it", async () => {
  const root = (await systems)[0];
  const tree = `${work}/euro`;
  await assemble(tree, PROGRAMS, { locales: ["de_DE@euro"] }, root);
  expect(inside(tree, "locale charmap", { LC_ALL: "de_DE@euro" })).toBe("ISO-8859-15\n");
  const message = inside(tree, "ls '' 2>&1 || true", { LC_ALL: "de_DE@euro" });
  expect(message).toContain("Datei oder Verzeichnis nicht gefunden");
  expect(Bun.spawnSync(["find", tree, "-name", "ISO8859-15.so"]).stdout.length).toBeGreaterThan(0);
});

withLocales("of an archive with any byte of its tables changed the locale is read or refused", async () => {
  const root = (await systems)[0];
  const path = "/usr/lib/locale/locale-archive";
  const good = readFileSync(root + path);
  const broken = `${work}/mutated`;
  mkdirSync(`${broken}/usr/lib/locale`, { recursive: true });
  copyFileSync(root + path, broken + path);
  // The header, then the entry of the name in a table that is mostly empty.
  const [table = 0, size = 0] = [good.readUInt32LE(8), good.readUInt32LE(16)];
  const entries = Array.from({ length: size }, (_, index) => table + 12 * index);
  const entry = entries.find((at) => good.readUInt32LE(at + 8) !== 0) ?? 0;
  const record = good.readUInt32LE(entry + 8);
  const fd = openSync(broken + path, "r+");
  let refused = 0;
  for (const start of [0, entry, record]) {
    for (let at = start; at < start + 24; at++) {
      writeSync(fd, new Uint8Array([(good[at] ?? 0) ^ 0xa5]), 0, 1, at);
      try {
        const archive = readLocaleArchive(new Host(broken), path);
        for (const name of archive?.names ?? []) archive?.read(name);
      } catch (error) {
        expect(error).toBeInstanceOf(NsboxError);
        refused++;
      }
      writeSync(fd, good, at, 1, at);
    }
  }
  closeSync(fd);
  expect(refused).toBeGreaterThan(10);
});

withLocales("translations come for the programs of the tree alone", async () => {
  const root = (await systems)[1];
  const domains = async (program: string) =>
    pathsOf(await collect([program], { locales: ["de_DE.UTF-8"] }, root))
      .filter((path) => path.endsWith(".mo"))
      .map((path) => path.replace(/.*\//, ""));
  expect(await domains("ls")).toContain("coreutils.mo");
  expect(await domains("bash")).not.toContain("coreutils.mo");
  expect((await domains("bash")).length).toBeLessThan(readdirSync(TRANSLATED).length);
});

withLocales("a locale that is absent is an error that lists those of the language", async () => {
  const root = (await systems)[0];
  await expect(collect(["ls"], { locales: ["de_AT.UTF-8"] }, root)).rejects.toThrow(
    'Cannot add the locale "de_AT.UTF-8"',
  );
  const error = await collect(["ls"], { locales: ["de_AT.UTF-8"] }, root).catch((reason) => reason);
  expect(error.details.cause).toBe("this system has de_DE.iso885915@euro, de_DE@euro, de_DE.utf8");
});

test("C and POSIX need nothing, and a name with a slash is none", async () => {
  const bare = pathsOf(await collect(["ls"]));
  expect(pathsOf(await collect(["ls"], { locales: ["C", "POSIX"] }))).toEqual(bare);
  await expect(collect(["ls"], { locales: ["../../etc"] })).rejects.toThrow('the locale "../../etc"');
});

test("a broken archive is an error that names it", async () => {
  const root = `${work}/broken`;
  await assemble(root, ["ls"]);
  mkdirSync(`${root}/usr/lib/locale`, { recursive: true });
  const path = `${root}/usr/lib/locale/locale-archive`;
  const header = new Uint32Array([0xde020109, 1, 56, 1, 4_000_000_000, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  for (const bytes of [new Uint8Array(10), new Uint8Array(200), new Uint8Array(header.buffer)]) {
    writeFileSync(path, bytes);
    await expect(collect(["ls"], { locales: ["de_DE"] }, root)).rejects.toThrow(
      "/usr/lib/locale/locale-archive",
    );
  }
});
