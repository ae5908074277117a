/** Trees as images of file systems, judged by the kernel that mounts them. */
import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { writeArchive } from "../../rootfs-tools/archive/archive.ts";
import type { Node } from "../../rootfs-tools/layout/node.ts";
import { run, workspace } from "./fixtures.ts";
import { directory, everything, file, link, TIME } from "./nodes.ts";
import { expectedOf } from "./state.ts";

const work = workspace();
let count = 0;
const fresh = (): string => join(work, `${++count}`);

const FORMS = ["squashfs", "erofs"] as const;
type Form = (typeof FORMS)[number];
const TOOLS = { squashfs: "sqfstar", erofs: "mkfs.erofs" } as const;

const readsTar =
  Bun.which("mkfs.erofs") !== null && run(["sh", "-c", "mkfs.erofs --help 2>&1 || true"]).includes("--tar=");

/** What keeps a test of `form` from running, "" where nothing does. */
function lackFor(form: Form): string {
  if (process.getuid?.() !== 0) return "needs root";
  if (Bun.which(TOOLS[form]) === null) return `needs ${TOOLS[form]}`;
  return readFileSync("/proc/filesystems", "utf8").includes(`\t${form}\n`) ? "" : `no ${form} in this kernel`;
}

const when = (lack: string, name: string, body: () => Promise<void>) =>
  test.skipIf(lack !== "")(lack === "" ? name : `${name} (skipped: ${lack})`, body, 30_000);

/** GNU tar alone reads an attribute's name with a "=" as it was. */
const isOdd = (name: string): boolean => name.includes("=");

/** One of everything that the installed tools can hold. */
function nodesFor(form: Form): Node[] {
  const nodes = everything().map((each) => ({
    ...each,
    attributes: each.attributes.filter(([name]) => !isOdd(name)),
  }));
  // The mkfs.erofs that reads directories takes no names of 255 bytes.
  if (form === "erofs") return nodes.filter(({ path }) => readsTar || !path.startsWith("/nnn"));
  // Squashfs-tools complain of minor numbers over 255, and write them all the same.
  return nodes.map((each) => (each.type === "block" ? { ...each, device: [7, 200] } : each));
}

const asText = (_: string, value: unknown) => (typeof value === "bigint" ? `${value}` : value);

/** The state of an image that is mounted, told by a process in a mount namespace of its own. */
function mounted(form: Form, image: string): unknown {
  const script = `import { stateOf } from "${import.meta.dir}/state.ts";
    const asText = ${asText};
    console.log(JSON.stringify([...stateOf(process.argv[1])], asText));`;
  const point = fresh();
  mkdirSync(point);
  const loop = form === "squashfs" ? "-o loop" : "";
  const shell = `mount -t ${form} ${loop} "$1" "$2"; exec "$3" -e "$4" "$2"`;
  return JSON.parse(run(["unshare", "-m", "sh", "-ec", shell, "sh", image, point, process.execPath, script]));
}

/** What should be found there. */
function expected(form: Form, nodes: readonly Node[]): unknown {
  const isLost = (name: string) => form === "squashfs" && !/^(user|trusted|security)\./.test(name);
  return JSON.parse(JSON.stringify([...expectedOf(nodes, { attributes: isLost })], asText));
}

async function write(form: Form, nodes: readonly Node[] = nodesFor(form)) {
  const target = `${fresh()}.${form}`;
  return { target, ...(await writeArchive(nodes, { form, target })) };
}

/** Writes in a process of its own, whose PATH is `path` alone, as `user`. Returns what it got or threw. */
function writeElsewhere(form: Form, target: string, path: string, user = 0, nodes = SMALL) {
  const script = `import { writeArchive } from "${import.meta.dir}/../../rootfs-tools/archive/archive.ts";
    import * as make from "${import.meta.dir}/nodes.ts";
    const { directory, file, node } = make;
    const done = writeArchive(${nodes}, { form: "${form}", target: "${target}" });
    console.log(JSON.stringify(await done.catch(({ message, details }) => ({ message, ...details }))));`;
  const as = ["setpriv", `--reuid=${user}`, `--regid=${user}`, "--clear-groups"];
  return JSON.parse(
    run([...(user === 0 ? [] : as), process.execPath, "-e", script], { env: { PATH: path } }),
  );
}
const SMALL = '[directory("/"), file("/a", "a".repeat(3_000_000))]';

/** A directory with programs of that name and content, as a PATH. */
function pathWith(programs: Readonly<Record<string, string>>): string {
  const path = fresh();
  mkdirSync(path);
  for (const [name, content] of Object.entries(programs)) {
    writeFileSync(join(path, name), `#!/bin/sh\n${content}\n`);
    chmodSync(join(path, name), 0o755);
  }
  return path;
}

