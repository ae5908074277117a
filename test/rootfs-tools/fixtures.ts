/** Programs and libraries made by gcc for the tests, in a directory that goes with them. */
import { afterAll, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { type BinlibdepcpOptions, type BinlibdepcpResult, binlibdepcp } from "../../rootfs-tools/index.ts";

type Body = () => void | Promise<void>;

/** A test that says in its name what it needs, where that is not there. */
const needing = (what: string, there: boolean) => (name: string, body: Body, timeout?: number) =>
  test.skipIf(!there)(there ? name : `${name} (skipped: needs ${what})`, body, timeout);

/** For what only root can try: chroot, mount namespaces, owners. */
export const asRoot = needing("root", process.getuid?.() === 0);

/** For what needs a cross compiler or another libc. */
export const withCommand = (name: string) => needing(name, Bun.which(name) !== null);

/** A fresh directory for one test file, removed after its tests. */
export function workspace(): string {
  const directory = mkdtempSync("/tmp/nsbox-rootfs-");
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Runs a command; throws with its output where it fails. */
export function run(
  command: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...command], options);
  if (exitCode !== 0) throw new Error(`${command.join(" ")}: ${exitCode}\n${stdout}${stderr}`);
  return stdout.toString();
}

interface BuildOptions {
  readonly soname?: string;
  /** Files to link with, all of them needed. */
  readonly needs?: readonly string[];
  readonly flags?: readonly string[];
  readonly compiler?: string;
}

function build(path: string, source: string, mode: readonly string[], options: BuildOptions): string {
  const { soname, needs = [], flags = [], compiler = "gcc" } = options;
  mkdirSync(dirname(path), { recursive: true });
  const name = soname === undefined ? [] : [`-Wl,-soname,${soname}`];
  const input = Bun.spawnSync(
    [
      compiler,
      "-o",
      path,
      ...mode,
      ...name,
      "-x",
      "c",
      "-",
      "-x",
      "none",
      "-Wl,--no-as-needed",
      ...needs,
      ...flags,
    ],
    { stdin: new TextEncoder().encode(source) },
  );
  if (input.exitCode !== 0) throw new Error(input.stderr.toString());
  return path;
}

/** Makes a shared library that needs no libc, and returns its path. */
export const library = (path: string, options: BuildOptions = {}): string =>
  build(
    path,
    "int answer(void) { return 42; }",
    ["-shared", "-fPIC", "-nostdlib", "-Wl,--allow-shlib-undefined"],
    options,
  );

/** Makes a program, and returns its path. */
export const program = (path: string, options: BuildOptions = {}): string =>
  build(path, "int main(void) { return 0; }", ["-Wl,--allow-shlib-undefined"], options);

/** Linker flags for a RPATH, the inherited kind. */
export const rpath = (...directories: string[]): string[] => [
  "-Wl,--disable-new-dtags",
  `-Wl,-rpath,${directories.join(":")}`,
];

/** Linker flags for a RUNPATH. */
export const runpath = (...directories: string[]): string[] => [
  "-Wl,--enable-new-dtags",
  `-Wl,-rpath,${directories.join(":")}`,
];

/** Builds a tree without the defaults; PATH is what Debian's is. */
export const make = (
  programs: readonly string[],
  directory: string,
  options: Partial<BinlibdepcpOptions> = {},
): BinlibdepcpResult =>
  binlibdepcp({ programs, directory, searchPath: "/usr/sbin:/usr/bin:/sbin:/bin", bare: true, ...options });

/** Runs a shell command inside a tree. */
export const inside = (directory: string, command: string, env: Record<string, string> = {}): string =>
  run(["/usr/sbin/chroot", directory, "/bin/bash", "-c", command], { env });
