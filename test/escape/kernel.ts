/** A Debian kernel for the virtual machine, and its modules. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { hostProgram } from "../e2e/support.ts";

const below = (directory: string): string[] =>
  existsSync(directory) ? (readdirSync(directory, { recursive: true }) as string[]) : [];

const spawn = (argv: readonly string[], cwd: string) =>
  Bun.spawnSync([...argv], { cwd, stdin: null, stdout: "pipe", stderr: "pipe" });

/**
 * The newest package of that name: a file in the directory that `NSBOX_TEST_PACKAGES` names, or else what
 * apt-get would fetch; undefined where there is none.
 */
export function packageNamed(name: RegExp): { file?: string; fetched?: string } | undefined {
  const given = process.env["NSBOX_TEST_PACKAGES"];
  const newest = (names: readonly string[]) =>
    names
      .filter((candidate) => name.test(candidate))
      .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
      .at(-1);
  if (given !== undefined) {
    const file = newest(readdirSync(given));
    return file === undefined ? undefined : { file: join(given, file) };
  }
  if (hostProgram("apt-get") === undefined) return undefined;
  const fetched = newest(spawn(["apt-cache", "pkgnames"], "/").stdout.toString().split("\n"));
  return fetched === undefined ? undefined : { fetched };
}

/** Unpacks the newest package of that name below `folder`, installing nothing; returns where its files are. */
export function unpacked(name: RegExp, folder: string): string {
  const { file, fetched } = packageNamed(name) ?? {};
  mkdirSync(folder, { recursive: true });
  if (fetched !== undefined) checked(spawn(["apt-get", "download", fetched], folder));
  const archive =
    file ?? join(folder, readdirSync(folder).find((entry) => entry.endsWith(".deb")) ?? name.source);
  const tree = join(folder, "files");
  checked(spawn(["dpkg", "-x", archive, tree], folder));
  return tree;
}

function checked({ exitCode, stderr }: { exitCode: number; stderr: Uint8Array }): void {
  if (exitCode !== 0) throw new Error(new TextDecoder().decode(stderr));
}

const XZ = new Uint8Array([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]);

/** The kernel inside a compressed one: unpacking itself takes an emulated machine ten seconds. */
export function uncompressed(image: string): string {
  const bytes = readFileSync(image);
  const start = bytes.indexOf(XZ);
  if (start < 0 || hostProgram("xz") === undefined) return image;
  // What follows the compressed part is no mistake of ours.
  const { stdout } = Bun.spawnSync(["xz", "-dc", "--single-stream"], {
    stdin: bytes.subarray(start),
    stderr: "ignore",
    maxBuffer: 1 << 28,
  });
  if (stdout.length === 0) return image;
  const plain = `${image}.plain`;
  writeFileSync(plain, stdout);
  return plain;
}

/** The files of `names` and all that they need, in the order to load them. */
export function modulesInOrder(directory: string, names: readonly string[]): string[] {
  const files = new Map(
    below(directory)
      .filter((file) => file.endsWith(".ko"))
      .map((file) => [basename(file, ".ko").replaceAll("-", "_"), join(directory, file)]),
  );
  const order: string[] = [];
  const visit = (name: string): void => {
    const file = files.get(name.replaceAll("-", "_"));
    // What is no module is built in.
    if (file === undefined || order.includes(file)) return;
    const needs = /\0depends=([^\0]*)\0/.exec(readFileSync(file, "latin1"))?.[1] ?? "";
    for (const needed of needs.split(",").filter(Boolean)) visit(needed);
    order.push(file);
  };
  names.forEach(visit);
  return order;
}
