#!/usr/bin/env node
/**
 * What `npm start`, `npm test` and the other scripts of package.json do. Plain Node without
 * dependencies: it is the one thing that runs before they are installed.
 */
import { format, lint } from "./dev/lint.mjs";
import { build, prepare } from "./dev/prepare.mjs";
import { BUN, run } from "./dev/process.mjs";
import { start } from "./dev/start.mjs";
import { heavy, test } from "./dev/tests.mjs";

/** Task to what it does; each returns the exit status. */
const TASKS = {
  start: () => build() || start(),
  test: (args) => build() || test(args),
  heavy: (args) => build() || heavy(args),
  build: (args) => run(BUN, ["build.ts", ...args]),
  bench: (args) => build() || run(BUN, ["test/bench/index.ts", ...args]),
  lint,
  format,
};

const [name = "", ...args] = process.argv.slice(2);
const task = TASKS[name];
if (task === undefined) {
  console.error(`usage: node scripts/nsbox-dev.mjs ${Object.keys(TASKS).join("|")} [ARGUMENT…]`);
  process.exitCode = 2;
} else {
  process.exitCode = prepare() || task(args);
}
