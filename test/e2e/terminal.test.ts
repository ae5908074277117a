import { describe, expect, test } from "bun:test";
import { KEYS, Session } from "./session.ts";
import { AS_ROOT, forEveryone, hostProgram, NSBOX, ROOT, run } from "./support.ts";
import { processState, programBelow } from "./traces.ts";
import { tree } from "./trees.ts";

const PYTHON = hostProgram("python3");

describe("on a terminal", () => {
  forEveryone((who) => {
    for (const kinds of [[], ["--share", "pid"]]) {
      const where = kinds.length > 0 ? "without a PID namespace" : "in a PID namespace";

      test(`Ctrl-C reaches a handler once, ${where}`, async () => {
        const count =
          'n=0; trap "((n++))" INT; echo ready; until read line; do echo "so far $n"; done; echo "in all $n"';
        await using session = new Session(who, [NSBOX, "run", ...kinds, tree(who), "bash", "-c", count]);
        const { screen } = session;
        await screen.shows("ready");
        for (let pressed = 1; pressed <= 3; pressed++) {
          session.type(KEYS.interrupt);
          await screen.shows("^C");
          session.type(KEYS.endOfFile);
          await screen.shows(`so far ${pressed}`);
        }
        session.type("\n");
        await screen.shows("in all 3");
        expect(await session.process.exited).toBe(0);
      });

      test(`Ctrl-C ends the script that called nsbox as well, ${where}`, async () => {
        const words = `"$0" run ${kinds.join(" ")} "$1" sleep 60`;
        const script = `echo ready; for i in 1 2; do ${words}; echo went on; done`;
        await using session = new Session(who, ["bash", "-c", script, NSBOX, tree(who)]);
        await session.screen.shows("ready");
        await programBelow(session.process.pid, "sleep");
        session.type(KEYS.interrupt);
        expect(await session.process.exited).toBe(130);
        expect(session.screen.text).not.toContain("went on");
      });

      const sleeps = ["sleep", "60"];
      const waits = ["bash", "-c", "sleep 60; echo not reached"];
      // A shell that is no terminal's own ignores the quit key, outside too.
      for (const [key, status, command] of [
        ["interrupt", 130, sleeps],
        ["interrupt", 130, waits],
        ["quit", 131, sleeps],
      ] as const) {
        test(`the ${key} key ends \`${command.join(" ")}\`, ${where}`, async () => {
          await using session = new Session(who, [NSBOX, "run", ...kinds, tree(who), ...command]);
          await programBelow(session.process.pid, "sleep");
          session.type(KEYS[key]);
          const began = performance.now();
          expect(await session.process.exited).toBe(status);
          expect(performance.now() - began).toBeLessThan(1000);
          expect(session.screen.text).not.toContain("not reached");
        });
      }

      test(`a hang-up ends the command, ${where}`, async () => {
        await using session = new Session(who, [NSBOX, "run", ...kinds, tree(who), "sleep", "60"]);
        const sleep = await programBelow(session.process.pid, "sleep");
        session.process.terminal!.close();
        expect(await session.process.exited).toBe(129);
        expect(processState(sleep)).toBeUndefined();
      });

      test(`a resize reaches a handler once, ${where}`, async () => {
        const script =
          'trap "echo resized" WINCH; echo ready; until read line; do echo again; done; stty size';
        await using session = new Session(who, [NSBOX, "run", ...kinds, tree(who), "bash", "-c", script]);
        await session.screen.shows("ready");
        session.process.terminal!.resize(101, 51);
        session.type("\n");
        expect(await session.process.exited).toBe(0);
        expect(session.screen.text.match(/resized|51 101/g)).toEqual(["resized", "51 101"]);
      });

      test(`an interactive shell has job control, and Ctrl-C spares it, ${where}`, async () => {
        await using session = Session.shell(who);
        const { screen } = session;
        await session.line(
          `$NSBOX run ${kinds.join(" ")} -e PS1='inner> ' ${tree(who)} bash --norc --noediting -i`,
        );
        await session.line("sleep 100", "inner> ");
        await programBelow(session.process.pid, "sleep");
        session.type(KEYS.interrupt);
        await session.line('echo "status $?"', "inner> ");
        await screen.shows("status 130");
        await session.line("sleep 101", "inner> ");
        await programBelow(session.process.pid, "sleep");
        session.type(KEYS.suspend);
        await screen.shows("Stopped");
        await session.line("kill %1; fg", "inner> ");
        await session.line("exit 5", "inner> ");
        await session.line('echo "status $?"');
        await screen.shows("status 5");
        expect(screen.text).not.toMatch(/no job control|cannot set terminal process group/);
      });
    }

    test("a script that reads goes on reading after nsbox", async () => {
      const script = `$NSBOX run ${tree(who)} bash --norc --noediting -ic 'echo inside'; read line; echo "read: $line"`;
      await using session = new Session(who, ["bash", "-c", script]);
      await session.screen.shows("inside");
      session.type("still here\n");
      await session.screen.shows("read: still here");
      expect(await session.process.exited).toBe(0);
    });

    test("/dev/console is that terminal, and is absent where there is none", async () => {
      const look = "test -c /dev/console && stat -L -c %t:%T /dev/console /dev/fd/0";
      await using session = new Session(who, [NSBOX, "run", tree(who), "sh", "-c", look]);
      expect(await session.process.exited).toBe(0);
      expect(session.screen.text).toMatch(/^(88:\w+)\r\n\1\r\n$/); // 0x88: pseudo-terminals
      expect((await run(who, [tree(who), "test", "-e", "/dev/console"])).status).toBe(1);
    });

    test.skipIf(!PYTHON)("nobody inside can type for the caller (TIOCSTI; needs python3)", async () => {
      const script = [
        "import fcntl, termios",
        "try: fcntl.ioctl(0, termios.TIOCSTI, b'x'); print('typed')",
        "except OSError as error: print(error.strerror)",
      ].join("\n");
      await using session = new Session(who, [NSBOX, "run", "/", PYTHON!, "-c", script]);
      expect(await session.process.exited).toBe(0);
      expect(session.screen.text).toBe("Operation not permitted\r\n");
    });
  });

  test.skipIf(!PYTHON || !AS_ROOT)(
    "outside that can be done: the refusal is ours (needs python3, root)",
    async () => {
      const script = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSTI, b'x'); print('typed')";
      await using session = new Session(ROOT, [PYTHON!, "-c", script]);
      await session.process.exited;
      expect(session.screen.text).toContain("typed");
    },
  );
});
