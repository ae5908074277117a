/** Trees as cpio archives, judged by cpio(1) and bsdtar(1). That the kernel takes them: ../heavy/initramfs.test.ts. */
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeArchive } from "../../rootfs-tools/archive/archive.ts";
import type { ArchiveForm } from "../../rootfs-tools/archive/forms.ts";
import type { Node } from "../../rootfs-tools/layout/node.ts";
import { asRoot, run, withCommand, workspace } from "./fixtures.ts";
import { copied, directory, everything, file, twin } from "./nodes.ts";
import { expectedOf, stateOf } from "./state.ts";

const work = workspace();
let count = 0;
const WITHOUT = { attributes: () => true };

async function write(nodes: readonly Node[], form: ArchiveForm = "cpio"): Promise<string> {
  const target = join(work, `${++count}.${form}`);
  await writeArchive(nodes, { form, target });
  return target;
}

/** Runs a command with a file as its input, in a fresh directory, which is returned. */
function unpack(command: readonly string[], archive: string): string {
  const cwd = join(work, `tree${++count}`);
  mkdirSync(cwd);
  const { exitCode, stderr } = Bun.spawnSync([...command], { cwd, stdin: Bun.file(archive) });
  if (exitCode !== 0) throw new Error(`${command.join(" ")}: ${stderr}`);
  return cwd;
}

test("an archive with a program for the kernel to start needs no word", async () => {
  const nodes = [directory("/"), file("/init", "#!/bin/sh", { mode: 0o755 })];
  const target = join(work, "initramfs");
  expect((await writeArchive(nodes, { form: "cpio.gz", target })).notes).toEqual([]);
});

const asRootWith = (command: string) => (Bun.which(command) === null ? withCommand(command) : asRoot);

asRootWith("cpio")("GNU cpio unpacks everything as it was but attributes", async () => {
  const nodes = everything();
  const tree = unpack(["cpio", "--quiet", "-idm"], await write(nodes));
  // It sets no times of links, and those of directories before it fills them.
  const without = { ...WITHOUT, times: (type: string) => type === "link" || type === "directory" };
  expect(stateOf(tree, without)).toEqual(expectedOf(nodes, without));
});

asRootWith("bsdtar")("bsdtar unpacks everything as it was but attributes", async () => {
  const nodes = everything();
  const tree = unpack(["bsdtar", "-xpf", "-", "--numeric-owner"], await write(nodes));
  const [found, expected] = [stateOf(tree, WITHOUT), expectedOf(nodes, WITHOUT)];
  for (const all of [found, expected]) delete all.get("/")?.seconds;
  expect(found).toEqual(expected);
});

const COMPRESSED = [
  { form: "cpio.gz", check: ["gzip", "-t"], unpack: ["gzip", "-dc"] },
  { form: "cpio.zst", check: ["zstd", "-qt"], unpack: ["zstd", "-qdc"] },
] as const;
for (const { form, check, unpack } of COMPRESSED) {
  withCommand(check[0])(`${form} is the same archive, compressed`, async () => {
    const packed = await write(everything(), form);
    const plain = readFileSync(await write(everything()));
    run([...check, packed]);
    expect(Bun.spawnSync([...unpack, packed]).stdout.equals(plain)).toBe(true);
  });
}

withCommand("cpio")("the content of a file with several names stands once, with the last", async () => {
  const shared = file("/a", "content");
  const nodes = [directory("/"), shared, twin("/b", shared), twin("/c", shared)];
  const archive = await write(nodes);
  const listed = Bun.spawnSync(["cpio", "--quiet", "-tvn"], { stdin: Bun.file(archive) }).stdout.toString();
  const facts = listed
    .trim()
    .split("\n")
    .map((line) => line.split(/\s+/));
  expect(facts.map((words) => [words[1], words[4], words.at(-1)])).toEqual([
    ["2", "0", "."],
    ["3", "0", "a"],
    ["3", "0", "b"],
    ["3", "7", "c"],
  ]);
});

test("what cpio cannot hold is told, with a path", async () => {
  const early = file("/early", "e", { mtimeNs: -1n });
  const { notes } = await writeArchive([...everything(), early], {
    form: "cpio",
    target: join(work, "told"),
  });
  expect(notes).toEqual([
    'cpio cannot hold all extended attributes, such as ACLs and capabilities: "/bin/capable" and 3 more',
    'cpio cannot hold times that early or late: "/early"',
    "there is no /init: a kernel that boots from this archive alone starts nothing",
  ]);
});

test("a file of 4 GiB is refused by its name before anything is written", async () => {
  const big = join(work, "big");
  run(["truncate", "-s", "4G", big]);
  const target = join(work, "refused.cpio");
  const writing = writeArchive([copied("/usr/share/big", big)], { form: "cpio", target });
  await expect(writing).rejects.toMatchObject({
    message: 'Cannot put "/usr/share/big" into a cpio archive',
    details: { cause: "it has 4294967296 bytes; the format holds files under 4 GiB" },
  });
  expect(existsSync(target)).toBe(false);
});
