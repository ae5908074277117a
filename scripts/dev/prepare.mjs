/** What a fresh clone lacks: a C compiler (which only you can install), the dependencies, the build. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { BUN, filesBelow, NSBOX, ROOT, run, runQuietly } from "./process.mjs";

/** What the executable is made from. */
const SOURCES = ["src", "csrc", "rootfs-tools", "scripts"];
const OTHER_SOURCES = ["build.ts", "package.json", "package-lock.json"];

const isGenerated = (path) => path.endsWith(".gen.ts") || path.startsWith("csrc/gen/");

/** A file that includes what `csrc/` includes: the kernel's headers. */
const HEADERS = "#include <linux/mount.h>\n";

function fail(message, detail = "") {
  console.error(`error: ${message}${detail && `\n${detail.trimEnd()}`}`);
  return 1;
}

function modified(path) {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function checkCompiler() {
  const compilers = [process.env.CC, "cc", "gcc", "clang"]
    .filter(Boolean)
    .map((command) => command.split(" "));
  const found = compilers.find(([program, ...args]) => runQuietly(program, [...args, "--version"]).ok);
  if (!found) {
    return fail(
      'No C compiler found: install one, on Debian and Ubuntu with "apt-get install gcc libc6-dev"',
    );
  }
  const [program, ...args] = found;
  if (runQuietly(program, [...args, "-E", "-x", "c", "-"], HEADERS).ok) return 0;
  return fail(
    'The C compiler has no headers: install them, on Debian and Ubuntu with "apt-get install libc6-dev"',
  );
}

function installDependencies() {
  if (modified("node_modules/.package-lock.json") < modified("package-lock.json")) {
    console.error("installing the dependencies …");
    const { ok, output } = runQuietly("npm", ["ci", "--loglevel=error", "--no-audit", "--no-fund"]);
    if (!ok) return fail('"npm ci" failed', output);
  }
  if (runQuietly(BUN, ["--version"]).ok) return 0;
  // npm may be told not to run the install scripts of packages: then Bun's program is not in its place yet.
  const { ok, output } = runQuietly(process.execPath, ["node_modules/bun/install.js"]);
  return ok && runQuietly(BUN, ["--version"]).ok ? 0 : fail("Cannot install Bun", output);
}

/** Makes sure that there are a compiler and the dependencies. Returns an exit status. */
export function prepare() {
  return checkCompiler() || installDependencies();
}

/** Builds the executable if a source is newer than it. Returns an exit status. */
export function build() {
  const built = modified(NSBOX); // build.ts sets it to when it began
  const sources = [...OTHER_SOURCES, ...SOURCES.flatMap(filesBelow)].filter((path) => !isGenerated(path));
  return sources.some((path) => modified(path) > built)
    ? run(BUN, ["build.ts"], { stdio: ["ignore", 2, 2] })
    : 0;
}
