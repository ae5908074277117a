/** `nsbox run -t`: a terminal of the command's own, and the caller's as it was. */
import { describe, expect, test } from "bun:test";
import { type Home, home } from "./homes.ts";
import { KEYS, Session } from "./session.ts";
import { forEveryone, hostProgram, NSBOX, PEOPLE, run, shell, until } from "./support.ts";
import { processState, programBelow } from "./traces.ts";
import { tree } from "./trees.ts";

describe("nsbox run -t", () => {
  forEveryone((who) => {
    const nsbox = `$NSBOX run -q -t ${tree(who)}`;

    for (const init of [[], ["--init"]]) {
      test(`the command leads a session on /dev/pts/0, its controlling terminal, ${init.join()}`, async () => {
        const look =
          "tty; tty < /dev/tty; read -r p c s pp g sid t f rest < /proc/self/stat; echo $p $sid $g $f";
        const words = [NSBOX, "run", "-q", "-t", ...init, tree(who), "bash", "-c", look];
        await using session = new Session(who, words);
        const shown = await session.screen.shows(
          /^\/dev\/pts\/0\r\n\/dev\/tty\r\n(\d+) (\d+) (\d+) (\d+)\r\n/,
        );
        // With an init that is PID 1, and leads; its group is in the foreground.
        expect(shown.slice(2)).toEqual(["1", "1", "1"]);
        expect(await session.process.exited).toBe(0);
      });
    }

    test("the size is the caller's, before and after a resize, of which the command hears", async () => {
      const script = 'stty size; trap "stty size; exit 3" WINCH; echo ready; while :; do sleep 0.01; done';
      await using session = new Session(who, [NSBOX, "run", "-t", tree(who), "bash", "-c", script]);
      await session.screen.shows(/^\d+ \d+\r\nready/);
      session.process.terminal!.resize(101, 51);
      await session.screen.shows("51 101");
      expect(await session.process.exited).toBe(3);
    });

    test("a shell inside has job control: Ctrl-C, Ctrl-Z, fg and bg", async () => {
      await using session = Session.shell(who);
      await session.line(`$NSBOX run -q -t -e PS1='inner> ' ${tree(who)} bash --norc --noediting -i`);
      await session.line("sleep 100", "inner> ");
      await programBelow(session.process.pid, "sleep");
      session.type(KEYS.interrupt);
      await session.line('echo "status $?"', "inner> ");
      await session.screen.shows("status 130");
      await session.line("sleep 101", "inner> ");
      const sleep = await programBelow(session.process.pid, "sleep");
      session.type(KEYS.suspend);
      await session.screen.shows("Stopped");
      expect(processState(sleep)?.state).toBe("T");
      await session.line("bg", "inner> ");
      await until("sleep to go on", () => processState(sleep)?.state === "S");
      await session.line("kill %1; fg", "inner> ");
      await session.line("exit 5", "inner> ");
      await session.line('echo "status $?"');
      await session.screen.shows("status 5");
      expect(session.screen.text).not.toMatch(/no job control|cannot set terminal/);
    });

    const LESS = hostProgram("less");
    test.skipIf(!LESS)("a pager fills the screen and takes keys (needs less)", async () => {
      await using session = Session.shell(who);
      await session.line(`seq 500 > /tmp/$$.n; $NSBOX run -q -t -e TERM=xterm / ${LESS} /tmp/$$.n`);
      session.process.terminal!.resize(80, 24);
      await session.screen.shows("\n20\r\n");
      session.type("G");
      await session.screen.shows("\n500\r\n");
      session.type("q");
      await session.line('rm /tmp/$$.n; echo "status $?"');
      await session.screen.shows("status 0");
    });

    for (const [what, command, end] of [
      ["it ends", "true", ""],
      ["its set-up fails", "/no/such/program", ""],
      ["it is killed in raw modes", "bash -c 'stty raw -echo; kill -9 $$'", ""],
      ["nsbox gets TERM", "sleep 60", "TERM"],
    ]) {
      test(`the caller's terminal is as before when ${what}`, async () => {
        await using session = Session.shell(who);
        await session.screen.shows("outer> ");
        const before = [session.modes, session.foreground];
        session.type(`${nsbox} ${command}\n`);
        if (end === "TERM") {
          await programBelow(session.process.pid, "sleep");
          await until("raw modes", () => session.modes.includes("-icanon"));
          process.kill(session.foreground, `SIG${end}`);
        }
        await session.screen.shows("outer> ");
        expect([session.modes, session.foreground]).toEqual(before);
      });
    }

    test("begun in the background it is usable once it is brought back", async () => {
      await using session = Session.shell(who);
      await session.screen.shows("outer> ");
      const before = session.modes;
      session.type(`${nsbox} cat &\n`);
      // The command is PID 1 of its namespace: its parent is the monitor.
      const cat = await programBelow(session.process.pid, "cat");
      await until("nsbox to stop", () => processState(processState(cat)!.parent)?.state === "T");
      await session.line("fg");
      await until("raw modes", () => session.modes.includes("-icanon"));
      session.type("hello\r");
      await session.screen.shows("hello\r\nhello\r\n");
      session.type(KEYS.endOfFile);
      await session.screen.shows("outer> ");
      expect(session.modes).toBe(before);
    });

    test("an input that is a pipe ends, wherever its last line does, and a shell sees that too", async () => {
      const ends = `printf 'a\\nb' | ${nsbox} cat; echo "status $?"; : | ${nsbox} cat; echo "status $?"`;
      const { out, status } = await shell(who, ends);
      expect([out.replaceAll("\r", ""), status]).toEqual(["a\nba\nbstatus 0\nstatus 0\n", 0]);
      const bash = await shell(who, `echo 'echo $((6*7)); exit 9' | ${nsbox} bash --norc; echo "status $?"`);
      expect(bash.out).toMatch(/\n42\r\n[\s\S]*status 9\n$/);
      const open = await shell(
        who,
        `echo 'echo $((6*7))' | timeout 9 ${nsbox} bash --norc; echo "status $?"`,
      );
      expect(open.out).toMatch(/\n42\r\n[\s\S]*status 0\n$/);
    });

    test("an output that is a pipe gets all, and a reader that goes ends the command", async () => {
      const all = await shell(
        who,
        `${nsbox} bash -c 'for i in {1..20000}; do echo $i; done' | cksum; seq 20000 | sed 's/$/\\r/' | cksum`,
      );
      const [mine, theirs] = all.out.trim().split("\n");
      expect(mine).toBe(theirs);
      const closed = await shell(
        who,
        `${nsbox} bash -c 'while :; do echo y; done' | head -1; echo "\${PIPESTATUS[*]}"`,
      );
      expect(closed.out).toBe("y\r\n141 0\n");
    });

    test("with a pipe for an input the caller's keys still end it", async () => {
      await using session = Session.shell(who);
      await session.line(`sleep 60 | ${nsbox} sleep 61`);
      await until(
        "sleep 61",
        async () => (await programBelow(session.foreground, "sleep").catch(() => 0)) > 0,
      );
      session.type(KEYS.interrupt);
      await session.line('echo "status $?"');
      await session.screen.shows("status 130");
    });

    test("the caller's terminal cannot be reached from inside", async () => {
      const look = "stat -L -c %t:%T /dev/console; ls /dev/pts; cat < /dev/pts/1";
      await using session = new Session(who, [NSBOX, "run", "-q", "-t", tree(who), "bash", "-c", look]);
      await session.process.exited;
      const inside = session.screen.text;
      expect(inside).toContain("0  ptmx");
      expect(inside).toContain("No such file or directory");
      const device = Bun.spawnSync(["stat", "-c", "%t:%T", `/proc/${process.pid}/fd/0`]).stdout.toString();
      expect(inside).not.toContain(device);
    });

    test("without a mount namespace it is an error that says so", async () => {
      const { err, status } = await run(who, ["-t", "-p", tree(who), "true"]);
      expect([err.split("\n")[0], status]).toEqual([
        `error: Option "--tty" needs a mount namespace: the terminal is one of the container's own /dev/pts`,
        125,
      ]);
    });

    test("who closes all of its terminal's descriptors finds it again", async () => {
      const script = "exec 0<&- 1>&- 2>&-; sleep 0.1; exec 1>/dev/tty; echo back; exit 3";
      const { out, status } = await run(who, ["-q", "-t", tree(who), "bash", "-c", script]);
      expect([out, status]).toEqual(["back\r\n", 3]);
    });
  });
});

