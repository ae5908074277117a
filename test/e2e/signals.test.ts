import { describe, expect, test } from "bun:test";
import { watch } from "./screen.ts";
import { forEveryone, hostProgram, NSBOX, outcome, SIGNALS, start } from "./support.ts";
import { programBelow } from "./traces.ts";
import { tree } from "./trees.ts";

const PYTHON = hostProgram("python3");
const FORWARDED = [
  "SIGINT",
  "SIGTERM",
  "SIGHUP",
  "SIGQUIT",
  "SIGUSR1",
  "SIGUSR2",
  "SIGWINCH",
  "SIGCONT",
] as const;

/** Writes the name of each of these signals as it comes; end of standard input ends it. */
const COUNTER = `
import os, signal, sys
for name in sys.argv[1:]:
    signal.signal(getattr(signal, name), lambda n, _: os.write(1, (signal.Signals(n).name + "\\n").encode()))
os.write(1, b"ready\\n")
sys.stdin.readline()
`;

describe("a signal sent to nsbox", () => {
  forEveryone((who) => {
    for (const kinds of [[], ["--share", "pid"]]) {
      const where = kinds.length > 0 ? "without a PID namespace" : "in a PID namespace";

      test.skipIf(!PYTHON)(`reaches a handler once, ${where} (needs python3)`, async () => {
        const argv = [NSBOX, "run", ...kinds, "/", PYTHON!, "-c", COUNTER, ...FORWARDED];
        const { process, input, screen, ended } = watch(who, argv);
        await screen.shows("ready\n");
        for (const name of FORWARDED) {
          process.kill(name);
          await screen.shows(`${name}\n`);
        }
        input.end();
        expect(await ended).toEqual({ out: `ready\n${FORWARDED.join("\n")}\n`, err: "", status: 0 });
      });

      for (const name of ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGALRM"] as const) {
        test(`ends a program that does not handle ${name}, ${where}`, async () => {
          const process = start(who, [NSBOX, "run", ...kinds, tree(who), "sleep", "60"]);
          await programBelow(process.pid, "sleep");
          await endsWith(process, name);
        });
      }

      test(`ends a shell without a trap and what runs in it, ${where}`, async () => {
        for (const name of ["SIGTERM", "SIGHUP"] as const) {
          const process = start(who, [NSBOX, "run", ...kinds, tree(who), "bash", "-c", "sleep 60; :"]);
          const inner = await programBelow(process.pid, "sleep");
          await endsWith(process, name);
          expect(() => globalThis.process.kill(inner, 0)).toThrow("ESRCH");
        }
      });
    }

    test("does nothing where it would do nothing to the command", async () => {
      const process = start(who, [NSBOX, "run", tree(who), "sleep", "60"]);
      const sleep = await programBelow(process.pid, "sleep");
      for (const name of ["SIGCONT", "SIGWINCH", "SIGURG", "SIGCHLD"] as const) process.kill(name);
      await Bun.sleep(50); // what must not happen has no event to wait for
      expect(() => globalThis.process.kill(sleep, 0)).not.toThrow();
      await endsWith(process, "SIGTERM");
    });

    test("runs the trap of a shell, which goes on", async () => {
      const script = 'trap "echo caught; exit 3" TERM; echo up; while :; do sleep 0.02; done';
      const { process, screen, ended } = watch(who, [NSBOX, "run", tree(who), "bash", "-c", script]);
      await screen.shows("up\n");
      process.kill("SIGTERM");
      expect(await ended).toEqual({ out: "up\ncaught\n", err: "", status: 3 });
    });

    test("ends nsbox at any moment of the set-up", async () => {
      // A start takes some 10 ms: this meets Bun, the monitor before and after the clone, and the command.
      for (let delay = 0; delay < 20; delay++) {
        const process = start(who, [NSBOX, "run", tree(who), "sleep", "60"]);
        await Bun.sleep(delay);
        await endsWith(process, "SIGTERM");
      }
    });
  });
});

/** Sends the signal, and expects nsbox to end as if that had ended the command, within a second. */
async function endsWith(process: ReturnType<typeof start>, name: NodeJS.Signals): Promise<void> {
  const sent = performance.now();
  process.kill(name);
  expect((await outcome(process)).status).toBe(128 + SIGNALS[name]);
  expect(performance.now() - sent).toBeLessThan(1000);
}
