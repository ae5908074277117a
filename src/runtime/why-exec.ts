/**
 * Why a command was not executed. The kernel says ENOENT for a program that is there but whose interpreter
 * or loader is not: the classic riddle. This looks into the root filesystem and says which it is.
 */
import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { errnoName, errnoText } from "../sys/errno.ts";
import { NsboxError } from "../util/errors.ts";
import { findInRoot } from "../util/in-root.ts";

const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;
const [EPERM, ENOENT, EACCES, ENOEXEC] = [1, 2, 13, 8];

/** e_machine of the ELF header, see elf(5). */
const MACHINES: Readonly<Record<number, string>> = {
  3: "i386",
  40: "32-bit ARM",
  62: "x86-64",
  183: "aarch64",
  243: "RISC-V",
};

/**
 * The error for `execve` of `name`, looked up in `path`, inside `root`, started in `cwd`. `container`: the words
 * for one that was entered.
 */
export function whyExec(
  root: string,
  name: string,
  path: string,
  cwd: string,
  errno: number,
  landlock = false,
  container?: string,
): NsboxError {
  const place = container ?? `root filesystem "${root}"`;
  const errnoDetail = { errno: errnoName(errno), op: "exec" };
  const directories = name === "" ? [] : path.split(":");
  const candidates = name.includes("/")
    ? [name.startsWith("/") ? name : `${cwd}/${name}`]
    : directories.map((directory) => `${directory.startsWith("/") ? "" : `${cwd}/`}${directory}/${name}`);
  const found = candidates.find((candidate) => isThere(root, candidate));
  if (found === undefined) {
    return new NsboxError(`Command "${name}" not found in ${place}`, {
      cause: name.includes("/") ? `execve: ${errnoText(errno)}` : `not in ${path} inside it`,
      ...(container === undefined ? hintFor(root, name, path) : {}),
      ...errnoDetail,
      code: "command-not-found",
      status: NOT_FOUND,
    });
  }
  const file = findInRoot(root, found) ?? found;
  const { cause, hint } =
    landlock && errno === EACCES && (statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o111
      ? {
          cause: `execve: ${errnoText(errno)}: Landlock lets only what the options name be reached`,
          hint: "Name the command's directory, and that of its libraries: --landlock-ro /usr --landlock-ro /lib",
        }
      : reason(root, file, errno);
  return new NsboxError(`Cannot execute "${found}" in ${place}`, {
    cause,
    ...(hint === undefined ? {} : { hint }),
    ...errnoDetail,
    code: "not-executable",
    status: NOT_EXECUTABLE,
  });
}

const isThere = (root: string, path: string): boolean => findInRoot(root, path) !== undefined;

function hintFor(root: string, name: string, path: string): { hint?: string } {
  if (name.startsWith("-"))
    return { hint: `Options stand before ROOTFS: \`nsbox run ${name} ${root} COMMAND\`` };
  const build = `\`nsbox build-rootfs ${name} ${root}\``;
  if (isEmpty(root)) return { hint: `"${root}" is empty: ${build} puts a program and its libraries there` };
  return Bun.which(name, { PATH: path }) === null ? {} : { hint: `${build} adds this machine's` };
}

function isEmpty(root: string): boolean {
  try {
    return readdirSync(root).length === 0;
  } catch {
    return false;
  }
}

interface Reason {
  readonly cause: string;
  readonly hint?: string;
}

function reason(root: string, file: string, errno: number): Reason {
  const plain = { cause: `execve: ${errnoText(errno)}` };
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return { cause: "it is a directory" };
  // A program whose file grants what the bounding set lacks: capabilities(7), "Safety checking for capability-dumb binaries".
  if (errno === EPERM) {
    return {
      ...plain,
      hint: "Where getcap(8) shows capabilities of the file, as often of ping, the container needs them: nsbox run --cap-add NET_RAW",
    };
  }
  if (errno === EACCES && stat !== undefined && (stat.mode & 0o111) === 0) {
    return { cause: `${plain.cause}: it has no execute permission`, hint: `chmod +x ${file}` };
  }
  const head = readHead(file);
  if (head === undefined) return plain;
  const text = new TextDecoder("latin1").decode(head);
  if (text.startsWith("#!")) return script(root, text, errno) ?? plain;
  if (text.startsWith("\x7fELF")) return elf(root, file, head, errno) ?? plain;
  if (errno !== ENOEXEC) return plain;
  const what =
    stat?.size === 0 ? "it is empty" : 'it is neither an ELF program nor a script that begins with "#!"';
  return { cause: `${plain.cause}: ${what}` };
}

/** `#!/path [argument]`, see execve(2). */
function script(root: string, text: string, errno: number): Reason | undefined {
  const [line = ""] = text.slice(2).split("\n", 1);
  const [interpreter = ""] = line.trimStart().split(/[ \t]/, 1);
  if (interpreter.endsWith("\r")) {
    const name = interpreter.slice(0, -1);
    return {
      cause: `its first line ends in a carriage return, so its interpreter is "${name}\\r"`,
      hint: "Its lines end as on Windows: save it with Unix line ends",
    };
  }
  if (errno !== ENOENT) return undefined;
  if (!isThere(root, interpreter)) {
    return { cause: `its interpreter "${interpreter}" is not in the root filesystem` };
  }
  return { cause: `its interpreter "${interpreter}" could not be started: its own loader is missing` };
}

function elf(root: string, file: string, head: Uint8Array, errno: number): Reason | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length < 64) return { cause: "it is a truncated ELF file" };
  const machine = view.getUint16(18, true);
  const ours = process.arch === "arm64" ? 183 : 62;
  if (errno === ENOEXEC && machine !== ours) {
    const name = (number: number) => MACHINES[number] ?? `machine ${number}`;
    return { cause: `it is a program for ${name(machine)}, and this machine is ${name(ours)}` };
  }
  const interpreter = loaderOf(file, head, view);
  if (errno !== ENOENT || interpreter === undefined || isThere(root, interpreter)) return undefined;
  return {
    cause: `its loader "${interpreter}" is not in the root filesystem`,
    hint: "`nsbox build-rootfs` copies a program together with its loader and libraries",
  };
}

/** PT_INTERP of a 32- or 64-bit little-endian file. */
function loaderOf(file: string, head: Uint8Array, view: DataView): string | undefined {
  const wide = head[4] === 2;
  const table = wide ? Number(view.getBigUint64(32, true)) : view.getUint32(28, true);
  const [size, count] = wide ? [56, view.getUint16(56, true)] : [32, view.getUint16(44, true)];
  for (let at = table; at < table + size * count && at + size <= head.length; at += size) {
    if (view.getUint32(at, true) !== 3) continue;
    const offset = wide ? Number(view.getBigUint64(at + 8, true)) : view.getUint32(at + 4, true);
    const name = readHead(file, offset);
    return name === undefined ? undefined : new TextDecoder().decode(name).split("\0", 1)[0];
  }
  return undefined;
}

/** The first 4096 bytes from `offset` on; undefined where the file is no regular one or not readable. */
function readHead(file: string, offset = 0): Uint8Array | undefined {
  try {
    if (!statSync(file).isFile()) return undefined;
    const fd = openSync(file, "r");
    const bytes = new Uint8Array(4096);
    const length = readSync(fd, bytes, 0, bytes.length, offset);
    closeSync(fd);
    return bytes.subarray(0, length);
  } catch {
    return undefined;
  }
}
