/** Containers that are kept: what `-d` says, what passes through, and what a log or a client may do. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { type Home, home } from "./homes.ts";
import { call, NSBOX, type Outcome, outcome, PEOPLE, start, textOf, until } from "./support.ts";
import { tree } from "./trees.ts";

/** A line of bash; `$run` is `nsbox run` with options of its own, `$R` a tree. */
const line = ({ who, env }: Home, text: string): Promise<Outcome> =>
  call(who, ["bash", "-c", text], { env: { ...env, NSBOX, R: tree(who), run: `${NSBOX} run -q` } });

/** One line of the status file. */
const status = ({ state }: Home, id: string, key: string): string =>
  new RegExp(`^${key} (.*)$`, "m").exec(textOf(`${state}/containers/${id}/status`))?.[1] ?? "";

const kept = ({ state }: Home): string[] => [
  ...readdirSync(`${state}/containers`),
  ...readdirSync(`${state}/names`),
];

describe.each(PEOPLE)("$name, a kept container", (who) => {
  test("-d prints the id once the command runs; what stays of nsbox is small, and no Bun", async () => {
    const own = await home(who);
    const { out } = await own.nsbox("run", "-q", "-d", tree(own.who), "sleep", "60");
    expect(out).toMatch(/^[0-9a-f]{12}\n$/);
    const id = out.trim();
    const pids = ["supervisor", "monitor", "pid"].map((key) => Number(status(own, id, key).split(" ")[0]));
    expect(textOf(`/proc/${pids[2]}/comm`)).toBe("sleep\n");
    for (const pid of pids.slice(0, 2)) {
      expect(readlinkSync(`/proc/${pid}/exe`)).toContain("memfd:nsbox");
      const [, size] = /^Pss: +(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))!;
      expect(Number(size)).toBeLessThan(200);
    }
    await own.nsbox("rm", "-f", id);
  });

  test("-d with the whole startup of an init, and a terminal of its own, lives until it is stopped", async () => {
    const own = await home(who);
    for (const options of [["--init=full"], ["--init=full", "-t"], ["--init", "-t"]]) {
      await own.nsbox("run", "-q", "-d", "--name", "c", ...options, tree(who), "sleep", "60");
      const { out } = await own.nsbox("exec", "c", "sh", "-c", "tr '\\0' ' ' </proc/1/cmdline");
      expect(out).toStartWith("nsbox-init ");
      await own.nsbox("stop", "c");
      expect((await own.nsbox("rm", "c")).status).toBe(0);
    }
  });

  test.each([
    ["/no/program", 127],
    ["/bin", 126],
    ["-w /no/place sleep", 125],
  ])(
    "-d of %s has the words and the status of a run in the foreground, and leaves nothing",
    async (words, code) => {
      const own = await home(who);
      const [options, command] = words.includes(" ")
        ? [words.split(" ").slice(0, 2), ["sleep", "1"]]
        : [[], [words]];
      const plain = await own.nsbox("run", "-q", ...options, tree(own.who), ...command);
      const detached = await own.nsbox(
        "run",
        "-q",
        "-d",
        "--name",
        "c",
        ...options,
        tree(own.who),
        ...command,
      );
      expect(plain.status).toBe(code);
      expect([detached.out, detached.status]).toEqual(["", plain.status]);
      // The steps of the two are numbered apart.
      const unnumbered = (text: string) => text.replace(/step \d+ of \d+/, "step");
      expect(unnumbered(detached.err)).toBe(unnumbered(plain.err));
      expect(kept(own)).toEqual([]);
    },
  );

  test("in the foreground bytes pass as they are, both streams apart, and the input's end arrives", async () => {
    const own = await home(who);
    const { out } = await line(
      own,
      `head -c 67108864 /dev/urandom > "$HOME/tmp/in-$$" || exit
       $run --rm --name c $R cat < "$HOME/tmp/in-$$" | cmp - "$HOME/tmp/in-$$" && echo same; rm "$HOME/tmp/in-$$"
       $run --rm --name c $R sh -c 'echo out; echo err >&2' 2>/dev/null
       $run --rm --name c $R sh -c 'echo out; echo err >&2' 2>&1 >/dev/null`,
    );
    expect(out).toBe("same\nout\nerr\n");
  }, 20_000);

  test("a reader that is slow or late loses nothing, and one that goes ends the command", async () => {
    const own = await home(who);
    const { out } = await line(
      own,
      `seq 300000 | $run --rm --name c $R cat | (sleep 0.3; cksum); seq 300000 | cksum
       $run --rm --name c $R bash -c 'while :; do echo y; done' | head -1; echo "\${PIPESTATUS[*]}"`,
    );
    const [mine, theirs, ...rest] = out.trim().split("\n");
    expect(mine).toBe(theirs!);
    expect(rest).toEqual(["y", "141 0"]);
  });

  test("TERM ends it although nobody reads its output", async () => {
    const own = await home(who);
    const { out } = await line(
      own,
      `mkfifo /tmp/full-$$; exec 5<>/tmp/full-$$; rm /tmp/full-$$
       $run --name c $R bash -c 'while :; do echo y; done' >&5 & sleep 0.3; kill $!
       until [ -z "$($NSBOX ps -q)" ]; do sleep 0.05; done; cat <&5 >/dev/null & wait %1; echo $?; kill %2`,
    );
    expect(out).toBe("143\n");
  });

  test("20 of one name at once: one starts, and the others say who has it", async () => {
    const own = await home(who);
    const all = await Promise.all(
      Array.from({ length: 20 }, () =>
        own.nsbox("run", "-q", "-d", "--name", "same", tree(own.who), "sleep", "60"),
      ),
    );
    const lost = all.filter(({ status }) => status !== 0);
    expect(lost.length).toBe(19);
    for (const { err } of lost) expect(err).toContain('"same"');
    expect(kept(own).length).toBe(2);
    await own.nsbox("rm", "-f", "same");
  }, 20_000);

  test("the status file descriptor, the PID file and -d go together; a reader that goes does no harm", async () => {
    const own = await home(who);
    const { out } = await line(
      own,
      `$run -d --name c --status-fd 3 $R sh -c 'sleep 0.3; exit 4' 3> >(exec 0<&-; sleep 0) >/dev/null; $NSBOX wait c`,
    );
    expect(out).toBe("4\n");
  });

  test("killed while its caller has not let it start, it leaves nothing and is not said to run", async () => {
    const own = await home(who);
    const { out } = await line(
      own,
      `F=/tmp/go-$$; mkfifo $F; exec 5<>$F; rm $F; exec 6<>/dev/null
       $run -d --name c --block-fd 5 --pid-file $F.pid $R sleep 60 & until [ -s $F.pid ]; do sleep 0.01; done
       kill $!; wait $!; echo $?; ls $F.pid 2>&1 | grep -c 'No such'; $NSBOX ps -aq`,
    );
    expect(out).toBe("143\n1\n");
    expect(kept(own)).toEqual([]);
  });

  test("what is typed before the terminal is there arrives", async () => {
    const own = await home(who);
    const { out } = await line(own, "echo early | $run --rm -t --name c $R cat; echo $?");
    expect(out.replaceAll("\r", "")).toMatch(/^(early\n){1,2}0\n$/);
  });

  test("a log keeps each stream's order across rotations, and lines of any length", async () => {
    const own = await home(who);
    const script =
      "for i in {1..3000}; do echo o$i; echo e$i >&2; done; head -c 1048576 /dev/zero | tr '\\0' x; printf '\\n\\1\\33[31m\\377'";
    await own.nsbox(
      "run",
      "-q",
      "-d",
      "--log-size",
      "64k",
      "--name",
      "c",
      tree(own.who),
      "bash",
      "-c",
      script,
    );
    await own.nsbox("wait", "c");
    const [id] = readdirSync(`${own.state}/containers`);
    const directory = `${own.state}/containers/${id}`;
    for (const file of ["log", "log.1"])
      expect(readFileSync(`${directory}/${file}`).length).toBeLessThan(65536 + 8192);
    await own.nsbox(
      "run",
      "-q",
      "-d",
      "--log-size",
      "1m",
      "--name",
      "d",
      tree(own.who),
      "bash",
      "-c",
      script.split("; head")[0]!,
    );
    await own.nsbox("wait", "d");
    const { out, err } = await own.nsbox("logs", "d");
    const numbers = Array.from({ length: 3000 }, (_, at) => at + 1);
    expect(out).toBe(numbers.map((n) => `o${n}\n`).join(""));
    expect(err).toBe(numbers.map((n) => `e${n}\n`).join(""));
  });

  test("between lives with a terminal nothing stays open, and the pause grows", async () => {
    const own = await home(who);
    const { out } = await own.nsbox(
      "run",
      "-q",
      "-d",
      "-t",
      "--restart",
      "on-failure:3",
      "--name",
      "c",
      tree(own.who),
      "sh",
      "-c",
      "date +%s%N; exit 3",
    );
    const id = out.trim();
    const supervisor = Number(status(own, id, "supervisor").split(" ")[0]);
    await until(
      "a second life's end",
      () => Number(status(own, id, "restarts")) >= 2 && status(own, id, "state") === "restarting",
    );
    const open = readdirSync(`/proc/${supervisor}/fd`).length;
    expect(open).toBeLessThan(20);
    expect((await own.nsbox("wait", "c")).out).toBe("3\n");
    expect(status(own, id, "restarts")).toBe("3");
    const { out: log } = await own.nsbox("logs", "-t", "c");
    const times = [...log.matchAll(/^(\S+Z)/gm)].map(([time]) => Date.parse(time));
    expect(times.length).toBe(4);
    const pauses = times.slice(1).map((time, at) => time - times[at]!);
    expect(pauses[0]).toBeGreaterThanOrEqual(90);
    expect(pauses[1]! / pauses[0]!).toBeGreaterThan(1.2);
    expect(pauses[2]).toBeGreaterThanOrEqual(390);
  });

  test("the 17th who attaches is told that there are too many; killed ones make room", async () => {
    const own = await home(who);
    await own.nsbox("run", "-q", "-d", "--interactive", "--name", "c", tree(own.who), "cat");
    const clients = Array.from({ length: 17 }, () =>
      start(own.who, [NSBOX, "attach", "--no-stdin", "c"], { env: own.env }),
    );
    const late = await Promise.race(clients.map((client) => client.exited.then(() => client)));
    expect(await outcome(late)).toEqual({
      out: "",
      err: "error: Too many are attached to the container already: at most 16\n",
      status: 125,
    });
    for (const client of clients) {
      client.kill("SIGKILL");
      await client.exited;
    }
    const writer = start(own.who, [NSBOX, "attach", "c"], { env: own.env }, "pipe");
    writer.stdin.write("hello\n");
    writer.stdin.flush();
    await until("the answer in the log", async () => (await own.nsbox("logs", "c")).out === "hello\n");
    await own.nsbox("rm", "-f", "c");
    await writer.exited;
  }, 20_000);
});
