/** The judge of what is loaded: the loader itself. It runs code of its input, so only trusted files go in. */
import { realpathSync } from "node:fs";

/** glibc's loader of this machine. */
export const LOADER = process.arch === "arm64" ? "/lib/ld-linux-aarch64.so.1" : "/lib64/ld-linux-x86-64.so.2";

/** What the loader says of a file: paths as it prints them, and names that it did not find. */
export interface Traced {
  readonly paths: readonly string[];
  readonly missing: readonly string[];
}

const VDSO = /^linux-vdso\.so|^linux-gate\.so/;

/** Parses the output under LD_TRACE_LOADED_OBJECTS, the interpreter left out. */
export function parseTrace(output: string): Traced {
  const paths: string[] = [];
  const missing: string[] = [];
  for (const line of output.split("\n")) {
    const [, name = "", found] = /^\t(.+?)(?: => (.+?))?(?: \(0x[0-9a-f]+\))?$/.exec(line) ?? [];
    if (name === "" || VDSO.test(name) || /statically linked/.test(line)) continue;
    if (found === "not found") missing.push(name);
    else if (found !== undefined || name !== LOADER) paths.push(found ?? name);
  }
  return { paths: paths.filter((path) => path !== LOADER), missing };
}

/** Asks the loader. The link in front of a program is followed first: the running program's origin is the file. */
export async function trace(
  file: string,
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Traced> {
  const child = Bun.spawn([LOADER, realpathSync(file)], {
    stdout: "pipe",
    stderr: "ignore",
    env: { ...options.env, LD_TRACE_LOADED_OBJECTS: "1" },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const output = await new Response(child.stdout).text();
  await child.exited;
  return parseTrace(output);
}
