/** `--network container:NAME` and user namespaces. Judge: readlink of /proc/self/ns inside, and what works there. */
import { expect, test } from "bun:test";
import { NO_SUBORDINATES, SUBORDINATE } from "./accounts.ts";
import { type Home, home } from "./homes.ts";
import { CANNOT, script } from "./network-host.ts";
import { USER } from "./support.ts";
import { tree } from "./trees.ts";

const SEE = ["sh", "-c", "readlink /proc/self/ns/net /proc/self/ns/user; ls /sys/class/net"];

/** An ordinary user with a container "a", made with `options`. */
async function withOne(options: readonly string[], body: (own: Home) => Promise<void>): Promise<void> {
  const own = await home(USER);
  const { err } = await own.nsbox("run", "-qd", "--name", "a", ...options, tree(USER), "sleep", "60");
  try {
    expect(err).toBe("");
    await body(own);
  } finally {
    await own.nsbox("rm", "-f", "a");
  }
}

test.each([[[]], [["--map-current"]]])(
  "an ordinary user shares the network of a container with options %p, and its users with it",
  async (options: string[]) => {
    await withOne(options, async (own) => {
      const inside = await own.nsbox("exec", "a", ...SEE);
      expect(inside).toEqual({ out: expect.stringMatching(/^net:.*\nuser:.*\nlo\n$/), err: "", status: 0 });
      expect(await own.nsbox("run", "-q", "--network", "container:a", tree(USER), ...SEE)).toEqual(inside);
    });
  },
  20_000,
);

test("what is said about users beside container:NAME is obeyed, or both are named", async () => {
  await withOne([], async (own) => {
    const run = (...words: string[]) =>
      own.nsbox("run", "-q", "--network", "container:a", ...words, tree(USER), ...SEE);
    for (const [words, named] of [
      [["-Ump"], "-U"],
      [["--share", "user"], "--share user"],
      [["-M", "0 64017 1"], "-M"],
      [["--no-map"], "--no-map"],
    ] as const) {
      const { err, status } = await run(...words);
      expect({ status, first: err.split("\n")[0] }).toEqual({
        status: 125,
        first: `error: Option "--network container:a" joins the user namespace of container "a", and "${named}" says something else`,
      });
    }
    const plain = await run();
    const [, pid] = /"pid":(\d+)/.exec((await own.nsbox("ps", "--json")).out) ?? [];
    expect(await run("--join", `user=${pid}`)).toEqual(plain);
  });
}, 20_000);

const reason = CANNOT ?? NO_SUBORDINATES;

test.skipIf(reason !== undefined)(
  `root shares the network of a container with mapped ids, and stays root there${reason === undefined ? "" : ` (${reason})`}`,
  async () => {
    const { out, err } = await script(`
      echo root:${SUBORDINATE.first}:${SUBORDINATE.count} >/run/ids; for f in subuid subgid; do mount --bind /run/ids /etc/$f; done
      n net create web >/dev/null; n run -qd --map-auto --name a --network web "$T" sleep 60 >/dev/null
      at() { run container:a "$T" "$@"; }
      test "$(at readlink /proc/self/ns/net)" = "$(n exec a readlink /proc/self/ns/net)" && echo net
      test "$(at readlink /proc/self/ns/user)" = "$(readlink /proc/self/ns/user)" && echo user
      at ls /sys/class/net; at talk hear 54 & soon "$T/bin/talk" ask $(addr web a 4) 54 x && echo low; kill $!
      n rm -f a`);
    expect({ out, err }).toEqual({ out: "net\nuser\neth0\nlo\nlow\na\n", err: "" });
  },
  30_000,
);

test.skipIf(CANNOT !== undefined)(
  `what shares a container's network is started again in that, or not at all${CANNOT === undefined ? "" : ` (${CANNOT})`}`,
  async () => {
    const { out, err } = await script(`
      n run -qd --name a "$T" sleep 60 >/dev/null; n run -qd --name b --network container:a "$T" sleep 60 >/dev/null
      at() { n exec $1 readlink /proc/self/ns/net; }
      n restart -t 0 b; test "$(at a)" = "$(at b)" && echo shared
      PID=$(n inspect a | grep -om1 '"pid": *[0-9]*' | grep -o '[0-9]*$'); n stop -t 0 b; n rm -f a
      echo $((PID - 1)) >/proc/sys/kernel/ns_last_pid; sleep 60 & test $! = $PID && echo another
      n restart b`);
    expect(out).toMatch(/^b\nshared\nb\na\nanother\n/);
    expect(err).toMatch(/^error: .*\n {2}cause: process \d+ is in another one than when this was planned;/m);
  },
  30_000,
);
