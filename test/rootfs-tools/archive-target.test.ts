/** Where archives go, and what becomes of the target where they fail. */
import { describe, expect, test } from "bun:test";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { writeArchive } from "../../rootfs-tools/archive/archive.ts";
import { type ArchiveForm, FORMS, formFor } from "../../rootfs-tools/archive/forms.ts";
import type { Node } from "../../rootfs-tools/layout/node.ts";
import { run, workspace } from "./fixtures.ts";
import { copied, directory, everything, file } from "./nodes.ts";
import { stateOf } from "./state.ts";

const work = workspace();
let count = 0;
const fresh = (): string => {
  const home = join(work, `${++count}`);
  mkdirSync(home);
  return home;
};

const STREAMS = ["tar", "tar.gz", "tar.zst", "cpio", "cpio.gz", "oci", "oci-archive", "docker"] as const;
const write = (target: string, nodes: readonly Node[], form: ArchiveForm = "tar") =>
  writeArchive(nodes, { form, target, image: {} });
const refusal = (writing: Promise<unknown>) =>
  writing.then(
    () => "it was written",
    ({ message, details }) => ({ message, ...details }),
  );

/** A source that is not what it was when it was looked at. */
const SOURCES: readonly (readonly [what: string, make: (path: string) => void, cause: string])[] = [
  ["is shorter", (path) => writeFileSync(path, "abc"), "it changed while it was read"],
  ["is longer", (path) => writeFileSync(path, "a".repeat(5000)), "it changed while it was read"],
  ["is empty", (path) => writeFileSync(path, ""), "it changed while it was read"],
  ["is gone", () => {}, "no such file or directory"],
  ["is a FIFO", (path) => run(["mkfifo", path]), "it is no regular file any more"],
  ["is a directory", (path) => mkdirSync(path), "it is no regular file any more"],
  ["is a link", (path) => symlinkSync("/dev/zero", path), "it became a link meanwhile"],
];
for (const [what, make, cause] of SOURCES) {
  test(`a file that ${what} by now ends it by its name, and the target stays`, async () => {
    for (const form of STREAMS) {
      const home = fresh();
      const source = join(home, "source");
      make(source);
      const target = join(home, "target");
      if (form !== "oci") writeFileSync(target, "before");
      const before = readdirSync(home);
      const nodes = [...everything(), { ...file("/f", ""), size: 1000, content: source }];
      const { message, cause: why } = (await refusal(write(target, nodes, form))) as Record<string, string>;
      expect(message).toBe(`Cannot read "${source}"`);
      expect(why).toContain(cause);
      expect(readdirSync(home)).toEqual(before);
      if (form !== "oci") expect(readFileSync(target, "utf8")).toBe("before");
    }
    expect(readdirSync(work).filter((name) => name.startsWith("."))).toEqual([]);
  });
}

describe("a target that is", () => {
  const small = [directory("/")];

  test("a directory, a FIFO or a device is refused and stays", async () => {
    const home = fresh();
    run(["mkfifo", join(home, "fifo")]);
    expect(await refusal(write(home, small))).toMatchObject({ cause: "it is a directory" });
    for (const target of [join(home, "fifo"), "/dev/null"]) {
      expect(await refusal(write(target, small))).toMatchObject({ cause: "it is no regular file" });
    }
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
    expect(await refusal(write("/dev/null", small, "oci"))).toMatchObject({ cause: "it is no directory" });
  });

  test("in no directory is refused by its name", async () => {
    const target = join(fresh(), "absent/x.tar");
    expect(await refusal(write(target, small))).toMatchObject({
      message: `Cannot write "${target}"`,
      errno: "ENOENT",
    });
  });

  test("a link to a file stays one, and the file is replaced", async () => {
    const home = fresh();
    writeFileSync(join(home, "real"), "before");
    symlinkSync("real", join(home, "link"));
    await write(join(home, "link"), small);
    expect(lstatSync(join(home, "link")).isSymbolicLink()).toBe(true);
    expect(run(["tar", "-tf", join(home, "real")])).toBe("./\n");
    symlinkSync("absent", join(home, "dangling"));
    expect(await refusal(write(join(home, "dangling"), small))).toMatchObject({
      cause: "it is a link that leads nowhere",
    });
  });

  test("a terminal is refused", async () => {
    const script = `import { writeArchive } from "${import.meta.dir}/../../rootfs-tools/archive/archive.ts";
      await writeArchive([], { form: "tar", target: "-" }).catch(({ message }) => process.stderr.write(message));`;
    const said: Uint8Array[] = [];
    const child = Bun.spawn([process.execPath, "-e", script], {
      terminal: { cols: 80, rows: 24, data: (_, bytes) => said.push(bytes) },
    });
    await child.exited;
    expect(Buffer.concat(said).toString()).toBe("Cannot write an archive to a terminal");
  });
});

test("a new file has the rights that the umask leaves", async () => {
  const target = join(fresh(), "x.tar");
  const script = `import { writeArchive } from "${import.meta.dir}/../../rootfs-tools/archive/archive.ts";
    process.umask(0o027);
    await writeArchive([], { form: "tar", target: "${target}" });`;
  run([process.execPath, "-e", script]);
  expect(statSync(target).mode & 0o777).toBe(0o640);
});

