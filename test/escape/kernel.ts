/** A Debian kernel for the virtual machine, and its modules. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { hostProgram } from "../e2e/support.ts";

const below = (directory: string): string[] =>
  existsSync(directory) ? (readdirSync(directory, { recursive: true }) as string[]) : [];

const spawn = (argv: readonly string[], cwd: string) =>
  Bun.spawnSync([...argv], { cwd, stdin: null, stdout: "pipe", stderr: "pipe" });

/**
 * Fetches a package by apt-get into `folder` and unpacks it there, installing nothing; returns the folder
 * with its files, or undefined where that cannot be done. Environment variable `NSBOX_TEST_PACKAGES` names a
 * directory of packages to take instead.
 */
export function unpacked(name: RegExp, folder: string): string | undefined {
  const given = process.env["NSBOX_TEST_PACKAGES"];
  mkdirSync(folder, { recursive: true });
  const present = given === undefined ? [] : readdirSync(given).map((file) => join(given, file));
  let file = present.filter((path) => name.test(basename(path))).at(-1);
  if (file === undefined) {
    if (hostProgram("apt-get") === undefined) return undefined;
    const listed = spawn(["apt-cache", "pkgnames"], folder).stdout.toString().split("\n");
    const newest = listed
      .filter((candidate) => name.test(candidate))
      .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
      .at(-1);
    if (newest === undefined || spawn(["apt-get", "download", newest], folder).exitCode !== 0)
      return undefined;
    file = join(folder, readdirSync(folder).find((entry) => entry.endsWith(".deb"))!);
  }
  const tree = join(folder, "files");
  return spawn(["dpkg", "-x", file, tree], folder).exitCode === 0 ? tree : undefined;
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
