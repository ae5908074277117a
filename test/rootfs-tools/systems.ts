/** Systems whose loaders can be asked: this machine's, its 32-bit one, and one for another machine by qemu-user. */
import { copyFileSync, existsSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Host, LoaderSet, resolveOne } from "../../rootfs-tools/index.ts";
import { listLines } from "../../src/commands/ldd/list.ts";
import { NsboxError } from "../../src/util/errors.ts";
import { run } from "./fixtures.ts";

/** One of them. */
export interface System {
  readonly name: string;
  /** What is not here that it takes; `undefined` where it can be asked. */
  readonly lacking: string | undefined;
  readonly compiler: readonly string[];
  readonly linker: readonly string[];
  /** Makes the root that it lives in, below a directory of the tests: "" for this system's own. */
  root(work: string): string;
  readonly loader: string;
  /** Its loader runs in qemu-user. */
  readonly emulated: boolean;
  /** The words in front of the loader's, and of its environment. */
  asking(root: string): { readonly before: readonly string[]; readonly loader: string };
  /** Directories that are searched first in each, on CPUs of every kind. */
  readonly subdirectories: readonly string[];
}

const ARM = "/usr/aarch64-linux-gnu/lib";

const native: System = {
  name: "x86-64",
  lacking: process.arch === "x64" ? undefined : "a machine of x86-64",
  compiler: ["gcc"],
  linker: ["ld"],
  root: () => "",
  loader: "/lib64/ld-linux-x86-64.so.2",
  emulated: false,
  asking: () => ({ before: [], loader: native.loader }),
  subdirectories: ["x86_64", "tls/x86_64", "tls"],
};

const i386: System = {
  ...native,
  name: "i386",
  lacking:
    native.lacking ??
    (existsSync("/lib/ld-linux.so.2") && canCompile("-m32") ? undefined : "gcc -m32 and its libc"),
  compiler: ["gcc", "-m32"],
  linker: ["ld", "-m", "elf_i386"],
  loader: "/lib/ld-linux.so.2",
  asking: () => ({ before: [], loader: i386.loader }),
  subdirectories: ["sse2", "i686", "i686/sse2", "tls"],
};

const arm: System = {
  name: "aarch64",
  lacking:
    Bun.which("aarch64-linux-gnu-gcc") !== null &&
    Bun.which("qemu-aarch64-static") !== null &&
    existsSync(ARM)
      ? undefined
      : "aarch64-linux-gnu-gcc and qemu-aarch64-static",
  compiler: ["aarch64-linux-gnu-gcc"],
  linker: ["aarch64-linux-gnu-ld"],
  root: (work) => {
    const root = `${work}/aarch64`;
    mkdirSync(`${root}/lib`, { recursive: true });
    for (const name of ["ld-linux-aarch64.so.1", "libc.so.6", "libm.so.6"]) {
      copyFileSync(`${ARM}/${name}`, `${root}/lib/${name}`);
    }
    return root;
  },
  loader: "/lib/ld-linux-aarch64.so.1",
  emulated: true,
  asking: (root) => ({ before: ["qemu-aarch64-static", "-L", root], loader: `${root}${arm.loader}` }),
  subdirectories: ["aarch64", "tls/aarch64", "tls"],
};

/** Every system of the tests. */
export const SYSTEMS: readonly System[] = [native, i386, arm];

function canCompile(flag: string): boolean {
  const stdin = new TextEncoder().encode("int main(void) { return 0; }");
  return Bun.spawnSync(["gcc", flag, "-o", "/dev/null", "-x", "c", "-"], { stdin }).exitCode === 0;
}

/** What a loader says, or we in its place. */
export interface Answer {
  /** As in ldd(1), without addresses. */
  readonly lines: readonly string[];
  /** It gave up. */
  readonly failed: boolean;
}

/** How a program is started. */
export interface Start {
  readonly path: string;
  readonly libraryPath?: string;
  /** Inside the system. */
  readonly cwd?: string;
}

const VDSO = /^linux-vdso\.so|^linux-gate\.so/;

/** Asks the loader of `system` in `root`. It runs code of what it is asked about. */
export function ask(system: System, root: string, { path, libraryPath, cwd }: Start): Answer {
  const { before, loader } = system.asking(root);
  const variables = {
    LD_TRACE_LOADED_OBJECTS: "1",
    ...(libraryPath === undefined ? {} : { LD_LIBRARY_PATH: libraryPath }),
  };
  const env = before.length === 0 ? variables : {};
  const set =
    before.length === 0
      ? []
      : Object.entries(variables).flatMap(([name, value]) => ["-E", `${name}=${value}`]);
  const program = root === "" ? realpathSync(path) : path;
  const { stdout, exitCode } = Bun.spawnSync([...before, ...set, loader, program], {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    ...(cwd === undefined ? {} : { cwd: root + cwd }),
  });
  const lines = stdout
    .toString()
    .split("\n")
    .map((line) => line.replace(/ \(0x[0-9a-f]+\)$/, "").trim())
    .map((line) => (line.endsWith(loader) ? system.loader : line))
    .filter((line) => line !== "" && !VDSO.test(line));
  return { lines, failed: exitCode !== 0 };
}

