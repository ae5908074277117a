import { describe, expect, test } from "bun:test";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { watch } from "./screen.ts";
import {
  AS_ROOT,
  forEveryone,
  hostProgram,
  NSBOX,
  PEOPLE,
  ROOT,
  run,
  SCRATCH,
  SIGNALS,
  shell,
  textOf,
  until,
} from "./support.ts";
import { descendants, listing, processState, programBelow } from "./traces.ts";
import { newTree, tree } from "./trees.ts";

const PYTHON = hostProgram("python3");

/** The host's PIDs of PID 1 and PID 2 of a run. */
async function firstTwo(ancestor: number, name: string): Promise<[number, number]> {
  const command = await programBelow(ancestor, name);
  return [processState(command)!.parent, command];
}

/** Processes below `ancestor` that have ended and that nobody has waited for. */
function zombies(ancestor: number): number {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && processState(Number(name))?.state === "Z")
    .filter((name) => processState(Number(name))?.parent === ancestor).length;
}

/** Nobody may have waited for it yet. */
const hasEnded = (pid: number): boolean => (processState(pid)?.state ?? "Z") === "Z";

describe("nsbox run --init", () => {
  forEveryone((who) => {
    test("starts the command as PID 2, below an init that ps shows", async () => {
      const { out, status } = await run(who, ["--init", tree(who), "sh", "-c", "echo $$; ps -p 1 -o comm="]);
      expect({ out, status }).toEqual({ out: "2\nnsbox-init\n", status: 0 });
    });

    const statuses =
      who === PEOPLE[0] ? Array.from({ length: 256 }, (_, status) => status) : [0, 1, 127, 255];
    test(`ends with the status of the command: ${statuses.length} of them`, async () => {
      const script = 'for s in "${@:2}"; do $NSBOX run --init $1 sh -c "exit $s"; echo $?; done';
      const { out } = await shell(who, script, tree(who), ...statuses.map(String));
      expect(out.trim().split("\n").map(Number)).toEqual(statuses);
    }, 30_000);

    test("ends with 128+n where signal n ended the command", async () => {
      const fatal = ["HUP", "INT", "ABRT", "KILL", "USR1", "SEGV", "PIPE", "ALRM", "TERM"];
      const script = `for s in ${fatal.join(" ")}; do $NSBOX run --init $1 sh -c "kill -$s \\$\\$"; echo $?; done`;
      const { out } = await shell(who, script, tree(who));
      const expected = fatal.map((name) => 128 + SIGNALS[`SIG${name}` as NodeJS.Signals]);
      expect(out.trim().split("\n").map(Number)).toEqual(expected);
    });

    test("says 127 and 126 of a command that is not there, or no program", async () => {
      const missing = await run(who, ["--init", tree(who), "no-such-program"]);
      expect(missing).toMatchObject({ status: 127, err: expect.stringContaining("not found") });
      const unfit = await run(who, ["--init", "/", "/etc/passwd"]);
      expect(unfit).toMatchObject({ status: 126, err: expect.stringContaining("Cannot execute") });
    });

    test("reaps 500 orphans while the command runs", async () => {
      const script = "for i in {1..500}; do (sleep 0.01 &) ; done; echo made; read line";
      const { process, input, screen, ended } = watch(who, [
        NSBOX,
        "run",
        "--init",
        tree(who),
        "bash",
        "-c",
        script,
      ]);
      const [init] = await firstTwo(process.pid, "bash");
      await screen.shows("made\n");
      await until("the orphans to end", () => descendants(init).length === 1);
      await until("no zombie", () => zombies(init) === 0);
      input.write("\n");
      input.end();
      expect((await ended).status).toBe(0);
    });

    test("hands every signal on that can be handed on", async () => {
      // nsbox itself keeps those of job control, of children, and those that concern nobody else.
      const names = [
        "HUP",
        "INT",
        "QUIT",
        "USR1",
        "USR2",
        "ALRM",
        "TERM",
        "WINCH",
        "CONT",
        "VTALRM",
        "PROF",
        "PWR",
      ];
      const script = `for s in ${names.join(" ")}; do trap "echo got $s" $s; done; echo ready; while :; do read -t 0.02 line && exit; done`;
      const { process, input, screen, ended } = watch(who, [
        NSBOX,
        "run",
        "--init",
        tree(who),
        "bash",
        "-c",
        script,
      ]);
      await screen.shows("ready\n");
      for (const name of names) {
        process.kill(`SIG${name}` as NodeJS.Signals);
        await screen.shows(`got ${name}\n`);
      }
      input.write("\n");
      input.end();
      expect(await ended).toMatchObject({
        status: 0,
        out: `ready\n${names.map((name) => `got ${name}\n`).join("")}`,
      });
    });

    test("lets a signal end a command that leaves it at its default, where PID 1 would be spared", async () => {
      const { process, ended } = watch(who, [NSBOX, "run", "--init", tree(who), "sleep", "60"]);
      await programBelow(process.pid, "sleep");
      process.kill("SIGTERM");
      expect((await ended).status).toBe(143);
    });

    test("with =group signals reach the command's children as well", async () => {
      const child = 'trap "echo child got it; exit" TERM; echo child ready; while :; do sleep 0.02; done';
      const script = `bash -c '${child}' & trap "wait; echo parent got it; exit 7" TERM; wait`;
      const { process, screen, ended } = watch(who, [
        NSBOX,
        "run",
        "--init=group",
        tree(who),
        "bash",
        "-c",
        script,
      ]);
      await screen.shows("child ready\n");
      process.kill("SIGTERM");
      expect(await ended).toMatchObject({ out: "child ready\nchild got it\nparent got it\n", status: 7 });
    });

    test("with =group the command leads a process group, and without it is in the caller's", async () => {
      const script = 'read -a stat </proc/self/stat; echo "${stat[4]}"';
      expect((await run(who, ["--init=group", tree(who), "bash", "-c", script])).out).toBe("2\n");
      expect((await run(who, ["--init", tree(who), "bash", "-c", script])).out).toBe("0\n");
    });

    test("ends what the command left behind when the command ends", async () => {
      const before = descendants();
      const { status } = await run(who, ["--init", tree(who), "sh", "-c", "setsid sleep 60 & exit 3"]);
      expect(status).toBe(3);
      expect(descendants()).toEqual(before);
    });

    test("dies with a monitor that is killed, also where the command has asked not to", async () => {
      const { process } = watch(who, [
        NSBOX,
        "run",
        "--init",
        tree(who),
        "setpriv",
        "--pdeathsig",
        "clear",
        "sleep",
        "60",
      ]);
      const [init, command] = await firstTwo(process.pid, "sleep");
      process.kill("SIGKILL");
      await until("PID 1 and the command to end", () => hasEnded(init) && hasEnded(command));
    });

    test("is ended by TERM while it is being set up", async () => {
      const many = Array.from({ length: 300 }, (_, index) => ["-b", `/etc:/many/${index}`]).flat();
      const { process, ended } = watch(who, [
        NSBOX,
        "run",
        "--init",
        ...many,
        newTree(who, "lean"),
        "sleep",
        "60",
      ]);
      await until("a child", () => descendants(process.pid).length > 0);
      process.kill("SIGTERM");
      expect((await ended).status).toBe(143);
    });

    test("a reader that goes away ends the command by SIGPIPE, which PID 1 would be spared", async () => {
      const script =
        "$NSBOX run --init $1 bash -c 'while echo y; do :; done' | head -n 1; echo \"${PIPESTATUS[0]}\"";
      expect((await shell(who, script, tree(who))).out).toBe("y\n141\n");
    });

    test("keeps statuses where the caller ignores SIGCHLD", async () => {
      const { out } = await shell(
        who,
        "trap '' CHLD; $NSBOX run --init $1 sh -c 'exit 5'; echo $?",
        tree(who),
      );
      expect(out).toBe("5\n");
    });

    test("adds nothing to the root filesystem", async () => {
      const root = newTree(who);
      const before = listing(root);
      expect((await run(who, ["--init", root, "true"])).status).toBe(0);
      expect(listing(root)).toEqual(before);
    });

    test("works where the command gets no descriptor at all", async () => {
      const { status } = await run(who, ["--init", "--ulimit", "nofile=4", tree(who), "true"]);
      expect(status).toBe(0);
    });

    test("needs an own PID namespace, and says how to get one", async () => {
      for (const [options, hint] of [
        [["--share", "pid"], 'Leave "pid" out of "--share"'],
        [["-m"], 'Add "-p" ("--pid-ns")'],
      ] as const) {
        const { status, err } = await run(who, [...options, "--init", tree(who), "true"]);
        expect({ status, err }).toEqual({
          status: 125,
          err: `error: Option "--init" needs a PID namespace of the command's own\n  hint:  ${hint}\n`,
        });
      }
      const { err } = await run(who, ["--init=grop", tree(who), "true"]);
      expect(err).toContain('Unknown mode "grop" of "--init"\n  hint:  Did you mean "group"?');
    });

    test("--init-program makes another program PID 1, with the command as its arguments", async () => {
      const argv = ["--init-program", "/bin/env", tree(who), "sh", "-c", "echo $$ $0", "word"];
      expect(await run(who, argv)).toEqual({ out: "1 word\n", err: "", status: 0 });
      const both = await run(who, ["--init", "--init-program", "env", tree(who), "true"]);
      expect(both.err).toContain("there is one PID 1");
    });

    test.skipIf(!PYTHON)("a stopped command is told of by its parent's wait (needs python3)", async () => {
      const watcher = `
import os, sys
pid = os.spawnv(os.P_NOWAIT, sys.argv[1], sys.argv[1:])
_, status = os.waitpid(pid, os.WUNTRACED)
print(os.WIFSTOPPED(status), flush=True)
os.kill(pid, 18)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))`;
      const inside = ["run", "--init", tree(who), "sh", "-c", "kill -STOP $$; exit 6"];
      const { out } = await shell(who, 'python3 -c "$1" "$NSBOX" "${@:2}"', watcher, ...inside);
      expect(out).toBe("True\n6\n");
    });
  });
});

