/** Files that a person adds to a tree by name. */
import { expect, test } from "bun:test";
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import type { Addition } from "../../rootfs-tools/collect/add.ts";
import { assemble } from "./contents.ts";
import { asRoot, inside, library, program, run, runpath, workspace } from "./fixtures.ts";

const work = workspace();
const home = `${work}/home`;
let count = 0;

/** A tree with these things in it. */
async function tree(add: readonly Addition[], programs: readonly string[] = [], root = "") {
  const directory = `${work}/tree${++count}`;
  const collector = await assemble(directory, programs, { add }, root);
  return { directory, collector };
}

const failure = (add: readonly Addition[], root = ""): Promise<string> =>
  tree(add, [], root).then(
    () => "",
    (error) => error.message,
  );

mkdirSync(`${home}/data/deep/empty`, { recursive: true });
writeFileSync(`${home}/data/one`, "1");
writeFileSync(`${home}/data/deep/two`, "22");
writeFileSync(`${home}/data/a:b`, "colon");
symlinkSync("deep/two", `${home}/data/link`);
symlinkSync("/absent/thing", `${home}/data/dangling`);
linkSync(`${home}/data/one`, `${home}/data/twin`);
symlinkSync("data", `${home}/way`);
run(["mkfifo", `${home}/data/fifo`]);

/** Every path below a directory with what it is; the times of files alone, as a tree's own are the newest of these. */
const listing = (directory: string): string[] =>
  run(["find", ".", "-type", "f", "-printf", "%P %m %s %T@\\n", "-o", "-printf", "%P %y %m %l\\n"], {
    cwd: directory,
  })
    .split("\n")
    .sort();

test("a file, a directory with all in it, links, a FIFO keep their places", async () => {
  const { directory } = await tree([{ source: `${home}/data` }]);
  expect(listing(`${directory}${home}/data`)).toEqual(listing(`${home}/data`));
  expect(statSync(`${directory}${home}/data/one`).nlink).toBe(2);
});

test("a link on the way stays one, and what it leads to is there", async () => {
  const { directory } = await tree([{ source: `${home}/way/link` }]);
  expect(readlinkSync(`${directory}${home}/way`)).toBe("data");
  expect(readlinkSync(`${directory}${home}/data/link`)).toBe("deep/two");
  expect(readFileSync(`${directory}${home}/way/link`, "utf8")).toBe("22");
});

test("with a destination things stand there, in a directory where it ends in a slash", async () => {
  const { directory } = await tree([
    { source: `${home}/data/one`, destination: "/etc/first" },
    { source: `${home}/data/one`, destination: "/opt/" },
    { source: `${home}/data`, destination: "/srv/" },
    { source: `${home}/data/`, destination: "/copy" },
    { source: `${home}/data/a:b`, destination: "/" },
    { source: `${home}/data/link`, destination: "/opt//./file" },
  ]);
  expect(readFileSync(`${directory}/etc/first`, "utf8")).toBe("1");
  expect(readFileSync(`${directory}/opt/one`, "utf8")).toBe("1");
  expect(readFileSync(`${directory}/a:b`, "utf8")).toBe("colon");
  expect(lstatSync(`${directory}/opt/file`).isFile()).toBe(true);
  const files = (path: string) => listing(path).slice(1);
  expect(files(`${directory}/copy`)).toEqual(files(`${home}/data`));
  expect(files(`${directory}/srv/data`)).toEqual(files(`${home}/data`));
});

test("what a directory holds goes to the top where the source ends in /.", async () => {
  const { directory } = await tree([{ source: `${home}/data/.`, destination: "/" }]);
  expect(readdirSync(directory).sort()).toEqual(readdirSync(`${home}/data`).sort());
});

asRoot("a program that is added brings its libraries, and a place in /bin is one in /usr/bin", async () => {
  const lib = library(`${work}/own/libown.so`, { soname: "libown.so" });
  const path = program(`${work}/own/p`, { needs: [lib], flags: runpath(`${work}/own`) });
  const { directory } = await tree([{ source: path, destination: "/bin/" }], ["/bin/bash"]);
  expect(lstatSync(`${directory}/bin`).isSymbolicLink()).toBe(lstatSync("/bin").isSymbolicLink());
  expect(inside(directory, "/bin/p && echo ran")).toBe("ran\n");
});

asRoot("devices are added as they are", async () => {
  const { directory } = await tree([
    { source: "/dev/null" },
    { source: "/dev/zero", destination: "/dev/other" },
  ]);
  const about = (path: string) => run(["stat", "-c", "%F %t %T %a", path]);
  expect(about(`${directory}/dev/null`)).toBe(about("/dev/null"));
  expect(about(`${directory}/dev/other`)).toBe(about("/dev/zero"));
});

test("what is added to a place is there in the stead of what else would be", async () => {
  const own = { source: `${home}/data/one`, destination: "/usr/share/doc/tar/copyright" };
  const directory = `${work}/stead`;
  const collector = await assemble(directory, ["tar"], { withPackages: true, add: [own] });
  expect(readFileSync(`${directory}${own.destination}`, "utf8")).toBe("1");
  const reasons = collector.manifest.items.get(own.destination)?.why.map(({ rule }) => rule);
  expect(reasons).toEqual(["--add"]);
});

test("with another system's root a source alone is of that system, and with a destination the caller's", async () => {
  const root = `${work}/system`;
  mkdirSync(`${root}/etc`, { recursive: true });
  mkdirSync(`${root}/usr/bin`, { recursive: true });
  symlinkSync("usr/bin", `${root}/bin`);
  writeFileSync(`${root}/etc/motd`, "theirs");
  symlinkSync("/etc/motd", `${root}/etc/link`);
  const { directory, collector } = await tree(
    [
      { source: "/etc/link" },
      { source: `${home}/data`, destination: "/data" },
      { source: `${home}/data/one`, destination: "/bin/one" },
      { source: "/bin/true", destination: "/opt/" },
    ],
    [],
    root,
  );
  expect(readFileSync(`${directory}/etc/motd`, "utf8")).toBe("theirs");
  expect(readlinkSync(`${directory}/etc/link`)).toBe("/etc/motd");
  expect(listing(`${directory}/data`).slice(1)).toEqual(listing(`${home}/data`).slice(1));
  expect(readlinkSync(`${directory}/bin`)).toBe("usr/bin");
  expect(readFileSync(`${directory}/usr/bin/one`, "utf8")).toBe("1");
  expect(existsSync(`${directory}/opt/true`)).toBe(true);
  expect(collector.notes.join()).toContain("its libraries were not looked for");
  expect(await failure([{ source: `${home}/data` }], root)).toBe(`Cannot add "${home}/data"`);
});

test("what is not there, and places that are none, are errors that name them", async () => {
  expect(await failure([{ source: "/absent" }])).toBe('Cannot add "/absent"');
  expect(await failure([{ source: "/absent", destination: "/x" }])).toBe('Cannot add "/absent"');
  const as = (destination: string) => failure([{ source: `${home}/data/one`, destination }]);
  expect(await as("etc/x")).toContain("begins with a slash");
  expect(await as("/etc/../../x")).toContain('holds no ".."');
  expect(await failure([{ source: `${home}/data/one/.`, destination: "/" }])).toContain(
    `Cannot add "${home}`,
  );
  expect(await failure([{ source: "" }])).toContain("--add wants a SRC");
});
