/** `nsbox attach`: a terminal on a container that lives, and off it again. */
import { expect, test } from "bun:test";
import { type Home, home } from "./homes.ts";
import { Screen } from "./screen.ts";
import { Session } from "./session.ts";
import { NSBOX, PEOPLE, start } from "./support.ts";
import { tree } from "./trees.ts";

/** A terminal on which the owner of `own` runs `nsbox ARGS`, in a shell that tells what came of it. */
const terminal = ({ who, env }: Home, ...args: string[]): Session =>
  new Session(who, [
    "env",
    `XDG_RUNTIME_DIR=${env["XDG_RUNTIME_DIR"] ?? ""}`,
    ...["bash", "-c", '"$@"; echo "status $?"; stty -a | grep -o -- "-\\?icanon"', "-", NSBOX, ...args],
  ]);

test.each(PEOPLE)("$name: who detaches by the keys leaves it running, and finds it again", async (who) => {
  const own = await home(who);
  const words = ["run", "-d", "-t", "--interactive", "--name", "c", tree(own.who), "bash", "--norc"];
  expect((await own.nsbox(...words)).status).toBe(0);
  const first = terminal(own, "attach", "c");
  first.type("name=kept; echo $((6*7))\r");
  await first.screen.shows("\n42\r\n");
  first.type("\x10\x11");
  await first.screen.shows("status 0");
  await first.screen.shows("\nicanon");
  expect((await own.nsbox("ps")).out).toContain("running");
  const second = terminal(own, "attach", "--detach-keys", "ctrl-x", "c");
  second.type("echo $name; tty\r");
  await second.screen.shows("\nkept\r\n/dev/pts/0\r\n");
  second.type("\x18");
  await second.screen.shows("status 0");
  const third = terminal(own, "attach", "c");
  third.type("exit 7\r");
  await third.screen.shows("status 7");
  expect((await own.nsbox("wait", "c")).out).toBe("7\n");
  for (const session of [first, second, third]) await session[Symbol.asyncDispose]();
});

test.each(PEOPLE)(
  "$name: without an input what is typed goes nowhere, and what is written is seen",
  async (who) => {
    const own = await home(who);
    const line = "trap 'echo got; exit 4' USR1; while :; do echo tick; sleep 0.02; done";
    expect((await own.nsbox("run", "-d", "--name", "c", tree(own.who), "bash", "-c", line)).status).toBe(0);
    const attached = start(own.who, [NSBOX, "attach", "c"], { env: own.env }, "pipe");
    attached.stdin.write("exit\n");
    attached.stdin.end();
    const screen = new Screen();
    for await (const bytes of attached.stdout) {
      if (screen.text === "") attached.kill("SIGUSR1");
      screen.feed(bytes);
    }
    expect(screen.text).toMatch(/^(tick\n)+got\n$/);
    expect(await attached.exited).toBe(4);
  },
);

test("what cannot be attached to says why, with a status of nsbox's own", async () => {
  const own = await home(PEOPLE[0]!);
  expect((await own.nsbox("attach", "c")).err).toContain('There is no container "c"');
  expect((await own.nsbox("run", "-d", "--name", "c", tree(own.who), "true")).status).toBe(0);
  expect((await own.nsbox("wait", "c")).out).toBe("0\n");
  const { err, status } = await own.nsbox("attach", "c");
  expect({ err, status }).toEqual({ err: 'error: Container "c" does not run\n', status: 125 });
  expect((await own.nsbox("attach", "--detach-keys", "ctrl-1", "c")).err).toContain('the key "ctrl-1"');
});
