/** Zombies under load: an init that falls behind would fill the table of processes. */
import { expect, test } from "bun:test";
import { watch } from "../e2e/screen.ts";
import { forEveryone, NSBOX, textOf, until } from "../e2e/support.ts";
import { programBelow } from "../e2e/traces.ts";
import { tree } from "../e2e/trees.ts";

const ORPHANS = 10_000;

forEveryone((who) => {
  for (const option of ["--init", "--init=full"]) {
    test(`${option} reaps ${ORPHANS} orphans while the command runs`, async () => {
      const line = `for ((i = 0; i < ${ORPHANS}; i++)); do (: &) ; done; echo made; read line`;
      const argv = [NSBOX, "run", "-q", option, tree(who), "bash", "-c", line];
      const { process, input, screen, ended } = watch(who, argv);
      const init = await programBelow(process.pid, "nsbox-init");
      await screen.shows("made\n", 60);
      const children = () => textOf(`/proc/${init}/task/${init}/children`).trim().split(" ").length;
      await until("only the command to be left, zombies counted", () => children() === 1);
      input.write("\n");
      input.end();
      expect((await ended).status).toBe(0);
    }, 90_000);
  }
});
