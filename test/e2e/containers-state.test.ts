/** What stands in STATE, however it came to stand there: the commands understand it, and repair it. */
import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { EXITED, type Home, home, put, running } from "./homes.ts";
import { Screen } from "./screen.ts";
import {
  AS_ROOT,
  CALLER_ENV,
  call,
  forEveryone,
  NSBOX,
  ROOT,
  SCRATCH,
  start,
  USER,
  until,
} from "./support.ts";

const BUN = process.execPath;
const CREATE = join(import.meta.dir, "fixtures/create-container.ts");
const [A, B, C] = ["aaaaaaaaaaa1", "aaaaaaaaaaa2", "bbbbbbbbbbb1"] as const;
const idsIn = ({ state }: Home): string[] => readdirSync(`${state}/containers`);

/** Whether the built state library can be called as that person: bun and the sources are reachable. */
const canCreate = AS_ROOT ? [ROOT] : [USER];

forEveryone((who) => {
  test("ps lists what lives, and with -a what has ended", async () => {
    const own = await home(who);
    put(own, { id: A, name: "lives", status: running(), locked: true });
    put(own, { id: C, name: "ended", status: EXITED });
    const [living, all] = await Promise.all([own.nsbox("ps"), own.nsbox("ps", "-a")]);
    expect(living.out.split("\n")[1]).toMatch(
      new RegExp(`^${A}  lives  running \\d+ seconds? +${process.pid}  sleep 9$`),
    );
    expect(living.out).not.toContain("ended");
    expect(all.out).toMatch(new RegExp(`${C}  ended  exited \\(3\\) \\d+ days ago +-  +sleep 9`));
  });

  test("ps says nothing, and makes nothing, where there was never a container", async () => {
    const own = await home(who);
    expect(await own.nsbox("ps", "-q")).toEqual({ out: "", err: "", status: 0 });
    expect(existsSync(own.state)).toBe(false);
  });

  test("a container goes by its name, its id, and a beginning of it that no other has", async () => {
    const own = await home(who);
    for (const [id, name] of [
      [A, "one"],
      [B, "two"],
      [C, "three"],
    ] as const)
      put(own, { id, name, status: EXITED });
    const idOf = async (word: string) => JSON.parse((await own.nsbox("inspect", word)).out)[0]?.id;
    expect(await Promise.all(["one", B, "b"].map(idOf))).toEqual([A, B, C]);
    const { err } = await own.nsbox("inspect", "aa");
    expect(err).toContain('"aa" may be any of 2 containers');
    expect((await own.nsbox("inspect", "thre")).err).toContain('Did you mean "three"?');
  });

  test("one whose supervisor was killed is lost, and its process with it", async () => {
    const own = await home(who);
    const orphan = Bun.spawn([...who.prefix, "sleep", "100"]);
    await until("sleep runs", () =>
      Bun.file(`/proc/${orphan.pid}/comm`)
        .text()
        .then((comm) => comm === "sleep\n"),
    );
    // It waits a second before it removes empty groups, which tests that end a whole host leave: now, not then.
    await own.nsbox("gc");
    put(own, { id: A, name: "k", status: running(orphan.pid) });
    const { out } = await own.nsbox("gc");
    expect(out).toBe("lost container k\n");
    expect(await orphan.exited).toBe(137);
    expect((await own.nsbox("ps", "-a")).out).toMatch(/k +lost 0 seconds ago/);
    expect((await own.nsbox("wait", "k")).out).toBe("137\n");
  });

  test("a PID that is another's by now is left alone", async () => {
    const own = await home(who);
    const other = Bun.spawn([...who.prefix, "sleep", "100"]);
    put(own, { id: A, status: running(other.pid).replace(/(pid \d+) \d+\n/, "$1 1\n") });
    await own.nsbox("gc");
    expect(existsSync(`/proc/${other.pid}`)).toBe(true);
    other.kill();
    expect(await other.exited).not.toBe(137);
  });

  test("what a killed nsbox left half-made is removed with its name, unless it is still young", async () => {
    const own = await home(who);
    put(own, { id: A, name: "old", age: 60 });
    put(own, { id: B, name: "young" });
    expect((await own.nsbox("ps")).out).toMatch(/young +starting/);
    expect(idsIn(own)).toEqual([B]);
    expect(readdirSync(`${own.state}/names`)).toEqual(["young"]);
  });

  test("a name that stands for nothing is no container, and gc removes it", async () => {
    const own = await home(who);
    put(own, { id: A, status: EXITED });
    symlinkSync(B, `${own.state}/names/stale`);
    symlinkSync("../..", `${own.state}/names/hostile`);
    expect((await own.nsbox("inspect", "stale")).err).toContain('no container "stale"');
    expect((await own.nsbox("rename", A, "stale")).status).toBe(0);
    expect((await own.nsbox("gc")).out).toBe("name hostile\n");
    expect(readdirSync(`${own.state}/names`)).toEqual(["stale"]);
  });

  test("a status or a configuration that is garbage ends no command", async () => {
    const own = await home(who);
    put(own, { id: A, name: "garbage", status: "\0\xff state running\nstate", config: "{" });
    put(own, { id: B, name: "numbers", status: "state running\npid x y\n" });
    const { out, err, status } = await own.nsbox("ps", "-a");
    expect({ err, status }).toEqual({ err: "", status: 0 });
    expect(out).toMatch(/garbage +lost .*\n.*numbers +lost /);
    expect((await own.nsbox("rm", "garbage", "numbers")).status).toBe(0);
    expect(idsIn(own)).toEqual([]);
  });

  test("a link in a container's place is refused, and the others are listed", async () => {
    const own = await home(who);
    const real = put(own, { id: A, name: "fine", status: EXITED });
    symlinkSync(real, `${own.state}/containers/${B}`);
    const { out, err, status } = await own.nsbox("ps", "-a", "-q");
    expect(out).toBe(`${A}\n`);
    expect(err).toContain("it is a symbolic link");
    expect(status).toBe(1);
  });

  test("a place that others may write to is refused", async () => {
    const own = await home(who);
    put(own, { id: A, status: EXITED });
    chmodSync(own.state, 0o777);
    const { err, status } = await own.nsbox("ps");
    expect(err).toContain("others may write to it (mode 0777)");
    expect(status).toBe(1);
  });

  test("no name leads out, and none reaches the terminal raw", async () => {
    const own = await home(who);
    put(own, {
      id: A,
      name: "fine",
      status: EXITED,
      config: {
        version: 1,
        id: A,
        created: "",
        cwd: "/",
        root: "/",
        command: ["\x1b[2J\u202e\n"],
        stopSignal: 15,
        stopTimeout: 1,
      },
    });
    for (const word of ["..", ".", "a/b", "../names", "\x1b[31mred", "x".repeat(5000), "fine/"]) {
      for (const command of ["inspect", "rm", "stop", "kill", "logs", "wait", "top"]) {
        const { out, err, status } = await own.nsbox(command, word);
        expect(status).not.toBe(0);
        expect(out + err).not.toMatch(/[\0-\x09\x0b-\x1f\x7f\u202e]/);
      }
      expect((await own.nsbox("rename", "fine", word)).err).toContain("Not a container's name");
    }
    expect((await own.nsbox("ps", "-a")).out).toContain("\\x1b[2J\\u202e\\n");
    expect(idsIn(own)).toEqual([A]);
  }, 30_000);

  test("on a terminal no line is wider than it, and elsewhere nothing is cut", async () => {
    const own = await home(who);
    const command = ["x".repeat(500), "\u4e2d".repeat(100)];
    const config = {
      version: 1,
      id: A,
      created: "",
      cwd: "/",
      root: "/",
      command,
      stopSignal: 15,
      stopTimeout: 1,
    };
    put(own, { id: A, name: "n".repeat(64), status: EXITED, config });
    const screen = new Screen();
    const terminal = { cols: 80, rows: 24, data: (_: unknown, bytes: Uint8Array) => screen.feed(bytes) };
    const process = Bun.spawn([...own.who.prefix, NSBOX, "ps", "-a"], { env: own.env, terminal });
    await process.exited;
    await screen.shows("…\r\n");
    const widths = screen.text.split("\r\n").map((line) => Bun.stringWidth(line));
    expect(Math.max(...widths)).toBeGreaterThan(70);
    expect(Math.max(...widths)).toBeLessThanOrEqual(80);
    expect((await own.nsbox("ps", "-a")).out).toContain(command.join(" "));
  });

  test("rm wants what lives to be ended first, and forgets the rest", async () => {
    const own = await home(who);
    put(own, { id: A, name: "lives", status: running(), locked: true });
    put(own, { id: B, name: "ended", status: EXITED });
    const { out, err, status } = await own.nsbox("rm", "lives", "ended", "none");
    expect({ out, status }).toEqual({ out: "ended\n", status: 1 });
    expect(err).toContain("it runs");
    expect(err).toContain('no container "none"');
    expect(idsIn(own)).toEqual([A]);
  });

  test("of many who give one name at once, exactly one gets it", async () => {
    const own = await home(who);
    const ids = Array.from({ length: 10 }, (_, at) => `cccccccccc0${at}`);
    for (const id of ids) put(own, { id, status: EXITED });
    const results = await Promise.all(ids.map((id) => own.nsbox("rename", id, "wanted")));
    expect(results.filter(({ status }) => status === 0)).toHaveLength(1);
    expect(results.filter(({ err }) => err.includes('The name "wanted" is taken'))).toHaveLength(9);
  });

  test("a thousand containers are listed within 100 ms of processor time more than none", async () => {
    const [many, none] = await Promise.all([home(who), home(who)]);
    for (let at = 0; at < 1000; at++) {
      const id = `d${at.toString(16).padStart(11, "0")}`;
      put(many, { id, name: `n${at}`, status: running(), locked: true });
    }
    const time = async (own: Home): Promise<number> => {
      const process = own.start("ps", "-q");
      const lines = (await process.stdout.text()).split("\n").length - 1;
      await process.exited;
      expect(lines).toBe(own === many ? 1000 : 0);
      return Number(process.resourceUsage()!.cpuTime.total) / 1000;
    };
    const best = async (own: Home) => Math.min(await time(own), await time(own), await time(own));
    expect((await best(many)) - (await best(none))).toBeLessThan(100);
  });
});

