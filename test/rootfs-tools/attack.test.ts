/** Somebody else owns the directories that are read from and written to, and changes them meanwhile. */
import { expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { resolve as absolute, join } from "node:path";
import { writeArchive } from "../../rootfs-tools/archive/archive.ts";
import { makeDirectory } from "../../rootfs-tools/binlibdepcp.ts";
import { Collector } from "../../rootfs-tools/collect/collector.ts";
import { layOut, nothing } from "../../rootfs-tools/layout/tree.ts";
import { NsboxError } from "../../src/util/errors.ts";
import { run, workspace } from "./fixtures.ts";

const work = workspace();
const NSBOX = absolute(import.meta.dir, "../../dist/nsbox");
const WHY = { by: "", name: "test", rule: "test" };
const SECRET = "the secret of root\n";

/** A directory of its own with `app/data`, `secret/data` of the same size, and `elsewhere`. */
function scene(name: string) {
  const home = join(work, name);
  for (const directory of ["app", "secret", "elsewhere"])
    mkdirSync(join(home, directory), { recursive: true });
  writeFileSync(join(home, "app/data"), "x".repeat(SECRET.length));
  writeFileSync(join(home, "secret/data"), SECRET);
  const collector = new Collector({ searchPath: "" });
  collector.file(join(home, "app/data"), WHY, { to: "/data" });
  return { home, collector };
}

const causeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof NsboxError) return `${error.message}: ${error.details.cause}`;
    throw error;
  }
  return "no error";
};

const SWAPS: readonly (readonly [what: string, swap: (home: string) => void])[] = [
  [
    "a file that became a link",
    (home) => {
      run(["ln", "-sfT", "../secret/data", join(home, "app/data")]);
    },
  ],
  [
    "a file whose directory became a link",
    (home) => {
      renameSync(join(home, "app"), join(home, "was"));
      symlinkSync("secret", join(home, "app"));
    },
  ],
];
for (const [index, [what, swap]] of SWAPS.entries()) {
  test(`${what} since it was looked at is an error, and never what the link leads to`, async () => {
    const { home, collector } = scene(`source${index}`);
    const nodes = layOut(collector, { bare: true, inside: nothing() });
    swap(home);
    const directory = join(home, "tree");
    expect(causeOf(() => makeDirectory(collector, { bare: true, directory }))).toContain(
      "it became a link meanwhile",
    );
    expect(existsSync(directory)).toBe(false);
    const target = join(home, "tree.tar");
    const written = await writeArchive(nodes, { form: "tar", target }).catch((error) => error);
    expect(written.details?.cause).toContain("it became a link meanwhile");
    expect(existsSync(target)).toBe(false);
  });
}

/** Puts a link to `elsewhere` in the place of the stage in `home`. */
function stealStage(home: string): void {
  const name = readdirSync(home).find((entry) => entry.startsWith(".nsbox-stage-"));
  if (name === undefined || existsSync(join(home, "stolen"))) return;
  renameSync(join(home, name), join(home, "stolen"));
  symlinkSync("elsewhere", join(home, name));
}

test("a link in the place of the stage leads nothing out of it", async () => {
  const { home, collector } = scene("stage");
  mkdirSync(join(home, "elsewhere/0"));
  writeFileSync(join(home, "victim"), "untouched");
  symlinkSync("../victim", join(home, "elsewhere/journal"));
  const progress = () => {
    stealStage(home);
    return () => {};
  };
  makeDirectory(collector, { bare: true, directory: join(home, "tree"), progress });
  expect(readdirSync(join(home, "elsewhere"), { recursive: true }).sort()).toEqual(["0", "journal"]);
  expect(readFileSync(join(home, "victim"), "utf8")).toBe("untouched");
  expect(readdirSync(join(home, "tree"))).toEqual(["data"]);
});

test("a link in the place of an archive's stage leads nothing out of it", async () => {
  const { home, collector } = scene("archive");
  writeFileSync(join(home, "victim"), "untouched");
  symlinkSync("../victim", join(home, "elsewhere/journal"));
  const nodes = layOut(collector, { bare: true, inside: nothing() });
  const target = join(home, "tree.tar");
  await writeArchive(nodes, { form: "tar", target, progress: () => stealStage(home) });
  expect(readdirSync(join(home, "elsewhere"))).toEqual(["journal"]);
  expect(readFileSync(join(home, "victim"), "utf8")).toBe("untouched");
  expect(run(["tar", "-tf", target])).toContain("data");
});