describe.each(FORMS)("%s", (form) => {
  when(lackFor(form), "the kernel mounts an image with everything as it was", async () => {
    const nodes = nodesFor(form);
    const { target, notes } = await write(form, nodes);
    expect(mounted(form, target)).toEqual(expected(form, nodes));
    expect(notes).toEqual(
      form === "squashfs"
        ? ['squashfs cannot hold all extended attributes, such as ACLs and capabilities: "/acl" and 1 more']
        : readsTar
          ? []
          : ["mkfs.erofs reads directories only: a temporary one was made"],
    );
  });

  when(lackFor(form), "long links that lead from the root keep their slash", async () => {
    const nodes = [directory("/"), link("/long", `/${"l".repeat(200)}`), link("/ü", "/ü")];
    expect(mounted(form, (await write(form, nodes)).target)).toEqual(expected(form, nodes));
  });

  when(
    lackFor(form),
    "two builds are equal to the byte, and the image is as old as its newest file",
    async () => {
      const [one, other] = [await write(form), await write(form)].map(({ target }) => readFileSync(target));
      expect(one!.equals(other!)).toBe(true);
      // The time in the superblock: of squashfs in its third word, of erofs 24 bytes after its beginning.
      const built = form === "squashfs" ? one!.readUInt32LE(8) : Number(one!.readBigUInt64LE(1024 + 24));
      expect(built).toBe(TIME);
    },
  );

  test("a tool that is not there is named, with its package", () => {
    const target = fresh();
    expect(writeElsewhere(form, target, "/nonexistent")).toMatchObject({
      message: `Cannot make a ${form} image`,
      cause: `${TOOLS[form]} is not installed`,
      hint: `It comes with the package ${{ squashfs: "squashfs-tools", erofs: "erofs-utils" }[form]}`,
      code: "missing-tool",
    });
  });

  test.each(["exit 9", "head -c 100000 >/dev/null; exit 9", "cat >/dev/null; exit 9"])(
    "a tool that fails is quoted, and the target stays (%s)",
    (how) => {
      const home = fresh();
      mkdirSync(home);
      const target = join(home, "target");
      writeFileSync(target, "before");
      const asked = 'case "$*" in *-version) echo version 4.6;; *--help) echo --tar=;; *)';
      const path = pathWith({
        [TOOLS[form]]: `PATH=/bin:/usr/bin; ${asked} echo disk full >&2; ${how};; esac`,
      });
      expect(writeElsewhere(form, target, path)).toMatchObject({
        message: `${join(path, TOOLS[form])} failed (status 9)`,
        cause: "disk full",
        code: "tool-failed",
      });
      expect(readFileSync(target, "utf8")).toBe("before");
      expect(readdirSync(home)).toEqual(["target"]);
      expect(readdirSync(work).filter((name) => name.startsWith("."))).toEqual([]);
    },
  );
});

when(lackFor("squashfs"), "mksquashfs makes the same image where there is no sqfstar", async () => {
  const path = fresh();
  mkdirSync(path);
  symlinkSync(Bun.which("mksquashfs")!, join(path, "mksquashfs"));
  const [one, other] = [fresh(), fresh()];
  for (const [target, where] of [
    [one, path],
    [other, process.env["PATH"]!],
  ] as const)
    expect(writeElsewhere("squashfs", target, where)).toMatchObject({ notes: [] });
  expect(readFileSync(one).equals(readFileSync(other))).toBe(true);
});

const DAY = 86_400n * 1_000_000_000n;

when(lackFor("erofs"), "an erofs image keeps times after 2106, and begins with 1970", async () => {
  const nodes = [
    directory("/"),
    file("/late", "l", { mtimeNs: 99_000n * DAY }),
    file("/early", "e", { mtimeNs: -DAY }),
  ];
  const { target, notes } = await write("erofs", nodes);
  expect(notes[0]).toBe('erofs cannot hold times that early or late: "/early"');
  const kept = nodes.map((node) => (node.path === "/early" ? { ...node, mtimeNs: 0n } : node));
  expect(mounted("erofs", target)).toEqual(expected("erofs", kept));
});

test("a mksquashfs that is too old is told by its version", () => {
  const path = pathWith({ mksquashfs: "echo mksquashfs version 4.4 '(2019/08/29)'" });
  expect(writeElsewhere("squashfs", fresh(), path)).toMatchObject({
    cause: `${path}/mksquashfs is version 4.4, which reads no tar archives`,
    hint: "It takes squashfs-tools 4.5 or newer",
  });
});

/** A directory that an ordinary user can write in. */
function forNobody(): string {
  const home = fresh();
  mkdirSync(home);
  chmodSync(work, 0o755);
  chownSync(home, 65534, 65534);
  return join(home, "image");
}

when(lackFor("erofs"), "an ordinary user makes an erofs image whose files have one owner", async () => {
  const target = forNobody();
  const nodes = '[directory("/"), file("/a", "a", { mode: 0o600 })]';
  const notes = readsTar ? [] : ["mkfs.erofs reads directories only: a temporary one was made"];
  expect(writeElsewhere("erofs", target, process.env["PATH"]!, 65534, nodes)).toMatchObject({ notes });
  const made = [directory("/"), file("/a", "a", { mode: 0o600 })];
  expect(mounted("erofs", target)).toEqual(expected("erofs", made));
});

const old = readsTar ? "this mkfs.erofs reads tar archives" : lackFor("erofs");
when(old, "an ordinary user is told what mkfs.erofs cannot keep on the way through a directory", async () => {
  const target = forNobody();
  const asNobody = (nodes: string) => writeElsewhere("erofs", target, process.env["PATH"]!, 65534, nodes);
  const hint = "erofs-utils 1.7 or newer needs none of that";
  expect(asNobody('[directory("/"), file("/a", "a", { uid: 1 })]')).toMatchObject({
    cause: "mkfs.erofs reads directories only, and an ordinary user can give no files away",
    hint,
  });
  expect(asNobody('[directory("/"), node("/null", "character", 0o666, { device: [1, 3] })]')).toMatchObject({
    cause: 'mkfs.erofs reads directories only, and only root can make the device "/null" in one',
    hint,
  });
  expect(asNobody('[directory("/"), file("/su", "s", { mode: 0o4755 })]')).toMatchObject({
    cause: 'mkfs.erofs reads directories only, which cannot keep all of "/su"',
    hint,
  });
  expect(readdirSync(join(target, ".."))).toEqual([]);
});
