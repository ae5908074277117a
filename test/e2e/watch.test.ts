/** `nsbox ls --watch`: in a terminal, in a pipe, and for programs. */
import { describe, expect, test } from "bun:test";
import { idOf, withSleep } from "./looking.ts";
import { watch } from "./screen.ts";
import { KEYS, Session } from "./session.ts";
import { AS_ROOT, NSBOX, ROOT, shell, USER } from "./support.ts";

const WHO = AS_ROOT ? ROOT : USER;
const FLAGS = AS_ROOT ? ["-n"] : ["-Urn"];
const LIST = [NSBOX, "ls", "-q", "--watch=0.2", "-t", "net"];

/** What a program wrote since it took the alternate screen, and whether it has given it back. */
const TAKEN = "\x1b[?1049h";
const GIVEN_BACK = "\x1b[?25h\x1b[?1049l";

describe("in a pipe", () => {
  test("each namespace that comes and goes is a line", async () => {
    const { process, screen, ended } = watch(WHO, LIST);
    try {
      await screen.shows(/\d\d:\d\d:\d\d = net:\[\d+\] /);
      let id = 0;
      await withSleep(WHO, FLAGS, async (pid) => {
        id = idOf(pid, "net");
        await screen.shows(new RegExp(`\\+ net:\\[${id}\\] process "sleep" \\(${pid}\\).*\n`));
      });
      await screen.shows(`- net:[${id}] process "sleep"`);
    } finally {
      process.kill("SIGKILL");
      await ended;
    }
  });

  test("for programs each is an object", async () => {
    const { process, screen, ended } = watch(WHO, [...LIST, "--json", "-o", "ns,pid"]);
    try {
      await screen.shows('"event":"there"');
      await withSleep(WHO, FLAGS, async (pid) => {
        const [line] = await screen.shows(/^\{"event":"came".*\}$/m);
        expect(JSON.parse(line)).toMatchObject({ facts: [], namespace: { ns: idOf(pid, "net"), pid } });
      });
    } finally {
      process.kill("SIGKILL");
      await ended;
    }
  });

  test("it ends when nobody reads any more, though nothing happens", async () => {
    const line = '{ "$NSBOX" ls -q --watch=100 -t time; echo "ended $?" >&2; } | head -1';
    const { err } = await shell(WHO, line);
    expect(err).toBe("ended 0\n");
  });
});

describe("in a terminal", () => {
  test("the list is kept up to date in place, and q gives the terminal back as it was", async () => {
    await using session = Session.shell(WHO);
    const { screen } = session;
    await screen.shows("outer> ");
    const before = session.modes;
    session.type(`${LIST.join(" ")}\n`);
    await screen.shows(TAKEN);
    await screen.shows("q quits");
    expect(session.modes).not.toBe(before);
    await withSleep(WHO, FLAGS, async (pid) => {
      await screen.shows(new RegExp(`\\+ net:\\[${idOf(pid, "net")}\\] process "sleep"`));
    });
    session.type("q");
    await screen.shows(GIVEN_BACK);
    await session.line("echo status $?", "outer> ");
    await screen.shows("status 0");
    expect(session.modes).toBe(before);
  });

  test.each([
    ["Ctrl-C", KEYS.interrupt],
    ["SIGTERM", ""],
  ])("%s gives the terminal back as well", async (name, key) => {
    await using session = new Session(WHO, LIST);
    await session.screen.shows("q quits");
    if (key === "") session.process.kill("SIGTERM");
    else session.type(key);
    await session.screen.shows(GIVEN_BACK);
    expect(await session.process.exited).toBe(name === "SIGTERM" ? 143 : 0);
  });

  test("Ctrl-Z gives it back until the shell goes on with it", async () => {
    await using session = Session.shell(WHO);
    const { screen } = session;
    await session.line(LIST.join(" "));
    await screen.shows("q quits");
    session.type(KEYS.suspend);
    await screen.shows(GIVEN_BACK);
    await session.line("fg");
    await screen.shows(TAKEN);
    await screen.shows("q quits");
    session.type("q");
    await session.line("echo status $?");
    await screen.shows("status 0");
  });

  test("arrows and End scroll a list that is higher than the terminal", async () => {
    const list = [NSBOX, "ls", "-q", "--watch=60", "--sort", "ns"];
    await using session = new Session(WHO, ["sh", "-c", `stty cols 100 rows 6; exec ${list.join(" ")}`]);
    const { screen } = session;
    await screen.shows("q quits");
    await screen.shows("\x1b[J");
    const firstOf = (frame: string[]) => frame[2]!.trim().split(/ +/)[0]!;
    const frames = () => framesOf(screen.text).filter((frame) => frame.length > 2);
    const top = firstOf(frames().at(-1)!);
    session.type("\x1b[B");
    await screen.shows("\x1b[J");
    expect(firstOf(frames().at(-1)!)).not.toBe(top);
    session.type("\x1b[F");
    await screen.shows("\x1b[J");
    expect(frames().at(-1)!.length).toBeGreaterThan(3);
    session.type("\x1b[H");
    await screen.shows("\x1b[J");
    expect(firstOf(frames().at(-1)!)).toBe(top);
  });

  test("no line is wider and nothing is higher than the terminal, which may change its size", async () => {
    await using session = new Session(WHO, ["sh", "-c", `stty cols 40 rows 8; exec ${LIST.join(" ")}`]);
    const { screen } = session;
    await screen.shows(TAKEN);
    await screen.shows("\x1b[J");
    await screen.shows("\x1b[J");
    for (const frame of framesOf(screen.text)) {
      expect(frame.length).toBeLessThanOrEqual(8);
      expect(Math.max(...frame.map((line) => Bun.stringWidth(line)))).toBeLessThanOrEqual(40);
    }
    session.process.terminal!.resize(100, 30);
    await screen.shows("COMMAND");
    session.type("q");
    expect(await session.process.exited).toBe(0);
  });
});

/** The pictures that were drawn one after the other, in lines. */
const framesOf = (text: string): string[][] =>
  text
    .split("\x1b[H")
    .slice(1)
    .map((frame) => Bun.stripANSI(frame.split("\x1b[J")[0]!).split("\r\n"));
