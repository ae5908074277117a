import { describe, expect, test } from "bun:test";
import { KEYS, Session } from "./session.ts";
import { forEveryone, until } from "./support.ts";
import { descendants, processState, programBelow } from "./traces.ts";
import { tree } from "./trees.ts";

const stopped = (pid: number) => until(`process ${pid} to stop`, () => processState(pid)?.state === "T");
const goesOn = (pid: number) => until(`process ${pid} to go on`, () => processState(pid)?.state === "S");

describe("a terminal over nsbox run", () => {
  forEveryone((who) => {
    test("Ctrl-Z stops the command of a whole startup, and fg goes on with it", async () => {
      await using session = Session.shell(who);
      await session.line(`$NSBOX run --init=full -q ${tree(who)} sleep 60`);
      const sleep = await programBelow(session.process.pid, "sleep");
      session.type(KEYS.suspend);
      await session.screen.shows("Stopped");
      await stopped(sleep);
      await session.line("fg");
      await goesOn(sleep);
      session.type(KEYS.interrupt);
      await session.line('echo "status $?"');
      await session.screen.shows("status 2");
    });

    for (const option of ["--init", "--init=group"]) {
      const nsbox = `$NSBOX run ${option} ${tree(who)}`;

      test(`Ctrl-C arrives once, with ${option}`, async () => {
        await using session = Session.shell(who);
        await session.line(
          `${nsbox} bash -c 'trap "((n++))" INT; echo ready; until ((n)); do sleep 0.02; done; sleep 0.2; echo "came $n times"'`,
        );
        await session.screen.shows("ready\r\n");
        session.type(KEYS.interrupt);
        await session.screen.shows("came 1 times");
      });

      test(`Ctrl-C ends sleep, and the shell sees 130, with ${option}`, async () => {
        await using session = Session.shell(who);
        await session.line(`${nsbox} sleep 60`);
        await programBelow(session.process.pid, "sleep");
        session.type(KEYS.interrupt);
        await session.line('echo "status $?"');
        await session.screen.shows("status 130");
      });

      test(`Ctrl-Z stops sleep, bg and fg go on with it, with ${option}`, async () => {
        await using session = Session.shell(who);
        const { screen } = session;
        await session.line(`${nsbox} sleep 60`);
        const sleep = await programBelow(session.process.pid, "sleep");
        session.type(KEYS.suspend);
        await screen.shows("Stopped");
        await stopped(sleep);
        await session.line("bg");
        await goesOn(sleep);
        await session.line("fg");
        await until("nsbox in the foreground", () => session.foreground !== session.process.pid);
        session.type(KEYS.suspend);
        await screen.shows("Stopped");
        await stopped(sleep);
        await session.line("fg");
        await goesOn(sleep);
        session.type(KEYS.interrupt);
        await session.line('echo "status $?"');
        await screen.shows("status 130");
      });

      test(`cat in the background stops when it reads, and reads in the foreground, with ${option}`, async () => {
        await using session = Session.shell(who);
        const { screen } = session;
        await session.line(`${nsbox} cat &`);
        await stopped(await programBelow(session.process.pid, "cat"));
        await session.line("jobs");
        await screen.shows("Stopped");
        await session.line("fg");
        await until("nsbox in the foreground", () => session.foreground !== session.process.pid);
        session.type("read now\n");
        await screen.shows("read now\r\nread now\r\n");
        session.type(KEYS.endOfFile);
        await session.line('echo "status $?"');
        await screen.shows("status 0");
      });

      test(`a terminal that hangs up ends a job that is stopped, with ${option}`, async () => {
        const before = descendants();
        await using session = Session.shell(who);
        await session.line(`${nsbox} cat &`);
        await stopped(await programBelow(session.process.pid, "cat"));
        await session.line("jobs");
        await session.screen.shows("Stopped");
        await session[Symbol.asyncDispose]();
        await until("nothing to be left", () => descendants().length === before.length);
      });

      test(`the modes and the foreground are the caller's again after a shell inside, with ${option}`, async () => {
        await using session = Session.shell(who);
        await session.screen.shows("outer> ");
        const before = [session.modes, session.foreground];
        session.type(`${nsbox} bash --norc --noediting -i\n`);
        await session.screen.shows(/bash-\S+[#$] /);
        session.type("stty raw -echo; kill -9 $$\n");
        await session.screen.shows("outer> ");
        expect([session.modes, session.foreground]).toEqual(before);
      });
    }

    test("a shell stops waiting in its script where Ctrl-C ended the command", async () => {
      await using session = Session.shell(who);
      await session.line(`bash -c '$NSBOX run --init ${tree(who)} sleep 60; echo "went on"'`);
      await programBelow(session.process.pid, "sleep");
      session.type(KEYS.interrupt);
      await session.line('echo "script: $?"');
      await session.screen.shows("script: 130");
      expect(session.screen.text).not.toContain("went on\r");
    });
  });
});
