/** The built executable, and checkouts to build it in without touching this one. */
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");

/** What `build.ts` reads. */
const SOURCES = ["src", "csrc", "rootfs-tools", "scripts", "build.ts", "package.json", "tsconfig.json"];

/** The executable under test. */
export const NSBOX = join(ROOT, "dist/nsbox");

/** A new empty directory that is gone when its scope is left. */
export function scratch(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "nsbox-build-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Copies the sources to `folder` and builds there. @throws Error with what the build printed. */
export function buildIn(folder: string, ...args: readonly string[]): void {
  for (const name of SOURCES) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const { success, stderr } = Bun.spawnSync([process.execPath, "build.ts", ...args], { cwd: folder });
  if (!success) throw new Error(stderr.toString());
}
