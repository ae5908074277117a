import { describe, expect, test } from "bun:test";
import { Session } from "./session.ts";
import { forEveryone } from "./support.ts";
import { programBelow } from "./traces.ts";
import { tree } from "./trees.ts";

/** A script (no shell that would tidy up by itself): it waits, runs nsbox, and waits again. */
const between = (nsbox: string) =>
  `echo before; read go; ${nsbox}; echo "status $?"; read line; echo "read $line"`;

describe("the terminal afterwards", () => {
  forEveryone((who) => {
    for (const kinds of ["", "--share pid"]) {
      const where = kinds === "" ? "in a PID namespace" : `with ${kinds}`;
      const run = `$NSBOX run -e PS1='inner> ' ${kinds} ${tree(who)}`;

      /** Runs `command`, and expects modes and foreground group as they were. */
      async function restores(command: string, meddle: (session: Session) => Promise<void>, status: number) {
        await using session = new Session(who, ["bash", "-c", between(`${run} ${command}`)]);
        const { screen } = session;
        await screen.shows("before");
        const before = [session.modes, session.foreground];
        session.type("\n");
        await meddle(session);
        await screen.shows(`status ${status}`);
        expect([session.modes, session.foreground]).toEqual(before);
        session.type("the rest\n");
        await screen.shows("read the rest");
        expect(await session.process.exited).toBe(0);
      }

      test(`has its modes again when the command left it raw, ${where}`, async () => {
        await restores("stty raw -echo", async () => {}, 0);
      });

      test(`has its modes again when the command was killed while raw, ${where}`, async () => {
        const killed = async (session: Session) => {
          const sleep = await programBelow(session.process.pid, "sleep");
          expect(session.modes).toContain("-icanon");
          process.kill(sleep, "SIGKILL");
        };
        await restores("sh -c 'stty raw -echo; exec sleep 60'", killed, 137);
      });

      test(`has its foreground group again after an interactive shell, ${where}`, async () => {
        const exits = async (session: Session) => {
          await session.screen.shows("inner> ");
          expect(session.foreground).not.toBe(session.process.pid);
          session.type("exit 3\n");
        };
        await restores("bash --norc --noediting -i", exits, 3);
      });

      test(`has its foreground group again when that shell was killed, ${where}`, async () => {
        const killed = async (session: Session) => {
          await session.screen.shows("inner> ");
          session.type("exec sleep 60\n");
          process.kill(await programBelow(session.process.pid, "sleep"), "SIGKILL");
        };
        await restores("bash --norc --noediting -i", killed, 137);
      });
    }
  });
});
