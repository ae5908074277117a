/** vim on a terminal, in trees by the recipe of docs/rootfs.md and by what two runs used. Needs Debian's vim. */
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Session } from "../e2e/session.ts";
import { NSBOX, ROOT } from "../e2e/support.ts";
import { block, ENV, folder, lack, PATIENCE, reason } from "./apps.ts";

const directory = folder("vim-terminal");
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const vim = lack(["vim"]);

test.skipIf(vim !== "").each(["options", "two traces"])(
  `vim on a terminal of its own takes keys and writes the file, in a tree that was made by %s${reason(vim)}`,
  async (by) => {
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory);
    const [text, tree, trace] = ["text", "tree", "vim.trace"].map((name) => join(directory, name));
    writeFileSync(text!, "one\n");
    const edit = async (argv: readonly string[]): Promise<number> => {
      await using session = new Session(ROOT, argv);
      await session.screen.shows("1,1");
      session.type("otwo\x1b");
      await session.screen.shows("2,3");
      session.type(":wq\r");
      return await session.process.exited;
    };
    if (by === "options") {
      Bun.spawnSync(["bash", "-euc", block("vim", "files") + block("vim", "build")], {
        cwd: directory,
        env: ENV,
      });
    } else {
      const traced = [NSBOX, "build-rootfs", "-q", "--trace", "--trace-file", trace!, tree!, "--"];
      Bun.spawnSync([...traced, "vim", "--version"], { env: ENV });
      expect(await edit([...traced, "vim", text!])).toBe(0);
      expect(readFileSync(text!, "utf8")).toBe("one\n");
    }
    const inside = [NSBOX, "run", "-q", "--overlay", "-t", "-b", `${text}:/srv/text`, tree!];
    expect(await edit([...inside, "vim", "/srv/text"])).toBe(0);
    expect(readFileSync(text!, "utf8")).toBe("one\ntwo\n");
  },
  PATIENCE,
);
