/** What the benchmark needs: programs, compiled helpers, a place to work in. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** The executable that is measured. */
export const NSBOX = resolve(import.meta.dir, "../../dist/nsbox");

let folder: string | undefined;

/** A directory that goes away with the benchmark. */
export function scratch(): string {
  if (folder === undefined) {
    folder = mkdtempSync(join(tmpdir(), "nsbox-bench-"));
    process.on("exit", () => rmSync(folder!, { recursive: true, force: true }));
  }
  return folder;
}

/** The path of a program of the system, or undefined. */
export const program = (name: string): string | undefined =>
  Bun.which(name, { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/dracut" }) ??
  undefined;

/** Says that a peer is not there, and so not measured. */
export const absent = (name: string): void => console.log(`absent, skipped: ${name}`);

/** A Bun program that does nothing, compiled as nsbox is. */
export function emptyBun(): string {
  const source = join(scratch(), "empty.ts");
  const file = join(scratch(), "empty");
  writeFileSync(source, "");
  const flags =
    "--compile --minify --bytecode --format=esm --splitting --no-compile-autoload-dotenv --no-compile-autoload-bunfig";
  Bun.spawnSync([process.execPath, "build", ...flags.split(" "), source, "--outfile", file], {
    cwd: scratch(),
  });
  return file;
}
