/** `nsbox shell` and `nsbox unshare`: namespaces over the host's own files. Judges: the kernel's /proc, ps. */
import { describe, expect, test } from "bun:test";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { KINDS } from "../../src/ns/kinds.ts";
import { KEYS, Session } from "./session.ts";
import {
  CALLER_ENV,
  call,
  forEveryone,
  hostProgram,
  NSBOX,
  type Person,
  reachable,
  SCRATCH,
  shell,
  until,
} from "./support.ts";
import { descendants, processState, programBelow, traces } from "./traces.ts";

const NAMES = KINDS.map(({ name }) => name);
const LINKS = `cd /proc/self/ns; for k in ${NAMES.join(" ")}; do readlink $k; done`;
const own = () => NAMES.map((name) => readlinkSync(`/proc/self/ns/${name}`));

const unshare = (who: Person, ...args: string[]) => call(who, [NSBOX, "unshare", ...args]);
/** What a shell prints that gets `lines` as its input. */
const shellSays = (who: Person, lines: string, options = "-q", before = "") =>
  shell(who, `${before} $NSBOX shell ${options} <<< "$1"`, lines);

describe("nsbox shell", () => {
  forEveryone((who) => {
    test("is PID 2 below an init, in namespaces of every kind", async () => {
      const { out, err, status } = await shellSays(who, `echo $$; cat /proc/1/comm; ${LINKS}; exit 7`);
      const [pid, init, ...links] = out.trim().split("\n");
      expect({ pid, init, err, status }).toEqual({ pid: "2", init: "nsbox-init", err: "", status: 7 });
      const outside = own();
      expect(links.length).toBe(NAMES.length);
      expect(links.filter((link, index) => link === outside[index])).toEqual([]);
    });

    test("maps the caller to root, and stays who it is outside", async () => {
      const { out } = await shellSays(who, "id -u; id -g; cat /proc/self/uid_map");
      expect(out.trim().split(/\s+/)).toEqual(["0", "0", "0", `${who.uid}`, "1"]);
    });

    test("shows its own processes alone, in a /proc without devices, setuid and other programs", async () => {
      const { out } = await shellSays(who, "ps -e -o comm=; grep ' /proc ' /proc/self/mountinfo | tail -n 1");
      const lines = out.trim().split("\n");
      expect(lines.slice(0, -1)).toEqual(["nsbox-init", expect.any(String), "ps"]);
      expect(lines.at(-1)).toContain("nosuid,nodev,noexec");
    });

    test("may mount, rename the host and use lo, and the host notices nothing", async () => {
      const before = { mounts: readFileSync("/proc/self/mountinfo", "utf8"), name: hostname() };
      const { out } = await shellSays(
        who,
        "mount -t tmpfs none /mnt && hostname zion; hostname; cat /sys/class/net/lo/flags; ip -o link | wc -l; grep -c ' /mnt ' /proc/self/mountinfo",
      );
      expect(out.split("\n").filter((line) => !line.startsWith("0x"))).toEqual(["zion", "1", "1", ""]);
      expect({ mounts: readFileSync("/proc/self/mountinfo", "utf8"), name: hostname() }).toEqual(before);
    });

    test("is $SHELL, else bash, and keeps directory and variables", async () => {
      const line = "readlink /proc/$$/exe; pwd; echo $MARK";
      const dash = hostProgram("dash") ?? hostProgram("sh")!;
      const first = await shellSays(who, line, "-q", `cd /usr; export MARK=kept SHELL=${dash};`);
      const second = await shellSays(who, line, "-q", "cd /usr; export MARK=kept SHELL=/nowhere/sh;");
      expect(first.out).toBe(`${readlinkOf(dash)}\n/usr\nkept\n`);
      expect(second.out).toEndWith("/bash\n/usr\nkept\n");
    });

    test("says where one is and what to try, but not with -q", async () => {
      const { err } = await shellSays(who, "true", "");
      expect(err).toStartWith(
        "note: A shell in namespaces of every kind, over the host's own files. Try: id;",
      );
      expect(err.trim().split("\n").length).toBe(1);
    });

    test("leaves a kind out that is shared, and refuses a word that is none", async () => {
      const { out } = await shellSays(
        who,
        "readlink /proc/self/ns/net; readlink /proc/self/ns/uts",
        "-q --share net",
      );
      const [net, uts] = out.trim().split("\n");
      expect(net).toBe(readlinkSync("/proc/self/ns/net"));
      expect(uts).not.toBe(readlinkSync("/proc/self/ns/uts"));
      const { err, status } = await shellSays(who, "echo ran", "--share bogus");
      expect({ err, status }).toEqual({
        err: expect.stringContaining('Unknown kind of namespace "bogus" in "--share"'),
        status: 125,
      });
    });

    test("has job control on a terminal, which it gives back", async () => {
      await using session = Session.shell(who);
      const { screen } = session;
      await screen.shows("outer> ");
      const modes = session.modes;
      session.type("PS1='inner> ' SHELL=$(type -P bash) $NSBOX shell\n");
      await screen.shows("note: A shell in namespaces");
      session.type("PS1='inner> '\n");
      await screen.shows(/[^']inner> /);
      session.type("sleep 60\n");
      const sleep = await programBelow(session.process.pid, "sleep");
      const group = Number(processState(sleep)!.fields[2]);
      await until("sleep in the foreground", () => session.foreground === group);
      session.type(KEYS.suspend);
      await until("sleep to stop", () => processState(sleep)?.state === "T");
      await session.line("fg", "inner> ");
      await until("sleep in the foreground again", () => session.foreground === group);
      session.type(KEYS.interrupt);
      await session.line('echo "status $?"', "inner> ");
      await screen.shows("status 130");
      await session.line("exit 5", "inner> ");
      await session.line('echo "outside $?"');
      await screen.shows("outside 5");
      await screen.shows("outer> ");
      expect(session.modes).toBe(modes);
    });

    test("cannot type into the caller's terminal", async () => {
      if (hostProgram("python3") === undefined) return;
      const line = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSTI, b'x')";
      const { err } = await unshare(who, "python3", "-c", line);
      expect(err).toContain("Operation not permitted");
    });
  });
});

const readlinkOf = (path: string) => Bun.spawnSync(["readlink", "-f", path]).stdout.toString().trim();

describe("nsbox unshare", () => {
  forEveryone((who) => {
    test("makes the kinds that are named, and keeps the others", async () => {
      const { out, err } = await unshare(who, "-n", "--", "sh", "-c", LINKS);
      const outside = own();
      const differ = NAMES.filter((_, index) => out.split("\n")[index] !== outside[index]);
      expect({ differ, err }).toEqual({ differ: who.uid === 0 ? ["net"] : ["user", "net"], err: "" });
    });

    test("makes every kind where none is named, or all but the shared ones", async () => {
      for (const [options, shared] of [
        [[], []],
        [
          ["--share", "pid,time"],
          ["pid", "time"],
        ],
      ] as const) {
        const { out } = await unshare(who, ...options, "sh", "-c", LINKS);
        const outside = own();
        const same = NAMES.filter((_, index) => out.split("\n")[index] === outside[index]);
        expect(same).toEqual([...shared]);
      }
    });

    test("shows ps its own processes alone with -m and -p", async () => {
      const { out, status } = await unshare(who, "-m", "-p", "--", "ps", "-e", "-o", "pid=,comm=");
      expect({ out: out.trim(), status }).toEqual({ out: "1 ps", status: 0 });
    });

    test("puts an init before the command with --init", async () => {
      expect((await unshare(who, "-p", "-m", "--init", "sh", "-c", "echo $$")).out).toBe("2\n");
    });

    test("notes that /proc stays the host's with -p alone", async () => {
      const { err } = await unshare(who, "-p", "true");
      expect(err).toBe("note: /proc stays the host's, and shows its processes (-m changes that)\n");
    });

    test("hands on the exit status, 128+n for a signal, 127 for what is not there", async () => {
      const status = async (...command: string[]) => (await unshare(who, ...command)).status;
      expect(await status("sh", "-c", "exit 42")).toBe(42);
      expect(await status("-n", "sh", "-c", "kill -TERM $$")).toBe(143);
      expect(await status("no-such-command")).toBe(127);
      const { err } = await unshare(who, "no-such-command");
      expect(err).toStartWith(`error: Command "no-such-command" not found in the caller's own files\n`);
    });

    test("finds a command by a path from the caller's directory", async () => {
      const options = { cwd: "/usr" };
      expect((await call(who, [NSBOX, "unshare", "./bin/env", "pwd"], options)).out).toBe("/usr\n");
    });

    test("hands on variables and words that are no UTF-8", async () => {
      const line = String.raw`X=$(printf 'a\377') $NSBOX unshare sh -c 'printf %s "$X$1"' sh "$(printf 'b\376')" | od -An -tx1`;
      expect((await shell(who, line)).out.trim()).toBe("61 ff 62 fe");
    });

    test("ends all that it started with the caller's signal", async () => {
      const process = Bun.spawn([...who.prefix, NSBOX, "unshare", "sleep", "60"], {
        cwd: "/",
        env: CALLER_ENV,
      });
      while (!descendants(process.pid).some((pid) => textOfComm(pid) === "sleep\n")) await Bun.sleep(5);
      process.kill("SIGTERM");
      await process.exited;
      expect(process.signalCode ?? process.exitCode).toBe(143);
    });

    test("leaves nothing, and names the step, whichever fails", async () => {
      const inject = await injector();
      const steps = Number((await call(who, inject)).out);
      const before = traces();
      for (let step = 1; step < steps; step++) {
        const { out, err, status } = await call(who, [...inject, `${step}`, "5", NSBOX]);
        expect([step, out, status]).toEqual([step, "", 125]);
        expect(err).toContain(`(EIO) at step ${step} of ${steps}`);
      }
      expect(traces()).toEqual(before);
    }, 30_000);
  });

  test("refuses what contradicts itself", async () => {
    for (const [words, text] of [
      [["-n", "--share", "pid", "true"], 'Option "--share" cannot be combined'],
      [["-n", "--init", "true"], 'Option "--init" needs a PID namespace'],
      [["-p", "--no-lo", "true"], 'Option "--no-lo" needs a network namespace'],
      [["-p", "-H", "zion", "true"], 'Option "--hostname" needs a UTS namespace'],
      [[], "Missing COMMAND"],
      [["--explain", "--explain-json", "true"], "contradict each other"],
    ] as const) {
      const { err, status } = await shell(
        { name: "anybody", prefix: [], uid: 0 },
        '$NSBOX unshare "$@"',
        ...words,
      );
      expect({ err, status }).toEqual({ err: expect.stringContaining(text), status: 125 });
    }
  });
});

const textOfComm = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8");
  } catch {
    return "";
  }
};

let bundled: string[] | undefined;

/** Plain Bun, and the program that has one step fail. */
async function injector(): Promise<string[]> {
  if (bundled !== undefined) return bundled;
  const { outputs } = await Bun.build({
    entrypoints: [join(import.meta.dir, "fixtures/inject-unshare.ts")],
    target: "bun",
    outdir: SCRATCH,
  });
  bundled = [reachable(process.execPath), outputs[0]!.path];
  return bundled;
}
