/** Every dynamic object of a system, and what its own loader says of each. */
import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { Host, LoaderSet, resolveOne } from "../../rootfs-tools/index.ts";
import { listLines } from "../../src/commands/ldd/list.ts";
import { NsboxError } from "../../src/util/errors.ts";
import { LOADER } from "./oracle.ts";

const PARALLEL = 4;
/** Object files and separate debug information can be loaded by nobody. */
const UNLOADABLE = "/usr/lib/debug";

/** Programs and libraries for this machine's glibc below `directories` of the system in `root`, links left out. */
export function dynamicObjects(root: string, directories: readonly string[]): string[] {
  const found: string[] = [];
  const pending = [...directories];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    if (directory === UNLOADABLE) continue;
    for (const entry of readdirSync(root + directory, { withFileTypes: true })) {
      const path = `${directory}/${entry.name}`;
      if (entry.isDirectory()) pending.push(path);
      else if (entry.isFile() && isOurs(root + path)) found.push(path);
    }
  }
  return found.sort();
}

/** Whether a file begins as an object of this machine and names no loader but this machine's. */
function isOurs(path: string): boolean {
  const fd = openSync(path, "r");
  const bytes = new Uint8Array(4096);
  const length = readSync(fd, bytes, 0, bytes.length, 0);
  closeSync(fd);
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, length));
  const type = bytes[16];
  if (!text.startsWith("\x7fELF\x02") || bytes[18] !== (process.arch === "arm64" ? 183 : 62)) return false;
  // Loaders refuse what is for another operating system, and what has no interpreter and is no library.
  if ((bytes[7] !== 0 && bytes[7] !== 3) || (type !== 2 && type !== 3)) return false;
  return text.includes(`${LOADER}\0`) || (type === 3 && !/\/ld[-\w.]*\.so\.\d\0/.test(text));
}

/** What the loader says: lines as of ldd(1); "" where it loads nothing or refuses. */
async function ask(root: string, path: string): Promise<string> {
  const chroot = root === "" ? [] : ["/usr/sbin/chroot", root, "/usr/bin/env", "LD_TRACE_LOADED_OBJECTS=1"];
  const child = Bun.spawn([...chroot, LOADER, path], {
    stdout: "pipe",
    stderr: "ignore",
    env: root === "" ? { LD_TRACE_LOADED_OBJECTS: "1" } : {},
  });
  const output = await new Response(child.stdout).text();
  await child.exited;
  return output
    .split("\n")
    .filter((line) => line !== "" && !/linux-vdso|statically linked/.test(line))
    .map((line) => line.replace(/ \(0x[0-9a-f]+\)$/, ""))
    .join("\n");
}

function answers(root: string, paths: readonly string[]): Map<string, string> {
  const host = new Host(root);
  const loaders = new LoaderSet(host);
  const said = new Map<string, string>();
  for (const path of paths) {
    try {
      const resolution = resolveOne(path, { host, loaders, searchPath: "" });
      said.set(path, resolution.loadings.length === 0 ? "" : listLines(resolution).join("\n"));
    } catch (error) {
      if (!(error instanceof NsboxError)) throw error;
      said.set(path, "");
    }
  }
  return said;
}

/** The objects of which we say something else than the loader of the system in `root`. */
export async function differences(
  root: string,
  paths: readonly string[],
): Promise<{ path: string; ours: string; theirs: string }[]> {
  const ours = answers(root, paths);
  const found: { path: string; ours: string; theirs: string }[] = [];
  const pending = [...paths];
  const work = async () => {
    for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
      const theirs = await ask(root, path);
      const mine = ours.get(path) ?? "";
      if (mine !== theirs) found.push({ path, ours: mine, theirs });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return found;
}
