/** Notes of what objects open by dlopen(3). readelf(1) judges that the notes are such. */
import { expect, test } from "bun:test";
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { Collector } from "../../rootfs-tools/collect/collector.ts";
import { addDlopened, notesOf, type Priority } from "../../rootfs-tools/collect/dlopen-notes.ts";
import { library, program, run, runpath, workspace } from "./fixtures.ts";

const work = workspace();
let count = 0;

/** An object file with a note section for each JSON text. */
function notes(...texts: readonly string[]): string {
  const base = `${work}/notes${++count}`;
  const sections = texts.map((text) => {
    const bytes = [...new TextEncoder().encode(text), 0].join(",");
    return `.section .note.dlopen,"a",@note\n.balign 4\n.long 4, 2f-1f, 0x407c0c0a\n.asciz "FDO"\n1: .byte ${bytes}\n2: .balign 4\n`;
  });
  writeFileSync(`${base}.s`, `${sections.join("")}.section .note.GNU-stack,"",@progbits\n`);
  run(["gcc", "-c", "-o", `${base}.o`, `${base}.s`]);
  return `${base}.o`;
}

const note = (soname: string | readonly string[], priority?: string, feature = "music"): string =>
  JSON.stringify([
    { soname, feature, description: "Plays", ...(priority === undefined ? {} : { priority }) },
  ]);

interface Wish {
  readonly name: string;
  readonly notes: readonly string[];
}

/** A program with notes, in a directory where it finds libraries. */
function player(home: string, texts: readonly string[], libraries: readonly Wish[]): string {
  for (const { name, notes: of } of libraries) {
    const flags = [...(of.length === 0 ? [] : [notes(...of)]), ...runpath("$ORIGIN")];
    library(`${home}/${name}`, { soname: name, flags });
  }
  return program(`${home}/player`, { flags: [notes(...texts), ...runpath("$ORIGIN")] });
}

function found(path: string, least: Priority) {
  const collector = new Collector({ searchPath: "" });
  collector.program(path);
  addDlopened(collector, least);
  collector.complain();
  const home = path.slice(0, path.lastIndexOf("/") + 1);
  const paths = [...collector.manifest.items.keys()].filter((item) => item.startsWith(home));
  return { collector, names: paths.map((item) => item.slice(home.length)).sort() };
}

test("libraries that a note names are added by their priority, and what these name in turn", () => {
  const path = player(
    `${work}/chain`,
    [note("liba.so.1", "required"), note("libb.so.1"), note("libc1.so.1", "suggested")],
    [
      { name: "liba.so.1", notes: [note("libd.so.1", "recommended")] },
      { name: "libb.so.1", notes: [] },
      { name: "libc1.so.1", notes: [] },
      { name: "libd.so.1", notes: [note("libe.so.1", "suggested")] },
      { name: "libe.so.1", notes: [note("liba.so.1", "required")] },
    ],
  );
  // readelf(1) before 2.43 knows the owner alone, and says so with status 1.
  expect(Bun.spawnSync(["readelf", "-n", path]).stdout.toString()).toContain("FDO");
  expect(found(path, "required").names).toEqual(["liba.so.1", "player"]);
  expect(found(path, "recommended").names).toEqual(["liba.so.1", "libb.so.1", "libd.so.1", "player"]);
  expect(found(path, "suggested").names).toEqual([
    ...["liba.so.1", "libb.so.1", "libc1.so.1", "libd.so.1", "libe.so.1", "player"],
  ]);
});

test("the reason names the feature and the priority", () => {
  const path = player(`${work}/reason`, [note("liba.so.1", "suggested")], [{ name: "liba.so.1", notes: [] }]);
  const { collector } = found(path, "suggested");
  expect(collector.manifest.items.get(`${work}/reason/liba.so.1`)?.why).toEqual([
    { by: path, name: "liba.so.1", rule: "dlopen note, suggested: music" },
  ]);
});

test("of several names the first that is there counts", () => {
  const path = player(
    `${work}/names`,
    [note(["libnew.so.3", "libnew.so.2", "libnew.so.1"])],
    [
      { name: "libnew.so.1", notes: [] },
      { name: "libnew.so.2", notes: [] },
    ],
  );
  expect(found(path, "recommended").names).toEqual(["libnew.so.2", "player"]);
});

test("a single object is as good as a list, and one note may name several libraries", () => {
  const both = JSON.stringify([
    { soname: ["libb.so.1"] },
    { soname: "libc1.so.1", priority: "no such word" },
  ]);
  const path = player(
    `${work}/forms`,
    [JSON.stringify({ soname: "liba.so.1" }), both],
    ["liba.so.1", "libb.so.1", "libc1.so.1"].map((name) => ({ name, notes: [] })),
  );
  expect(found(path, "recommended").names).toEqual(["liba.so.1", "libb.so.1", "libc1.so.1", "player"]);
});

test("a required library that is absent is an error, a recommended one is told", () => {
  const required = player(`${work}/absent`, [note("libabsent.so.1", "required")], []);
  expect(() => found(required, "required")).toThrow(`the library "libabsent.so.1" that "${required}" opens`);
  const recommended = player(`${work}/optional`, [note("libabsent.so.1")], []);
  expect(found(recommended, "suggested").collector.notes).toEqual([
    `libraries that programs open where they can are not here: "libabsent.so.1" (music of "${recommended}")`,
  ]);
});

test("notes of other owners and types say nothing", () => {
  const collector = new Collector({ searchPath: "" });
  expect(notesOf(collector, "/bin/sh")).toEqual([]);
});

test("notes that are no JSON, or that run past their end, are errors that name the file", () => {
  const garbage = player(`${work}/garbage`, ["{not json"], []);
  expect(() => found(garbage, "required")).toThrow(`the dlopen notes of "${garbage}"`);
  const long = player(`${work}/long`, [note("liba.so.1")], []);
  const at = readFileSync(long).indexOf("FDO\0") - 8;
  const fd = openSync(long, "r+");
  writeSync(fd, new Uint8Array([255, 255, 255, 127]), 0, 4, at);
  closeSync(fd);
  expect(() => found(long, "required")).toThrow(`Cannot read "${long}"`);
});
