import { describe, expect, test } from "bun:test";
import { KEYS, Session } from "./session.ts";
import { forEveryone, until } from "./support.ts";
import { processState, programBelow } from "./traces.ts";
import { tree } from "./trees.ts";

/** Processor time that a process has used, in clock ticks. */
const ticks = (pid: number): number => {
  const fields = processState(pid)!.fields;
  return Number(fields[11]) + Number(fields[12]);
};

const stopped = (pid: number) => until(`process ${pid} to stop`, () => processState(pid)?.state === "T");

describe("a shell's job control over nsbox", () => {
  forEveryone((who) => {
    for (const kinds of ["", "--share pid"]) {
      const where = kinds === "" ? "in a PID namespace" : `with ${kinds}`;
      const nsbox = `$NSBOX run ${kinds} ${tree(who)}`;

      test(`Ctrl-Z stops sleep, bg and fg go on with it, ${where}`, async () => {
        await using session = Session.shell(who);
        const { screen } = session;
        await session.line(`${nsbox} sleep 60`);
        const sleep = await programBelow(session.process.pid, "sleep");
        session.type(KEYS.suspend);
        await screen.shows("Stopped");
        await stopped(sleep);
        await session.line("bg");
        await until("sleep to go on", () => processState(sleep)?.state === "S");
        await session.line("jobs");
        await screen.shows("Running");
        await session.line("fg");
        await until("nsbox in the foreground", () => session.foreground !== session.process.pid);
        session.type(KEYS.suspend);
        await screen.shows("Stopped");
        await stopped(sleep);
        await session.line("fg");
        await until("sleep to go on", () => processState(sleep)?.state === "S");
        session.type(KEYS.interrupt);
        await session.line('echo "status $?"');
        await screen.shows("status 130");
      });

      test(`Ctrl-Z and fg lose nothing of what cat is told, ${where}`, async () => {
        await using session = Session.shell(who);
        const { screen } = session;
        await session.line(`${nsbox} cat`);
        await programBelow(session.process.pid, "cat");
        session.type("one\n");
        await screen.shows("one\r\none\r\n");
        session.type(KEYS.suspend);
        await screen.shows("Stopped");
        await session.line("fg");
        await until("nsbox in the foreground", () => session.foreground !== session.process.pid);
        session.type("two\n");
        await screen.shows("two\r\ntwo\r\n");
        session.type(KEYS.endOfFile);
        await session.line('echo "status $?"');
        await screen.shows("status 0");
      });

      test(`cat in the background stops when it reads, and uses no processor, ${where}`, async () => {
        await using session = Session.shell(who);
        const { screen } = session;
        await session.line(`${nsbox} cat &`);
        const cat = await programBelow(session.process.pid, "cat");
        await stopped(cat);
        await session.line("jobs");
        await screen.shows("Stopped");
        const used = ticks(cat);
        await Bun.sleep(500); // time in which it could be busy
        expect(ticks(cat) - used).toBeLessThanOrEqual(1);
        await session.line("fg");
        await until("nsbox in the foreground", () => session.foreground !== session.process.pid);
        session.type("read now\n");
        await screen.shows("read now\r\nread now\r\n");
        session.type(KEYS.endOfFile);
        await session.line('echo "status $?"');
        await screen.shows("status 0");
      });

      test(`a program that stops itself is a stopped job, ${where}`, async () => {
        await using session = Session.shell(who);
        await session.line(`${nsbox} sh -c 'kill -STOP $$; exit 4'`);
        // PID 1 cannot stop itself: the kernel shields it even there.
        if (kinds !== "") {
          await session.screen.shows("Stopped");
          await session.line("fg");
        }
        await session.line('echo "status $?"');
        await session.screen.shows("status 4");
      });
    }
  });
});