describe.each(canCreate)("for $name", (who) => {
  /** Runs the library's createContainer and storePlan in a process of its own. */
  const create = ({ who: person, env }: Home, ...words: string[]) =>
    call(person, [BUN, CREATE, ...words], { env });

  test("of 20 containers made at once with one name exactly one is made, and nothing stays of the others", async () => {
    const own = await home(who);
    const results = await Promise.all(Array.from({ length: 20 }, () => create(own, "web", "10")));
    const made = results.filter(({ status }) => status === 0);
    expect(made).toHaveLength(1);
    expect(idsIn(own)).toEqual([made[0]!.out.trim()]);
    expect(results.filter(({ out }) => out.includes("is taken"))).toHaveLength(19);
  });

  test("killed at any moment, one that makes a container leaves nothing that gc does not remove", async () => {
    const own = await home(who);
    await create(own, "first", "10");
    for (let at = 0; at < 20; at++) {
      const making = start(own.who, [BUN, CREATE, `c${at}`, "1000000"], { env: own.env });
      await Bun.sleep(at * 3);
      making.kill("SIGKILL");
      await making.exited;
    }
    for (const id of idsIn(own)) utimesSync(`${own.state}/containers/${id}`, 1, 1);
    const { err, status } = await own.nsbox("gc");
    expect({ err, status }).toEqual({ err: "", status: 0 });
    expect([idsIn(own), readdirSync(`${own.state}/names`)]).toEqual([[], []]);
  });

  test("a bad name fails before anything is made", async () => {
    const own = await home(who);
    for (const name of ["..", "a/b", "123", "-x", "x".repeat(65), "a b"]) {
      expect((await create(own, name, "10")).status).toBe(1);
    }
    expect(existsSync(own.state)).toBe(false);
  });

  test.skipIf(!AS_ROOT)("a full disk leaves nothing half-made (only root can make one here)", async () => {
    const own = await home(who, "64k");
    const { out, status } = await create(own, "web", "100000");
    expect(status).toBe(1);
    expect(out).toContain("no space left (ENOSPC)");
    expect(idsIn(own)).toEqual([]);
    expect(readdirSync(`${own.state}/names`)).toEqual([]);
    expect((await create(own, "web", "10")).status).toBe(0);
  });
});

test.skipIf(!AS_ROOT)("another user's place is refused (only root can make one)", async () => {
  const run = join(SCRATCH, "foreign");
  mkdirSync(join(run, "nsbox"), { recursive: true });
  const { err, status } = await call(USER, [NSBOX, "ps"], { env: { ...CALLER_ENV, XDG_RUNTIME_DIR: run } });
  expect(err).toContain("it belongs to user 0");
  expect(status).toBe(1);
});
