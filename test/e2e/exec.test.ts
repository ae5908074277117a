/** `nsbox exec` in containers of nsbox. Judge: the kernel's own /proc, and what the container's first process has. */
import { describe, expect, test } from "bun:test";
import { readlinkSync } from "node:fs";
import { KINDS } from "../../src/ns/kinds.ts";
import { withContainer } from "./containers.ts";
import {
  AS_ROOT,
  call,
  forEveryone,
  NSBOX,
  type Outcome,
  outcome,
  type Person,
  ROOT,
  SIGNALS,
  start,
  statusOf,
  textOf,
  USER,
  until,
} from "./support.ts";
import { processState, programBelow } from "./traces.ts";
import { newTree, tree } from "./trees.ts";

const exec = (who: Person, ...words: readonly (string | number)[]): Promise<Outcome> =>
  call(who, [NSBOX, "exec", ...words.map(String)]);

const NAMES = KINDS.map(({ name }) => name);
const LINKS = `for k in ${NAMES.join(" ")}; do readlink /proc/self/ns/$k; done`;
const gone = (pid: number) =>
  until(`the end of process ${pid}`, () => [undefined, "Z", "X"].includes(processState(pid)?.state), 2);

/** What confines a process, of /proc/PID/status as seen inside. */
const CONFINED = "^(Uid|Gid|Groups|Cap...|NoNewPrivs|Seccomp|Seccomp_filters):";

