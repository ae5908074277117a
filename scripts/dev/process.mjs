/** Where things are, and how programs are run. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The pinned Bun. */
export const BUN = "node_modules/.bin/bun";

/** The executable that the build makes. */
export const NSBOX = "dist/nsbox";

/** Runs a program of the checkout with our terminal and returns its exit status. */
export function run(program, args, options = {}) {
  const { status, signal, error } = spawnSync(program, args, { cwd: ROOT, stdio: "inherit", ...options });
  if (error) console.error(`error: Cannot run "${program}": ${error.message}`);
  return status ?? (signal ? 128 + constants.signals[signal] : 1);
}

/** Runs a program without showing it: whether it succeeded, and all it printed. */
export function runQuietly(program, args, input = "") {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: ROOT, encoding: "utf8", input });
  return { ok: status === 0, output: error ? error.message : `${stdout}${stderr}` };
}

/** Every file below `folder` of the checkout, none where it is absent. */
export function filesBelow(folder) {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}
