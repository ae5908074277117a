/** Programs whose files have capabilities: capabilities(7). */
import { expect, test } from "bun:test";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { AS_ROOT, call, hostProgram, NSBOX, ROOT } from "./support.ts";
import { newTree } from "./trees.ts";

const SETCAP = hostProgram("setcap");
const reason = !AS_ROOT
  ? " (only root gives files capabilities)"
  : SETCAP === undefined
    ? " (setcap is not there)"
    : "";

test.skipIf(reason !== "")(
  `a program that wants more capabilities than the container has says which option helps, and that helps${reason}`,
  async () => {
    const tree = newTree(ROOT);
    const file = join(tree, "bin/wants");
    // Trees share their files.
    copyFileSync(join(tree, "bin/echo"), file);
    expect((await call(ROOT, [SETCAP!, "cap_net_raw=ep", file])).status).toBe(0);
    const run = (...words: string[]) => call(ROOT, [NSBOX, "run", "-q", ...words, tree, "wants", "ran"]);
    const { err, status } = await run();
    expect(status).toBe(126);
    expect(err).toContain(
      "execve: operation not permitted (EPERM)\n  hint:  Where getcap(8) shows capabilities",
    );
    expect((await run("--cap-add", "NET_RAW")).out).toBe("ran\n");
  },
);
