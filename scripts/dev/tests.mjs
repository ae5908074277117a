/** Runs test files in one Bun and ends with the count: `N passed, N failed, N skipped`. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BUN, filesBelow, run } from "./process.mjs";

/** Milliseconds that a test may take which says nothing else. */
const TIMEOUT = 60_000;

const TESTS = filesBelow("test").filter((file) => file.endsWith(".test.ts"));

const isHeavy = (file) => file.startsWith("test/heavy/");

/**
 * Counts from Bun's JUnit report. Bun leaves a file out of it that could not be loaded, and writes none
 * when a test ends the process: a file that is not in it has failed.
 */
function count(report, files, status) {
  const [, tests = 0, failures = 0, skipped = 0] =
    /<testsuites [^>]*tests="(\d+)"[^>]*failures="(\d+)" skipped="(\d+)"/.exec(report)?.map(Number) ?? [];
  const lost = files.filter((file) => !report.includes(` file="${file}"`));
  for (const file of lost) console.log(`failed to run: ${file}`);
  const failed = failures + lost.length || (status === 0 ? 0 : 1);
  return { passed: tests - failures - skipped, failed, skipped };
}

/** Runs the tests that every change has to pass. Returns an exit status. */
export const test = (args) =>
  runTests(
    TESTS.filter((file) => !isHeavy(file)),
    args,
  );

/** Runs those that take minutes. Returns an exit status. */
export const heavy = (args) => runTests(TESTS.filter(isHeavy), args);

/**
 * Runs the files whose path holds one of the words in `args` (all where there is none); from the first
 * dash on, `args` are options of `bun test`. Returns an exit status.
 */
function runTests(files, args) {
  const dash = args.findIndex((arg) => arg.startsWith("-"));
  const words = dash < 0 ? args : args.slice(0, dash);
  const chosen = files
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
    .sort();
  const folder = mkdtempSync(join(tmpdir(), "nsbox-test-"));
  const report = join(folder, "junit.xml");
  try {
    const options = [
      `--timeout=${TIMEOUT}`,
      "--reporter=junit",
      `--reporter-outfile=${report}`,
      ...args.slice(words.length),
    ];
    const status =
      chosen.length > 0 ? run(BUN, ["test", ...options, ...chosen.map((file) => `./${file}`)]) : 1;
    const { passed, failed, skipped } = count(readReport(report), chosen, status);
    console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
    return failed > 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readReport(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
