/** The checks that need no run: Biome, the TypeScript compiler, clang-format. */
import { BUN, filesBelow, run, runQuietly } from "./process.mjs";

const BIN = "node_modules/.bin";

const C_FILES = ["csrc", "test"]
  .flatMap(filesBelow)
  .filter((file) => /\.[ch]$/.test(file) && !file.startsWith("csrc/gen/"));

function clangFormat(args) {
  if (runQuietly("clang-format", ["--version"]).ok) return run("clang-format", [...args, ...C_FILES]);
  console.error(
    'note: clang-format is not installed, the C files are not checked ("apt-get install clang-format")',
  );
  return 0;
}

/** Every check, also after one that failed. Returns an exit status. */
export function lint() {
  // The compiler needs the files that are made from the operation table.
  const checks = [
    () => run(BUN, ["build.ts", "--generate"]),
    () => run(`${BIN}/biome`, ["check", "--error-on-warnings"]),
    () => run(`${BIN}/tsc`, []),
    () => run(`${BIN}/tsc`, ["-p", "src/view/viewer"]),
    () => clangFormat(["--dry-run", "-Werror"]),
  ];
  return checks.map((check) => check()).some((status) => status !== 0) ? 1 : 0;
}

/** Lets both formatters write. Returns an exit status. */
export function format() {
  return run(`${BIN}/biome`, ["check", "--write"]) || clangFormat(["-i"]);
}
