/** Trees as tar archives, judged by those who read them. */
import { expect, test } from "bun:test";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeArchive } from "../../rootfs-tools/archive/archive.ts";
import type { ArchiveForm } from "../../rootfs-tools/archive/forms.ts";
import type { Node } from "../../rootfs-tools/layout/node.ts";
import { asRoot, run, withCommand, workspace } from "./fixtures.ts";
import { copied, directory, everything, file, link } from "./nodes.ts";
import { expectedOf, stateOf } from "./state.ts";

const work = workspace();
let count = 0;

async function write(nodes: readonly Node[], form: ArchiveForm = "tar"): Promise<string> {
  const target = join(work, `${++count}.${form}`);
  await writeArchive(nodes, { form, target });
  return target;
}

const fresh = (): string => {
  const path = join(work, `tree${++count}`);
  mkdirSync(path);
  return path;
};

const GNU = ["--xattrs", "--xattrs-include=*", "--acls", "--numeric-owner"];

asRoot("GNU tar unpacks everything as it was", async () => {
  const nodes = everything();
  const tree = fresh();
  run(["tar", "-xf", await write(nodes), "-C", tree, ...GNU]);
  expect(stateOf(tree)).toEqual(expectedOf(nodes));
});

asRoot("GNU tar keeps ACLs also where it is asked for ACLs alone", async () => {
  const nodes = everything();
  const tree = fresh();
  run(["tar", "-xf", await write(nodes), "-C", tree, "--acls", "--numeric-owner"]);
  const without = { attributes: (name: string) => !name.startsWith("system.") };
  expect(stateOf(tree, without)).toEqual(expectedOf(nodes, without));
});

asRoot("GNU tar finds no difference between the archive and the tree it came from", async () => {
  const nodes = everything();
  const tree = fresh();
  const archive = await write(nodes);
  run(["tar", "-xf", archive, "-C", tree, ...GNU]);
  expect(run(["tar", "--compare", "-f", archive, "-C", tree, ...GNU])).toBe("");
});

const asRootWith = (command: string) => (Bun.which(command) === null ? withCommand(command) : asRoot);

asRootWith("bsdtar")("bsdtar unpacks everything as it was", async () => {
  const nodes = everything();
  const tree = fresh();
  run(["bsdtar", "-xpf", await write(nodes), "-C", tree, "--numeric-owner"]);
  // What GNU tar escapes in the name of an attribute, it alone reads.
  const without = { attributes: (name: string) => name.startsWith("user.a") };
  const [found, expected] = [stateOf(tree, without), expectedOf(nodes, without)];
  // It leaves the time of the directory that it unpacks into alone.
  for (const all of [found, expected]) delete all.get("/")?.seconds;
  expect(found).toEqual(expected);
});

withCommand("python3")("Python reads every name, link, type, id and time", async () => {
  const nodes = everything();
  const script = `import json, sys, tarfile
print(json.dumps([[m.name, m.type.decode(), m.mode, m.uid, m.gid, m.size, m.mtime, m.linkname, m.devmajor, m.devminor]
                  for m in tarfile.open(sys.argv[1], "r:")]))`;
  const members = JSON.parse(run(["python3", "-c", script, await write(nodes)]));
  const types = { file: "0", link: "2", character: "3", block: "4", directory: "5", fifo: "6" };
  const nameOf = (path: string) => (path === "/" ? "." : path.slice(1));
  expect(members).toEqual(
    nodes.map(({ path, type, mode, uid, gid, size, mtimeNs, target, twin, device = [0, 0] }) => [
      nameOf(path),
      twin === undefined ? types[type] : "1",
      mode,
      uid,
      gid,
      twin === undefined ? size : 0,
      Number(mtimeNs / 1_000_000_000n),
      twin === undefined ? (target ?? "") : nameOf(twin),
      ...device,
    ]),
  );
});

const SECONDS = 1_000_000_000n;

asRoot("times before 1970 and after 2242 are kept", async () => {
  const times = [-86_400n * SECONDS, -1n, 0n, 8n ** 11n * SECONDS, 7_258_118_400n * SECONDS];
  const nodes = [
    directory("/"),
    ...times.map((mtimeNs, index) => file(`/${index}`, "x", { mtimeNs })),
    file("/latest", "x", { mtimeNs: (8n ** 11n - 1n) * SECONDS }),
  ];
  const listed = run(["tar", "-tvf", await write(nodes), "--full-time", "--utc"]);
  expect(listed.split("\n").map((line) => / (\S+ [\d:.]+) \S+$/.exec(line)?.[1])).toEqual([
    "2020-09-13 12:26:40",
    "1969-12-31 00:00:00",
    "1969-12-31 23:59:59",
    "1970-01-01 00:00:00",
    "2242-03-16 12:56:32",
    "2200-01-01 00:00:00",
    "2242-03-16 12:56:31",
    undefined,
  ]);
});