/** What of the caller a process could give away. */
describe("the init holds nothing of the caller's", () => {
  forEveryone((who) => {
    test("no variable, no argument of the plan, no descriptor but the standard ones and one socket", async () => {
      const argv = [NSBOX, "run", "--init", "-e", "SECRET=of-the-command", tree(who), "sleep", "60"];
      const { process, ended } = watch(who, argv);
      const [init] = await firstTwo(process.pid, "sleep");
      expect(textOf(`/proc/${init}/environ`)).toBe("");
      expect(textOf(`/proc/${init}/cmdline`)).toStartWith("nsbox-init\0");
      expect(textOf(`/proc/${init}/cmdline`)).not.toContain("sleep");
      const descriptors = readdirSync(`/proc/${init}/fd`).filter((fd) => Number(fd) > 2);
      expect(descriptors).toHaveLength(1);
      process.kill("SIGKILL");
      await ended;
    });

    test("and the command can look into none of it", async () => {
      const script = "cat /proc/1/environ; cat /proc/1/mem; cat /proc/1/maps; kill -9 1; echo $?";
      const { out, err } = await run(who, ["--init", tree(who), "sh", "-c", script]);
      expect(out).toBe("0\n");
      expect(err.match(/Permission denied/g)).toHaveLength(3);
    });
  });

  test.skipIf(!AS_ROOT || !PYTHON)(
    "nor trace it, though it has CAP_SYS_PTRACE of its user namespace (needs root and python3)",
    async () => {
      const line =
        "import ctypes; l = ctypes.CDLL(None, use_errno=True); print(l.ptrace(16, 1, 0, 0), ctypes.get_errno())";
      const argv = ["--init", "--map-root", "--cap-add", "SYS_PTRACE", "/", PYTHON!, "-c", line];
      expect((await run(ROOT, argv)).out).toBe("-1 1\n");
    },
  );

  test("a filter that refuses what an init needs is named, and the command does not run", async () => {
    for (const [name, words] of [
      ["rt_sigtimedwait", "Cannot start as PID 1"],
      ["execveat", "Cannot start an init as PID 1"],
    ] as const) {
      const file = join(SCRATCH, `${name}.json`);
      const syscalls = [{ names: [name], action: "SCMP_ACT_ERRNO" }];
      writeFileSync(file, JSON.stringify({ defaultAction: "SCMP_ACT_ALLOW", syscalls }));
      const who = PEOPLE[0]!;
      const { out, err, status } = await run(who, ["--init", "--seccomp", file, tree(who), "echo", "ran"]);
      expect({ out, status }).toEqual({ out: "", status: 125 });
      expect(err).toStartWith(`error: ${words}\n  cause: the system call filter refuses`);
    }
  });
});