/** What nsbox says in its place. */
export function answer(system: System, root: string, { path, libraryPath, cwd }: Start): Answer {
  const host = new Host(root);
  const loaders = new LoaderSet(
    host,
    libraryPath === undefined ? {} : { libraryPath: libraryPath.split(":") },
  );
  const before = process.cwd();
  if (cwd !== undefined && root === "") process.chdir(cwd);
  try {
    const lines = listLines(resolveOne(path, { host, loaders, searchPath: "" })).map((line) => line.trim());
    return {
      lines: lines.map((line) => (line.endsWith(system.loader) ? system.loader : line)),
      failed: false,
    };
  } catch (error) {
    if (!(error instanceof NsboxError)) throw error;
    return { lines: [error.message], failed: true };
  } finally {
    process.chdir(before);
  }
}

/** What is linked. Names of files count from the place of the kit. */
export interface Parts {
  /** Its own name where that is another than the file's; "" for none. */
  readonly soname?: string;
  readonly needs?: readonly string[];
  readonly flags?: readonly string[];
}

/** Makes programs and libraries of a system, in a directory of their own. */
export class Kit {
  readonly system: System;
  /** The directory inside the system, and where it is on disk. */
  readonly inside: string;
  readonly disk: string;
  readonly #objects: string;

  constructor(system: System, root: string, inside: string) {
    this.system = system;
    this.inside = inside;
    this.disk = root + inside;
    this.#objects = `${root === "" ? dirname(this.disk) : root}/objects-${system.name}`;
    mkdirSync(this.disk, { recursive: true });
    if (existsSync(this.#objects)) return;
    mkdirSync(this.#objects, { recursive: true });
    this.#compile("program", "int main(void) { return 0; }");
    this.#compile("library", "int answer(void) { return 42; }");
  }

  #compile(name: string, source: string): void {
    writeFileSync(`${this.#objects}/${name}.c`, source);
    const [compiler = "", ...flags] = this.system.compiler;
    run([
      compiler,
      ...flags,
      "-fPIC",
      "-c",
      "-o",
      `${this.#objects}/${name}.o`,
      `${this.#objects}/${name}.c`,
    ]);
  }

  /** Makes a shared library that needs no libc; by the linker alone where its flags are all for that. */
  library(file: string, { soname = file.slice(file.lastIndexOf("/") + 1), ...parts }: Parts = {}): string {
    const name = soname === "" ? [] : [`-Wl,-soname,${soname}`];
    const flags = [...name, ...(parts.flags ?? [])];
    if (!flags.every((flag) => flag.startsWith("-Wl,"))) {
      return this.#link(file, ["library.o"], ["-shared", "-nostdlib", ...name], parts);
    }
    const direct = flags.flatMap((flag) => flag.slice(4).split(","));
    return this.#run(
      file,
      [...this.system.linker, "-shared"],
      ["library.o"],
      [
        "--no-as-needed",
        "--allow-shlib-undefined",
        ...direct,
        ...(parts.needs ?? []).map((needed) => `${this.disk}/${needed}`),
      ],
    );
  }

  /** Makes a program, and says how it is started. */
  program(file: string, parts: Parts = {}): Start {
    this.#link(file, ["program.o"], [], parts);
    return { path: `${this.inside}/${file}` };
  }

  #link(
    file: string,
    objects: readonly string[],
    mode: readonly string[],
    { needs = [], flags = [] }: Parts,
  ): string {
    return this.#run(file, [...this.system.compiler, ...mode], objects, [
      "-Wl,--no-as-needed,--allow-shlib-undefined",
      ...needs.map((name) => `${this.disk}/${name}`),
      ...flags,
    ]);
  }

  #run(
    file: string,
    command: readonly string[],
    objects: readonly string[],
    rest: readonly string[],
  ): string {
    mkdirSync(dirname(`${this.disk}/${file}`), { recursive: true });
    run([
      ...command,
      "-o",
      `${this.disk}/${file}`,
      ...objects.map((name) => `${this.#objects}/${name}`),
      ...rest,
    ]);
    return file;
  }
}