test("paths at and over the edges of ustar come out whole", async () => {
  const lengths = [99, 100, 101, 155, 156, 200, 254, 255, 256, 257, 300];
  const nodes = [directory("/")];
  const names: string[] = [];
  for (const length of lengths) {
    for (const parts of [1, 2, 3]) {
      const each = Math.floor((length - parts + 1) / parts);
      const name = Array.from({ length: parts }, (_, index) => `${index}`.repeat(each)).join("/");
      const whole = name + "e".repeat(length - name.length);
      if (whole.split("/").some((part) => part.length > 255)) continue;
      names.push(whole);
      nodes.push(file(`/${whole}`, ""), directory(`/${whole}-d`), link(`/${whole}-l`, whole));
    }
  }
  const listed = run(["tar", "-tvf", await write(nodes)])
    .trim()
    .split("\n");
  const short = (line: string) => line.replace(/^.*? \d\d:\d\d /, "");
  expect(listed.map(short)).toEqual([
    "./",
    ...names.flatMap((name) => [name, `${name}-d/`, `${name}-l -> ${name}`]),
  ]);
});

const COMPRESSED = [
  { form: "tar.gz", check: ["gzip", "-t"], unpack: ["gzip", "-dc"] },
  { form: "tar.zst", check: ["zstd", "-qt"], unpack: ["zstd", "-qdc"] },
] as const;
for (const { form, check, unpack } of COMPRESSED) {
  withCommand(check[0])(`${form} is the same archive, compressed`, async () => {
    const packed = await write(everything(), form);
    const plain = readFileSync(await write(everything()));
    run([...check, packed]);
    expect(Bun.spawnSync([...unpack, packed]).stdout.equals(plain)).toBe(true);
  });
}

test("a gzip header holds neither name nor time", async () => {
  const header = readFileSync(await write([directory("/")], "tar.gz")).subarray(0, 10);
  expect([...header.subarray(0, 8)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
});

test("the same nodes give the same bytes, whatever the form", async () => {
  const forms = ["tar", "tar.gz", "tar.zst", "cpio", "cpio.gz", "cpio.zst"] as const;
  for (const form of forms) {
    const [one, other] = [await write(everything(), form), await write(everything(), form)];
    expect(readFileSync(one).equals(readFileSync(other))).toBe(true);
  }
});

test("the digest and size that are told are those of the file", async () => {
  for (const form of ["tar", "tar.gz", "cpio.zst"] as const) {
    const target = join(work, `told.${form}`);
    const { bytes, digest } = await writeArchive(everything(), { form, target });
    const [sum] = run(["sha256sum", target]).split(" ");
    expect({ bytes, digest }).toEqual({ bytes: Bun.file(target).size, digest: `sha256:${sum}` });
  }
});

test("a file of over 8 GiB is announced with its size", async () => {
  const { tarOf, tarSize } = await import("../../rootfs-tools/archive/tar.ts");
  const size = 9 * 2 ** 30;
  const big = { ...file("/big", ""), size };
  expect(tarSize([big])).toBeGreaterThan(size);
  const [header] = tarOf([big], { read: () => [] });
  const listed = Bun.spawnSync(["tar", "-tvf", "-"], { stdin: header! }).stdout.toString();
  expect(listed).toContain(` ${size} `);
});

test("a gigabyte goes through in little memory", async () => {
  const sparse = join(work, "sparse");
  run(["truncate", "-s", "1G", sparse]);
  const script = `import { writeArchive } from "${import.meta.dir}/../../rootfs-tools/archive/archive.ts";
    import { copied } from "${import.meta.dir}/nodes.ts";
    await writeArchive([copied("/big", "${sparse}")], { form: "tar", target: "-" });
    console.error(process.resourceUsage().maxRSS);`;
  const child = Bun.spawn(["sh", "-c", '"$0" -e "$1" | wc -c', process.execPath, script], {
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  expect(Number(out)).toBe(2 ** 30 + 3 * 512);
  expect(Number(err)).toBeLessThan(250_000);
}, 30_000);

test("content from the host and from memory is written alike", async () => {
  const text = readFileSync("/etc/passwd", "utf8");
  const bytes = (node: Node) => write([node]).then((path) => readFileSync(path));
  const fromHost = await bytes(copied("/p", "/etc/passwd", { mode: 0o644 }));
  expect(fromHost.equals(await bytes(file("/p", text)))).toBe(true);
});