describe("a command that is executed in a container", () => {
  forEveryone((who) => {
    test("is in every namespace of it, and below its root", async () => {
      await withContainer(who, [], async (pid) => {
        const { out, err } = await exec(who, pid, "sh", "-c", LINKS);
        expect(err).toBe("");
        expect(out.trim().split("\n")).toEqual(NAMES.map((name) => readlinkSync(`/proc/${pid}/ns/${name}`)));
        const { out: files } = await exec(who, pid, "ls", "/");
        expect(files).toBe((await call(who, ["ls", tree(who)])).out);
      });
    });

    const CONFINEMENTS: readonly (readonly string[])[] = [
      [],
      ["--cap-drop", "ALL", "--cap-add", "KILL"],
      ["--new-privs"],
      ["--seccomp", "off"],
      ["--share", "net"],
      ["--privileged"],
      who.uid === 0 ? ["--user", "1000", "--group-add", "5"] : ["--no-map"],
      who.uid === 0 ? ["-M", "0 100000 1000", "-G", "0 100000 1000"] : ["--map-current"],
    ];
    test.each(CONFINEMENTS)(
      "may do what its first process may, no more and no less: %p %p",
      async (...options) => {
        await withContainer(
          who,
          options.filter((word) => typeof word === "string"),
          async (pid) => {
            const look = (file: string) => exec(who, pid, "grep", "-E", CONFINED, `/proc/${file}/status`);
            const [own, first] = [await look("self"), await look("1")];
            expect(own.err + first.err).toBe("");
            expect(first.out).toContain("NoNewPrivs");
            expect(own.out).toBe(first.out);
          },
        );
      },
    );

    test("has the limits, the environment and the directory of the container's own", async () => {
      const options = ["--ulimit", "nproc=77", "--oom-score-adj", "500", "-e", "COLOUR=green", "-w", "/bin"];
      await withContainer(who, options, async (pid) => {
        const { out } = await exec(
          who,
          "-e",
          "SHAPE=round",
          pid,
          "sh",
          "-c",
          "ulimit -u; cat /proc/self/oom_score_adj; echo $COLOUR $SHAPE $container; pwd",
        );
        expect(out).toBe("77\n500\ngreen round nsbox\n/bin\n");
        expect((await exec(who, "-w", "/tmp", pid, "pwd")).out).toBe("/tmp\n");
      });
    });

    test("has no descriptor but the three standard ones", async () => {
      await withContainer(who, [], async (pid) => {
        const { out } = await exec(who, pid, "bash", "-c", "echo /proc/self/fd/*");
        // bash reads the directory by a descriptor of its own.
        expect(out).toBe("/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3\n");
      });
    });

    test("signals the container's processes, and those it", async () => {
      await withContainer(who, [], async (pid) => {
        const other = start(who, [NSBOX, "exec", String(pid), "sleep", "61"]);
        const sleep = await programBelow(other.pid, "sleep");
        const inside = textOf(`/proc/${sleep}/status`).match(/^NSpid:.*\t(\d+)$/m)![1]!;
        expect((await exec(who, pid, "bash", "-c", `kill -0 1 && kill ${inside}`)).status).toBe(0);
        expect((await outcome(other)).status).toBe(128 + SIGNALS.SIGTERM);
      });
    });

    test.each([
      [["sh", "-c", "exit 7"], 7],
      [["sh", "-c", "kill -9 $$"], 137],
      [["no-such-program"], 127],
      [["/etc"], 126],
      [["-w", "/no/such"], 125],
    ] as const)("hands on its exit status: %p is %p", async (words, expected) => {
      await withContainer(who, [], async (pid) => {
        const options = words[0] === "-w" ? words : [];
        const command = words[0] === "-w" ? ["true"] : words;
        await call(who, ["mkdir", "-p", `${tree(who)}/etc`]);
        const { err, status } = await exec(who, ...options, pid, ...command);
        expect(status).toBe(expected);
        if (expected >= 125 && expected < 128) expect(err).toMatch(/^error: Cannot|^error: Command/);
        expect(err).not.toContain("/proc/");
      });
    });

    test("gets the signals that nsbox gets", async () => {
      await withContainer(who, [], async (pid) => {
        const other = start(who, [NSBOX, "exec", String(pid), "sleep", "61"]);
        await programBelow(other.pid, "sleep");
        other.kill("SIGINT");
        await other.exited;
        expect(statusOf(other)).toBe(130);
      });
    });

    test("ends with the container", async () => {
      let ended: Promise<Outcome> | undefined;
      await withContainer(who, [], async (pid) => {
        const other = start(who, [NSBOX, "exec", String(pid), "sleep", "61"]);
        await programBelow(other.pid, "sleep");
        ended = outcome(other);
      });
      expect((await ended)?.status).toBe(137);
    });

    test.skipIf(!AS_ROOT)(
      "ends when nsbox is killed, before it starts and after (needs root)",
      async () => {
        // The first process of this PID namespace collects the dead at once: not every machine's does.
        const line = `
          "$@" run -q ${tree(who)} sleep 60 & monitor=$!
          until [ -n "$(ps -o pid= -C sleep)" ]; do read -t 0.01 <> <(:); done
          pid=$(ps -o pid= -C sleep | tr -d " ")
          "$@" exec $pid sleep 61 & other=$!
          until [ $(ps -o pid= -C sleep | wc -l) -gt 1 ]; do read -t 0.01 <> <(:); done; kill -9 $other; wait $other
          for delay in $(seq 1 24); do
            "$@" exec $pid sleep 61 & sleep 0.0$((delay / 10))$((delay % 10)); kill -9 $!; wait $!
          done 2>/dev/null
          for try in $(seq 100); do [ $(ps -o pid= -C sleep | wc -l) -gt 1 ] && sleep 0.02; done
          ps -o args= -C sleep; ps -o args= -C nsbox | wc -l; kill $monitor; wait $monitor`;
        const outer = ["unshare", "-pfm", "--mount-proc", "--propagation", "private", ...who.prefix];
        const { out } = await call({ ...who, prefix: [] }, [...outer, "bash", "-c", line, "bash", NSBOX]);
        expect(out).toBe("sleep 60\n1\n");
      },
      20_000,
    );

    test("goes on alone with -d, on /dev/null, in a session of its own", async () => {
      await withContainer(who, [], async (pid) => {
        const { out, err, status } = await exec(who, "-d", pid, "sleep", "62");
        expect({ out, err, status }).toEqual({ out: "", err: "", status: 0 });
        const { out: list } = await exec(who, pid, "ps", "-e", "-o", "pid=,sid=,args=");
        const [, inside, session] = /^ *(\d+) +(\d+) sleep 62$/m.exec(list)!;
        expect(inside).toBe(session!);
        const { out: streams } = await exec(
          who,
          pid,
          "readlink",
          ...[0, 1, 2].map((n) => `/proc/${inside}/fd/${n}`),
        );
        expect(streams).toBe("/dev/null\n".repeat(3));
        const failed = await exec(who, "-d", pid, "no-such-program");
        expect(failed.status).toBe(127);
        expect(failed.err).toContain("no-such-program");
      });
    });

    test("enters only the kinds that are picked", async () => {
      await withContainer(who, [], async (pid) => {
        const { out } = await exec(who, "--ns", "net,uts", pid, "sh", "-c", LINKS);
        const entered = ["net", "uts", ...(who.uid === 0 ? [] : ["user"])];
        const expected = NAMES.map((name) =>
          readlinkSync(`/proc/${entered.includes(name) ? pid : "self"}/ns/${name}`),
        );
        expect(out.trim().split("\n")).toEqual(expected);
        const alone = await exec(who, "--ns", "pid", pid, "true");
        expect(alone.status).toBe(125);
        expect(alone.err).toContain("--ns pid,mnt");
      });
    });

    test("may be another user of the container", async () => {
      const options = who.uid === 0 ? [] : ["--map-current"];
      const uid = who.uid === 0 ? 1234 : who.uid;
      await withContainer(who, options, async (pid) => {
        const { out, err } = await exec(
          who,
          "--user",
          uid,
          pid,
          "sh",
          "-c",
          "id -u; grep CapEff /proc/self/status",
        );
        expect(err).toBe("");
        expect(out).toBe(`${uid}\nCapEff:\t0000000000000000\n`);
        if (who.uid === 0) return;
        const other = await exec(who, "--user", "4321", pid, "true");
        expect(other.err).toMatch(/Cannot become user 4321\n.*does not map it/);
      });
    });

    test("has all capabilities and no filter but the terminal's with --privileged", async () => {
      await withContainer(who, [], async (pid) => {
        const { out } = await exec(
          who,
          "--privileged",
          pid,
          "grep",
          "-E",
          "^(CapBnd|NoNewPrivs|Seccomp_filters)",
          "/proc/self/status",
        );
        const all = /CapBnd:\t(\w+)/.exec(textOf("/proc/self/status"))![1]!;
        // In a user namespace of its own root has what the kernel knows.
        expect(out).toMatch(
          new RegExp(`CapBnd:\t(${all}|000001ffffffffff)\nNoNewPrivs:\t0\nSeccomp_filters:\t1`),
        );
      });
    });

    test.each([
      [["999999999", "true"], /there is no such process/],
      [[String(process.pid), "true"], /it is in no container|it is that of user 0/],
      [["no-such-name", "true"], /no container "no-such-name"/],
      [["1"], /Missing COMMAND/],
      [
        ["--ns", "nett", "1", "true"],
        /Unknown kind of namespace "nett"|may do more than you|is in no container|user 0/,
      ],
      [["-w", "tmp", "1", "true"], /no absolute path|in no container|user 0/],
    ] as const)("is refused for %p", async (words, message) => {
      const { out, err, status } = await exec(who, ...words);
      expect({ out, status }).toEqual({ out: "", status: 125 });
      expect(err).toMatch(message);
    });

    test("is told where the program's own loader is missing inside", async () => {
      const bare = newTree(who);
      await withContainer(
        who,
        [],
        async (pid) => {
          await call(who, ["sh", "-c", `printf '#!/no/such\\n' >${bare}/script; chmod +x ${bare}/script`]);
          const { err, status } = await exec(who, pid, "/script");
          expect(status).toBe(126);
          expect(err).toContain('its interpreter "/no/such" is not');
        },
        bare,
      );
    });
  });

  test.skipIf(!AS_ROOT)("is refused in another user's container, who is named (needs root)", async () => {
    await withContainer(ROOT, [], async (pid) => {
      const { out, err, status } = await exec(USER, pid, "echo", "ran");
      expect({ out, status }).toEqual({ out: "", status: 125 });
      expect(err).toMatch(/it is that of user 0, and you are user \d+\n.*hint: .*as root/);
    });
  });

  test.skipIf(!AS_ROOT)(
    "runs as the user of the container where root enters that of another (needs root)",
    async () => {
      await withContainer(USER, [], async (pid) => {
        const { out, err } = await exec(ROOT, pid, "bash", "-c", "id -u; grep ^Groups /proc/self/status");
        expect(err).toBe("");
        expect(out).toBe("0\nGroups:\t \n");
        const other = start(ROOT, [NSBOX, "exec", String(pid), "sleep", "64"]);
        const sleep = await programBelow(other.pid, "sleep");
        expect(textOf(`/proc/${sleep}/status`)).toMatch(new RegExp(`^Uid:\t${USER.uid}\t${USER.uid}\t`, "m"));
        other.kill();
        await gone(sleep);
        await other.exited;
      });
    },
  );
});