/** A terminal on which the owner of `own` runs a line of bash. */
const terminal = ({ who, env }: Home, line: string): Session =>
  new Session(who, [
    ...["env", `XDG_RUNTIME_DIR=${env["XDG_RUNTIME_DIR"] ?? ""}`],
    ...["bash", "-c", `stty -a | cksum; ${line}; echo "status $?"; stty -a | cksum`],
  ]);

describe.each(PEOPLE)("$name, a terminal of a container with a name", (who) => {
  test("Ctrl-P Ctrl-Q leaves it in the background, and the terminal as it was", async () => {
    const own = await home(who);
    await using session = terminal(own, `$NSBOX run -q -t --name c ${tree(own.who)} bash --norc`);
    const [before] = await session.screen.shows(/\d+ \d+\r\n/);
    session.type("echo $((6*7))\r");
    await session.screen.shows("\n42\r\n");
    session.type("\x10\x11");
    await session.screen.shows("status 0\r\n");
    expect((await session.screen.shows(/\d+ \d+\r\n/))[0]).toBe(before);
    expect((await own.nsbox("ps")).out).toContain("running");
    expect((await own.nsbox("rm", "-f", "c")).status).toBe(0);
  });

  test("a terminal that is closed leaves it in the background too", async () => {
    const own = await home(who);
    const session = terminal(own, `$NSBOX run -q -t --name c ${tree(own.who)} bash --norc`);
    session.type("echo $((6*7))\r");
    await session.screen.shows("\n42\r\n");
    await session[Symbol.asyncDispose]();
    const second = terminal(own, `$NSBOX attach c`);
    second.type("echo $((7*7)); exit 8\r");
    await second.screen.shows("\n49\r\n");
    await second.screen.shows("status 8");
    await second[Symbol.asyncDispose]();
  });

  test("begun in the background it is raw once it is brought back", async () => {
    const own = await home(who);
    const env = own.env["XDG_RUNTIME_DIR"] ?? "";
    await using session = Session.shell(own.who);
    await session.line(`XDG_RUNTIME_DIR=${env} $NSBOX run -q -t --name c ${tree(own.who)} cat &`);
    await until("it to run", async () => (await own.nsbox("ps")).out.includes("running"));
    await session.line("");
    await session.screen.shows("Stopped");
    await session.line("fg");
    await until("raw modes", () => session.modes.includes("-icanon"));
    session.type("hello\r");
    await session.screen.shows("hello\r\nhello\r\n");
    session.type(KEYS.endOfFile);
    await session.line('echo "status $?"');
    await session.screen.shows("status 0");
  });
});
