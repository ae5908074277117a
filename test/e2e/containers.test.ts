/** Containers that live, by the commands over them. Judges: /proc, ps, readlink, cat. */
import { afterAll, expect, test } from "bun:test";
import { existsSync, readFileSync, readlinkSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { startOf } from "../../src/runtime/containers/process.ts";
import { descriptors, type Home, home } from "./homes.ts";
import { call, NSBOX, outcome, PEOPLE, type Person, start, textOf, until } from "./support.ts";
import { newTree, tree } from "./trees.ts";

const homes: Home[] = [];

afterAll(async () => {
  for (const own of homes) {
    const { out } = await own.nsbox("ps", "-aq");
    const ids = out.split("\n").filter((id) => id !== "");
    if (ids.length > 0) await own.nsbox("rm", "-f", ...ids);
  }
});

interface Kept {
  readonly root?: string;
  readonly options?: readonly string[];
}

/** Starts `line` in bash as container `name`. */
async function keep(own: Home, name: string, line: string, { root, options = [] }: Kept = {}) {
  const words = [...options, root ?? tree(own.who), "bash", "-c", line];
  const { out, err, status } = await own.nsbox("run", "-d", "--name", name, ...words);
  expect({ err, status }).toEqual({ err: "", status: 0 });
  expect(out).toMatch(/^[a-f][0-9a-f]{11}\n$/);
}

async function ownHome(who: Person): Promise<Home> {
  const own = await home(who);
  homes.push(own);
  return own;
}

/** What comes of `nsbox attach` for one who types `text`. */
function typed(own: Home, name: string, text: string) {
  const attached = start(own.who, [NSBOX, "attach", name], { env: own.env }, "pipe");
  attached.stdin.write(text);
  attached.stdin.flush();
  return outcome(attached);
}

/** The first child of a process. */
const childOf = (pid: number): string => textOf(`/proc/${pid}/task/${pid}/children`).split(" ")[0] ?? "";

const inspect = async (own: Home, name: string) => JSON.parse((await own.nsbox("inspect", name)).out)[0];

const SLEEPS = "while :; do sleep 0.05; done";
const POLITE = `trap 'echo bye; exit 3' TERM; echo ready; ${SLEEPS}`;
const DEAF = `trap '' TERM; echo ready; ${SLEEPS}`;

const isReady = (own: Home, name: string) =>
  until("it is ready", async () => (await own.nsbox("logs", name)).out.includes("ready\n"));

test.each(PEOPLE)("$name: stop lets the command end in its own way, and its status stays", async (who) => {
  const own = await ownHome(who);
  await keep(own, "c", POLITE);
  await isReady(own, "c");
  const { pid } = (await inspect(own, "c")).status;
  expect(await own.nsbox("stop", "c")).toEqual({ out: "c\n", err: "", status: 0 });
  expect(existsSync(`/proc/${pid}`)).toBe(false);
  expect((await own.nsbox("logs", "c")).out).toBe("ready\nbye\n");
  expect((await own.nsbox("wait", "c")).out).toBe("3\n");
  expect((await own.nsbox("ps")).out).not.toContain("sleep");
});

test.each(PEOPLE)("$name: those that do not listen are killed, all after the same time", async (who) => {
  const own = await ownHome(who);
  for (const name of ["a", "b", "c"]) await keep(own, name, DEAF);
  for (const name of ["a", "b", "c"]) await isReady(own, name);
  const begin = performance.now();
  const { out, status } = await own.nsbox("stop", "-t", "1", "a", "b", "none", "c");
  const seconds = (performance.now() - begin) / 1000;
  expect({ out, status }).toEqual({ out: "a\nb\nc\n", status: 1 });
  expect(seconds).toBeGreaterThan(1);
  expect(seconds).toBeLessThan(2.5);
  expect((await own.nsbox("wait", "a", "b", "c")).out).toBe("137\n137\n137\n");
});

test.each(PEOPLE)("$name: kill -s sends any signal, and kill alone ends it", async (who) => {
  const own = await ownHome(who);
  await keep(own, "c", `trap 'echo hup' HUP; echo ready; ${SLEEPS}`);
  await isReady(own, "c");
  expect((await own.nsbox("kill", "-s", "hup", "c")).out).toBe("c\n");
  await until("the signal", async () => (await own.nsbox("logs", "c")).out === "ready\nhup\n");
  expect((await own.nsbox("kill", "c")).status).toBe(0);
  expect((await inspect(own, "c")).status).toMatchObject({ state: "exited", exitStatus: 137, pid: null });
  expect((await own.nsbox("kill", "c")).err).toContain('Container "c" does not run');
});

test.each(PEOPLE)("$name: wait returns with the end of the command, and its status", async (who) => {
  const own = await ownHome(who);
  await keep(own, "c", "read line; exit 42", { options: ["--interactive"] });
  const waiting = own.start("wait", "c");
  expect((await typed(own, "c", "go\n")).status).toBe(42);
  expect((await outcome(waiting)).out).toBe("42\n");
});

test.each(PEOPLE)("$name: wait tells the status of one that removes itself", async (who) => {
  const own = await ownHome(who);
  await keep(own, "c", "read line; exit 42", { options: ["--interactive", "--rm"] });
  const waiting = own.start("wait", "c");
  await until("it listens", () =>
    descriptors(childOf(waiting.pid)).some((link) => link.startsWith("socket:")),
  );
  expect((await typed(own, "c", "go\n")).status).toBe(42);
  expect((await outcome(waiting)).out).toBe("42\n");
  expect((await own.nsbox("ps", "-aq")).out).toBe("");
});

test.each(PEOPLE)("$name: with its supervisor the container ends, and is lost", async (who) => {
  const own = await ownHome(who);
  await keep(own, "c", DEAF);
  await isReady(own, "c");
  const { supervisor, monitor, pid } = (await inspect(own, "c")).status;
  const following = own.start("logs", "-f", "c");
  process.kill(supervisor, "SIGKILL");
  expect((await outcome(following)).status).toBe(0);
  expect((await own.nsbox("wait", "c")).out).toBe("137\n");
  for (const one of [monitor, pid]) expect(startOf(one)).toBeUndefined();
  expect((await own.nsbox("ps", "-a")).out).toMatch(/c +lost /);
});

test.each(PEOPLE)("$name: restart stops what runs, and starts the same again", async (who) => {
  const own = await ownHome(who);
  await keep(own, "c", POLITE);
  await isReady(own, "c");
  const before = await inspect(own, "c");
  expect(await own.nsbox("restart", "c")).toEqual({ out: "c\n", err: "", status: 0 });
  const after = await inspect(own, "c");
  expect(after.id).toBe(before.id);
  expect(after.status.state).toBe("running");
  expect(after.status.pid).not.toBe(before.status.pid);
  await until("it is ready", async () => (await own.nsbox("logs", "c")).out === "ready\nbye\nready\n");
  const limit = (pid: number | string) =>
    /Max open files +(\S+)/.exec(readFileSync(`/proc/${pid}/limits`, "utf8"))?.[1];
  const { out } = await call(own.who, ["sh", "-c", "ulimit -Sn"]);
  expect(limit(after.status.pid)).toBe(out.trim());
});

test.each(PEOPLE)(
  "$name: one of the foreground starts again in the background, without an input",
  async (who) => {
    const own = await ownHome(who);
    const line = "read line; echo got $? $line; exit 5";
    const words = ["run", "--name", "c", "--status-fd", "3", tree(own.who), "bash", "-c", line];
    const first = start(
      own.who,
      ["bash", "-c", 'exec "$@" 3>&2', "-", NSBOX, ...words],
      { env: own.env },
      "pipe",
    );
    first.stdin.write("typed\n");
    first.stdin.end();
    expect(await outcome(first)).toMatchObject({ out: "got 0 typed\n", status: 5 });
    expect(await own.nsbox("restart", "c")).toEqual({ out: "c\n", err: "", status: 0 });
    expect((await own.nsbox("wait", "c")).out).toBe("5\n");
    expect((await own.nsbox("logs", "c")).out).toBe("got 0 typed\ngot 1\n");
  },
);

test.each(PEOPLE)("$name: a restart that fails keeps the container, and inspect says why", async (who) => {
  const own = await ownHome(who);
  const root = newTree(own.who);
  await keep(own, "c", "exit 7", { root });
  expect((await own.nsbox("wait", "c")).out).toBe("7\n");
  renameSync(root, `${root}-gone`);
  const { err, status } = await own.nsbox("restart", "c");
  expect(status).toBe(1);
  expect(err).toContain(`Cannot open root filesystem "${root}"`);
  expect((await own.nsbox("ps", "-a")).out).toMatch(/c +failed /);
  expect((await inspect(own, "c")).failure).toMatchObject({
    message: `Cannot open root filesystem "${root}"`,
    errno: "ENOENT",
  });
  renameSync(`${root}-gone`, root);
  expect((await own.nsbox("restart", "c")).status).toBe(0);
});

test.each(PEOPLE)("$name: one that is started again and again stays ended after stop", async (who) => {
  const own = await ownHome(who);
  await keep(own, "c", "echo again; exit 1", { options: ["--restart", "on-failure"] });
  await until("a second start", async () => (await own.nsbox("logs", "c")).out.startsWith("again\nagain\n"));
  expect((await own.nsbox("stop", "c")).status).toBe(0);
  const { state, restarts } = (await inspect(own, "c")).status;
  expect(state).toBe("exited");
  expect(restarts).toBeGreaterThan(0);
});

test.each(PEOPLE)(
  "$name: inspect tells the namespaces, and top the processes, that the kernel does",
  async (who) => {
    const own = await ownHome(who);
    await keep(own, "c", "(sleep 97) & (sleep 98) & echo ready; wait");
    await isReady(own, "c");
    const { status, namespaces } = await inspect(own, "c");
    for (const [kind, inode] of Object.entries(namespaces)) {
      expect(readlinkSync(`/proc/${status.pid}/ns/${kind}`)).toBe(`${kind}:[${inode}]`);
    }
    const { stdout } = Bun.spawnSync(["ps", "-eo", "pidns=,pid=,args="]);
    const wanted = stdout
      .toString()
      .split("\n")
      .map((row) => /^\s*(\d+)\s+(\d+) (.*)$/.exec(row))
      .filter((row) => Number(row?.[1]) === namespaces.pid)
      .map((row) => [Number(row?.[2]), row?.[3]]);
    const found = JSON.parse((await own.nsbox("top", "--json", "c")).out);
    type Row = { pid: number; inside: number; command: string };
    expect(found.map(({ pid, command }: Row) => [pid, command]).sort()).toEqual(wanted.sort());
    expect(found[0]).toMatchObject({ pid: status.pid, inside: 1 });
    expect((await own.nsbox("top", "c")).out).toMatch(/^PID +INSIDE +USER +STATE +TIME +COMMAND\n/);
  },
);

test.each(PEOPLE)("$name: cp sees what is mounted in a container that runs", async (who) => {
  const own = await ownHome(who);
  await keep(own, "c", `echo content >/dev/shm/f; echo ready; ${SLEEPS}`);
  await isReady(own, "c");
  const to = join(newTree(who), "tmp/copied");
  expect(await own.nsbox("cp", "c:/dev/shm/f", to)).toMatchObject({ err: "", status: 0 });
  expect(readFileSync(to, "utf8")).toBe("content\n");
  expect(await own.nsbox("cp", to, "c:/dev/shm/back")).toMatchObject({ err: "", status: 0 });
  const { pid } = (await inspect(own, "c")).status;
  expect(readFileSync(`/proc/${pid}/root/dev/shm/back`, "utf8")).toBe("content\n");
});

test.each(PEOPLE)("$name: all that a container writes is followed, line by line", async (who) => {
  const own = await ownHome(who);
  await keep(own, "c", "read line; for ((i = 0; i < 20000; i++)); do echo $i; done", {
    options: ["--interactive"],
  });
  const following = own.start("logs", "-f", "c");
  await typed(own, "c", "go\n");
  const { out } = await outcome(following);
  expect(out).toBe(Array.from({ length: 20_000 }, (_, at) => `${at}\n`).join(""));
});

test.each(PEOPLE.slice(0, 1))(
  "$name: the end is not held up by somebody who is attached and does not read",
  async (who) => {
    const own = await ownHome(who);
    await keep(
      own,
      "c",
      "trap '' PIPE; while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done",
    );
    const stuck = own.start("attach", "c");
    await stuck.stdout.getReader().read();
    stuck.kill("SIGSTOP");
    const log = join(own.state, "containers", (await inspect(own, "c")).id, "log");
    let [size, since] = [-1, 0];
    await until("nothing moves any more", () => {
      if (statSync(log).size !== size) [size, since] = [statSync(log).size, performance.now()];
      return performance.now() - since > 300;
    });
    expect((await own.nsbox("rm", "-f", "c")).status).toBe(0);
    stuck.kill("SIGKILL");
    await stuck.exited;
  },
  20_000,
);

test.each(PEOPLE)("$name: two commands at once on one container leave it in one state", async (who) => {
  const own = await ownHome(who);
  await keep(own, "c", POLITE);
  await isReady(own, "c");
  const stops = await Promise.all([own.nsbox("stop", "c"), own.nsbox("stop", "c"), own.nsbox("kill", "c")]);
  expect(stops.slice(0, 2).map(({ status }) => status)).toEqual([0, 0]);
  const starts = await Promise.all([own.nsbox("restart", "c"), own.nsbox("restart", "c")]);
  expect(starts.map(({ status }) => status)).toEqual([0, 0]);
  expect((await inspect(own, "c")).status.state).toBe("running");
  const { pid } = (await inspect(own, "c")).status;
  await Promise.all([own.nsbox("rm", "-f", "c"), own.nsbox("rm", "-f", "c"), own.nsbox("gc")]);
  expect((await own.nsbox("ps", "-aq")).out).toBe("");
  expect(existsSync(`/proc/${pid}`)).toBe(false);
});