test("a target that became a link meanwhile is an error, and nothing is written where it leads", () => {
  const { home, collector } = scene("target");
  const directory = join(home, "tree");
  mkdirSync(directory);
  const progress = () => {
    renameSync(directory, join(home, "was"));
    symlinkSync("elsewhere", directory);
    return () => {};
  };
  const cause = causeOf(() => makeDirectory(collector, { bare: true, directory, progress }));
  expect(cause).toContain(`Cannot write "${directory}"`);
  expect(readdirSync(join(home, "elsewhere"))).toEqual([]);
  expect(readdirSync(join(home, "was"))).toEqual([]);
  expect(readdirSync(home).filter((name) => name.startsWith("."))).toEqual([]);
});

test("a directory in the target that became a link meanwhile is an error with the path on disk", () => {
  const { home, collector } = scene("inside");
  collector.file(join(home, "app/data"), WHY, { to: "/sub/data" });
  const directory = join(home, "tree");
  mkdirSync(join(directory, "sub"), { recursive: true });
  const progress = () => {
    renameSync(join(directory, "sub"), join(directory, "was"));
    symlinkSync("../elsewhere", join(directory, "sub"));
    return () => {};
  };
  const cause = causeOf(() => makeDirectory(collector, { bare: true, directory, progress }));
  expect(cause).toBe(`Cannot write "${directory}/sub/data": too many levels of symbolic links (ELOOP)`);
  expect(readdirSync(join(home, "elsewhere"))).toEqual([]);
  expect(readdirSync(directory).sort()).toEqual(["sub", "was"]);
});

function build(...words: string[]) {
  const { exitCode, stderr } = Bun.spawnSync([NSBOX, "build-rootfs", ...words], {
    cwd: work,
    timeout: 10_000,
  });
  return { exitCode, err: stderr.toString() };
}

test("--from takes neither a FIFO, nor a device without an end, nor a file that would fill the memory", () => {
  run(["mkfifo", join(work, "fifo")]);
  run(["truncate", "-s", "3G", join(work, "large.toml")]);
  for (const [file, why] of [
    ["fifo", "it is no regular file"],
    ["/dev/zero", "it is no regular file"],
    ["large.toml", "it is larger than 4 MiB"],
    ["absent.toml", "no such file"],
  ] as const) {
    const { exitCode, err } = build("--from", file);
    expect(err).toContain(`Cannot use "${file}"`);
    expect(err).toContain(why);
    expect(exitCode).toBe(1);
  }
});

test("--from takes no NUL, at which the kernel would end a name", () => {
  writeFileSync(join(work, "nul.toml"), 'target = "nul"\nadd = "/etc/hosts:/x\\u0000y"\n');
  const { exitCode, err } = build("--from", "nul.toml");
  expect(err).toContain('its "add" holds a NUL');
  expect(exitCode).toBe(1);
  expect(existsSync(join(work, "nul"))).toBe(false);
});

test("a way up from a directory that is not there is an error, in TARGET and in its links", () => {
  mkdirSync(join(work, "up"));
  symlinkSync("absent/../../elsewhere", join(work, "up/usr"));
  for (const target of ["absent/../tree", "up"]) {
    const { exitCode, err } = build("--bare", "bash", target);
    expect(err).toContain("no such file or directory (ENOENT)");
    expect(exitCode).toBe(1);
  }
  expect(readdirSync(join(work, "up"))).toEqual(["usr"]);
});

test("an RPM database is read only where its table is RPM's: a view could go on for ever", async () => {
  const { Database } = await import("bun:sqlite");
  const root = join(work, "rpm");
  const file = join(root, "var/lib/rpm/rpmdb.sqlite");
  mkdirSync(join(root, "var/lib/rpm"), { recursive: true });
  const endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)";
  for (const [sql, why] of [
    [`CREATE VIEW Packages AS ${endless} SELECT x AS hnum, zeroblob(99) AS blob FROM c`, "no table of RPM's"],
    ["CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob AS (zeroblob(900000000)))", "no table of RPM's"],
    [
      "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob); INSERT INTO Packages VALUES (1, 'x')",
      "no blob",
    ],
    ["CREATE TABLE Others (x)", 'it has no table "Packages"'],
  ] as const) {
    rmSync(file, { force: true });
    const database = new Database(file);
    database.run(sql);
    database.close();
    writeFileSync(join(work, "rpm.toml"), 'package = "bash"\nprograms = []\ntarget = "rpm-tree"\n');
    const { exitCode, err } = build("--root", root, "--from", "rpm.toml");
    expect(err).toContain('Cannot read the package database "/var/lib/rpm/rpmdb.sqlite"');
    expect(err).toContain(why);
    expect(exitCode).toBe(1);
  }
});