test("standard output gets the same bytes as a file, in every form that can go there", async () => {
  const forms = (Object.keys(FORMS) as (keyof typeof FORMS)[]).filter((form) => FORMS[form].streams);
  expect(forms.length).toBe(8);
  for (const form of forms as ArchiveForm[]) {
    const target = join(fresh(), "file");
    await write(target, everything(), form);
    const script = `import { writeArchive } from "${import.meta.dir}/../../rootfs-tools/archive/archive.ts";
      import { everything } from "${import.meta.dir}/nodes.ts";
      await writeArchive(everything(), { form: "${form}", target: "-", image: {} });`;
    const { stdout, exitCode } = Bun.spawnSync([process.execPath, "-e", script], {
      env: { TMPDIR: fresh() },
    });
    expect(exitCode).toBe(0);
    expect(stdout.equals(readFileSync(target))).toBe(true);
  }
});

test("a reader that goes away is an error, and so is a full disk", async () => {
  const script = `import { writeArchive } from "${import.meta.dir}/../../rootfs-tools/archive/archive.ts";
    import { file } from "${import.meta.dir}/nodes.ts";
    const nodes = [file("/a", "a".repeat(3_000_000))];
    const done = writeArchive(nodes, { form: process.argv[1], target: "-" });
    console.error(await done.then(() => "written", ({ message, details }) => message + ": " + details.errno));`;
  for (const form of ["tar", "tar.gz"]) {
    const noise = form === "tar" ? script : script.replace('"a".repeat(3_000_000)', "NOISE");
    const body = noise.replace("NOISE", 'Array.from({ length: 300_000 }, Math.random).join("")');
    const piped = (shell: string) =>
      Bun.spawnSync(["bash", "-c", shell, process.execPath, body, form]).stderr.toString();
    expect(piped('"$0" -e "$1" "$2" | head -c 1 >/dev/null')).toBe(
      "Cannot write to standard output: EPIPE\n",
    );
    expect(piped('"$0" -e "$1" "$2" >/dev/full')).toBe("Cannot write to standard output: ENOSPC\n");
  }
});

const snapshot = (path: string) => stateOf(path, { attributes: () => true });

test("what killed runs left goes with the next one, and the target was whole at any time", async () => {
  const home = fresh();
  const big = join(work, "noise");
  run(["sh", "-c", `head -c 40M /dev/urandom >${big}`]);
  for (const form of ["tar.gz", "oci", "oci-archive"] as const) {
    const target = join(home, form);
    const old = await write(target, [file("/old", "old")], form);
    const before = new Map([...snapshot(home)].filter(([path]) => path !== "/"));
    const script = `import { writeArchive } from "${import.meta.dir}/../../rootfs-tools/archive/archive.ts";
      import { copied } from "${import.meta.dir}/nodes.ts";
      let told = 0;
      const progress = (bytes) => { if (bytes > 10e6 && !told++) console.log("halfway"); };
      const nodes = [copied("/big", "${big}")];
      await writeArchive(nodes, { form: "${form}", target: "${target}", image: {}, progress });`;
    const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe" });
    for await (const _ of child.stdout) break;
    child.kill("SIGKILL");
    await child.exited;
    expect(child.signalCode).toBe("SIGKILL");
    const after = snapshot(home);
    for (const [path, state] of before) expect(after.get(path)).toEqual(state);
    expect(await write(target, [file("/old", "old")], form)).toEqual(old);
  }
  const left = [...readdirSync(home), ...readdirSync(work)].filter((name) => name.startsWith("."));
  expect(left).toEqual([]);
  expect(existsSync(big)).toBe(true);
});

describe("the form of a target", () => {
  test.each([
    ["x.tar", "tar"],
    ["x.tar.gz", "tar.gz"],
    ["dir/x.tgz", "tar.gz"],
    ["x.tar.zst", "tar.zst"],
    ["x.oci", "oci"],
    ["x.oci.tar", "oci-archive"],
    ["x.docker.tar", "docker"],
    ["x.cpio", "cpio"],
    ["x.cpio.gz", "cpio.gz"],
    ["x.cpio.zst", "cpio.zst"],
    ["x.squashfs", "squashfs"],
    ["x.sqfs", "squashfs"],
    ["x.erofs", "erofs"],
    ["x", "directory"],
    ["x.tar/", "directory"],
    [".tar", "directory"],
    ["-", "tar"],
  ])("%s is %s", (target, form) => {
    expect<string>(formFor(target)).toBe(form);
  });

  test("is what was asked for, whatever the name is", () => {
    expect(formFor("x.tar", "cpio.gz")).toBe("cpio.gz");
    expect(formFor("-", "docker")).toBe("docker");
  });

  test("that does not exist, or cannot be standard output, is refused", () => {
    expect(() => formFor("x", "zip")).toThrow('Invalid "--output zip": there is no such form');
    for (const form of ["directory", "oci", "squashfs", "erofs"]) {
      expect(() => formFor("-", form)).toThrow(`The form "${form}" cannot be written to standard output`);
    }
  });
});

test("progress tells more and more bytes, up to all of the archive", async () => {
  const told: number[] = [];
  const nodes = [directory("/"), copied("/a", process.execPath)];
  const target = join(fresh(), "x.tar");
  const { bytes } = await writeArchive(nodes, { form: "tar", target, progress: (done) => told.push(done) });
  expect(told.length).toBeGreaterThan(10);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect(told.at(-1)).toBe(bytes);
});
