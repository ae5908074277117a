import { expect, test } from "bun:test";
import { closeSync, openSync, readdirSync, readSync, realpathSync, statSync } from "node:fs";
import { resolve } from "../../rootfs-tools/index.ts";
import { LOADER, type Traced, trace } from "./oracle.ts";

const PARALLEL = 4;

/** Every program of the directory for this machine's glibc, links followed, each file once. */
function dynamicPrograms(directories: readonly string[]): string[] {
  const found = new Set<string>();
  for (const directory of directories) {
    for (const name of readdirSync(directory)) {
      try {
        const path = realpathSync(`${directory}/${name}`);
        if (statSync(path).isFile() && beginning(path).includes(`${LOADER}\0`)) found.add(path);
      } catch {
        // A dangling link.
      }
    }
  }
  return [...found];
}

function beginning(path: string): string {
  const fd = openSync(path, "r");
  const bytes = new Uint8Array(4096);
  const length = readSync(fd, bytes, 0, bytes.length, 0);
  closeSync(fd);
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, length));
  return text.startsWith("\x7fELF") ? text : "";
}

async function traceAll(programs: readonly string[]): Promise<Map<string, Traced>> {
  const traced = new Map<string, Traced>();
  const pending = [...programs];
  const work = async () => {
    for (let program = pending.pop(); program !== undefined; program = pending.pop()) {
      traced.set(program, await trace(program));
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return traced;
}

test("every program of this system gets the libraries that the loader gives it, by the same paths", async () => {
  const programs = dynamicPrograms(["/usr/bin", "/usr/sbin"]);
  const traced = await traceAll(programs);
  const whole = programs.filter((program) => traced.get(program)?.missing.length === 0);
  const resolution = resolve(whole, { searchPath: "" });
  for (const { path, libraries } of resolution.programs) {
    const expected = [...(traced.get(path)?.paths ?? [])];
    expect({ path, libraries: libraries.map((library) => library.path) }).toEqual({
      path,
      libraries: expected,
    });
  }
  for (const program of programs) {
    const missing = traced.get(program)?.missing[0];
    if (missing !== undefined) expect(() => resolve([program], { searchPath: "" })).toThrow(`"${missing}"`);
  }
  expect(whole.length).toBeGreaterThan(0);
}, 120_000);