test("SIGINT that is sent to nsbox alone ends a traced command, and what it used by then is taken", async () => {
  // Without a terminal nobody else gets the signal.
  const words = ["setsid", NSBOX, "build-rootfs", "-q", "--bare", "--trace", "interrupted", "--"];
  const command = ["sh", "-c", "echo; exec sleep 100"];
  const child = Bun.spawn([...words, ...command], { cwd: work, stdout: "ignore", stderr: "pipe" });
  await child.stderr.getReader().read(); // it runs
  child.kill("SIGINT");
  expect(await child.exited).toBe(0);
  expect(existsSync(join(work, "interrupted/usr/bin/sh"))).toBe(true);
});

test("what is not named in UTF-8 is told when it is left out, and no link is changed on its way", () => {
  mkdirSync(join(work, "bytes"));
  run(["sh", "-c", `cd ${work}/bytes && printf x > "$(printf 'a\\377')" && ln -s "$(printf 'b\\376')" link`]);
  writeFileSync(join(work, "bytes/\uFFFD"), "the character itself");
  symlinkSync("\uFFFD", join(work, "bytes/to"));
  const { exitCode, err } = build("--bare", "--add", `${work}/bytes:/b`, "bash", "bytes-tree");
  expect(err).toContain(`left out, since names have to be UTF-8: "${work}/bytes/a\uFFFD" and 1 more`);
  expect(exitCode).toBe(0);
  expect(readdirSync(join(work, "bytes-tree/b")).sort()).toEqual(["to", "\uFFFD"]);
  expect(readFileSync(join(work, "bytes-tree/b/to"), "utf8")).toBe("the character itself");
});

test("a document in the place of the tree is refused before anything is made", () => {
  for (const target of ["one.tar", "one"]) {
    const { exitCode, err } = build("--bare", "--manifest", `./${target}`, "bash", target);
    expect(err).toContain(`Cannot write "./${target}"\n  cause: it is TARGET`);
    expect(exitCode).toBe(1);
    expect(existsSync(join(work, target))).toBe(false);
  }
  expect(build("--bare", "--manifest", "-", "bash", "two").err).toContain('Cannot write "-"');
});

test("runs that write one archive at the same time all succeed, and it is whole", async () => {
  const target = join(work, "same.tar");
  const children = Array.from({ length: 4 }, () =>
    Bun.spawn([NSBOX, "build-rootfs", "--bare", "bash", target], { stdout: "ignore", stderr: "pipe" }),
  );
  for (const child of children) {
    expect(await child.stderr.text()).toBe("");
    expect(await child.exited).toBe(0);
  }
  expect(run(["tar", "-tf", target])).toContain("usr/bin/bash");
});

test("habits of other programs get an answer that helps", () => {
  for (const [words, ...said] of [
    [["bash", "x.tar.xz"], '"x.tar.xz" ends like a form that is not made here', '"--output directory"'],
    [["bash", "disk.img"], '"disk.img" ends like a form that is not made here', "squashfs, erofs"],
    [["-o", "./x.tar", "bash"], 'Invalid "--output ./x.tar": there is no such form', "TARGET, the last word"],
    [["./tree", "--", "ls"], '"--" are a COMMAND only with "--trace"', "--trace ./tree -- ls"],
  ] as const) {
    const { exitCode, err } = build(...words);
    for (const text of said) expect(err).toContain(text);
    expect(exitCode).toBe(2);
  }
  expect(readdirSync(work).filter((name) => /^(?:x\.tar|disk)/.test(name))).toEqual([]);
  expect(build("--bare", "-o", "directory", "bash", "a.img").exitCode).toBe(0);
});

test("an archive that its owner has closed to others stays closed when it is written anew", () => {
  writeFileSync(join(work, "closed.tar"), "", { mode: 0o600 });
  expect(build("--bare", "bash", "closed.tar").exitCode).toBe(0);
  expect(run(["stat", "-c", "%a", join(work, "closed.tar")])).toBe("600\n");
});
