import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { watch } from "./screen.ts";
import { call, forEveryone, hostProgram, NSBOX, type Person, run, textOf, until } from "./support.ts";
import { descendants, programBelow } from "./traces.ts";
import { newTree } from "./trees.ts";

const FULL = "--init=full";
const ENVIRONMENT = "etc/container_environment";

/** A tree of `who`'s with these files; what begins with `#!` may be executed. */
function treeWith(who: Person, files: Readonly<Record<string, string>>): string {
  const root = newTree(who);
  const own = (path: string): void => {
    if (who.prefix.length > 0) chownSync(path, who.uid, who.uid);
  };
  const make = (path: string): void => {
    if (existsSync(path)) return;
    make(dirname(path));
    mkdirSync(path);
    own(path);
  };
  make(join(root, ENVIRONMENT.split("/")[0]!));
  for (const [name, text] of Object.entries(files)) {
    const path = join(root, name);
    make(dirname(path));
    if (name.endsWith("/")) make(path);
    else {
      writeFileSync(path, text);
      chmodSync(path, text.startsWith("#!") ? 0o755 : 0o644);
      own(path);
    }
  }
  return root;
}

const script = (line: string): string => `#!/bin/sh\n${line}\n`;

describe("nsbox run --init=full", () => {
  forEveryone((who) => {
    test("runs the command as a child of PID 1, tells so, and ends with its status", async () => {
      const outcome = await run(who, [FULL, treeWith(who, {}), "sh", "-c", "echo $$; exit 42"]);
      expect(outcome).toEqual({
        out: "2\n",
        err: `*** Running sh -c echo $$; exit 42...
*** sh -c echo $$; exit 42 exited with status 42.
*** Killing all processes...
`,
        status: 42,
      });
    });

    test("ends with 128+n where signal n ended the command, and 0 where it did well", async () => {
      const root = treeWith(who, {});
      expect((await run(who, [FULL, root, "sh", "-c", "kill -9 $$"])).status).toBe(137);
      expect((await run(who, [FULL, root, "true"])).status).toBe(0);
    });

    test("says why a command was not executed: 127 and 126", async () => {
      const root = treeWith(who, { "etc/text": "no program", "etc/strange": "#!/no/interpreter\n" });
      const missing = await run(who, [FULL, root, "no-such-program"]);
      expect(missing.status).toBe(127);
      expect(missing.err).toContain("*** Command no-such-program not found in /usr/local/sbin:");
      const text = await run(who, [FULL, root, "/etc/text"]);
      expect(text.status).toBe(126);
      expect(text.err).toContain("*** Cannot execute /etc/text: permission denied\n");
      const strange = await run(who, [FULL, root, "/etc/strange"]);
      expect(strange.err).toContain(
        "*** Cannot execute /etc/strange: its interpreter or loader is not there\n",
      );
    });

    test("runs startup scripts by name, then rc.local, then the command; what is not executable is left out", async () => {
      const root = treeWith(who, {
        "etc/my_init.d/20_b": script("echo 20"),
        "etc/my_init.d/10_a": script("echo 10"),
        "etc/my_init.d/15_noexec": "echo 15\n",
        "etc/my_init.d/16_directory/": "",
        "etc/rc.local": script("echo rc.local"),
      });
      const { out, err } = await run(who, [FULL, root, "echo", "command"]);
      expect(out).toBe("10\n20\nrc.local\ncommand\n");
      expect(err).toStartWith(
        "*** Running /etc/my_init.d/10_a...\n*** Running /etc/my_init.d/20_b...\n*** Running /etc/rc.local...\n",
      );
      expect((await run(who, [FULL, "--init-skip", "startup", root, "echo", "command"])).out).toBe(
        "command\n",
      );
    });

    test("takes the scripts from ENV_INIT_DIRECTORY", async () => {
      const root = treeWith(who, {
        "srv/start/1": script("echo elsewhere"),
        "etc/my_init.d/1": script("echo usual"),
      });
      const { out } = await run(who, [FULL, "-e", "ENV_INIT_DIRECTORY=/srv/start", root, "true"]);
      expect(out).toBe("elsewhere\n");
    });

    test("a startup script that fails stops the boot with 1, and the command never runs", async () => {
      const root = treeWith(who, {
        "etc/my_init.d/1": script("exit 7"),
        "etc/my_init.d/2": script("echo two"),
      });
      const { out, err, status } = await run(who, [FULL, "-q", root, "echo", "command"]);
      expect({ out, err, status }).toEqual({
        out: "",
        err: "*** /etc/my_init.d/1 failed with status 7\n",
        status: 1,
      });
    });

    test("quiet leaves only what is wrong", async () => {
      expect((await run(who, [FULL, "-q", treeWith(who, {}), "true"])).err).toBe("");
    });

    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      test(`${signal} becomes TERM for the command, and ends the whole with 2`, async () => {
        const line = 'trap "echo got TERM; exit 5" TERM; echo ready; while :; do sleep 0.02; done';
        const { process, screen, ended } = watch(who, [
          NSBOX,
          "run",
          FULL,
          treeWith(who, {}),
          "bash",
          "-c",
          line,
        ]);
        await screen.shows("ready\n");
        process.kill(signal);
        const { out, err, status } = await ended;
        expect({ out, status }).toEqual({ out: "ready\ngot TERM\n", status: 2 });
        expect(err).toContain("*** Shutting down bash (PID 2)...\n");
        expect(err).toContain("*** Init system aborted.\n");
      });
    }

    for (const [way, options] of [
      ["an option", ["--init-timeout", "1"]],
      ["the environment", ["-e", "KILL_PROCESS_TIMEOUT=1"]],
    ] as const) {
      test(`a command that ignores TERM is killed after the timeout that ${way} gives`, async () => {
        const line = 'trap "" TERM; echo ready; while :; do sleep 0.02; done';
        const argv = [
          NSBOX,
          "run",
          FULL,
          "--init-kill-all-timeout",
          "1",
          ...options,
          treeWith(who, {}),
          "bash",
          "-c",
          line,
        ];
        const { process, screen, ended } = watch(who, argv);
        await screen.shows("ready\n");
        const began = performance.now();
        process.kill("SIGTERM");
        const { err, status } = await ended;
        expect(status).toBe(2);
        expect(err).toContain("*** bash (PID 2) did not shut down in time. Forcing it to exit.\n");
        expect(performance.now() - began).toBeGreaterThan(900);
        expect(performance.now() - began).toBeLessThan(4000);
      });
    }

    test("other signals are handed on to the command", async () => {
      const names = ["HUP", "USR1", "USR2", "QUIT", "WINCH"];
      const line = `for s in ${names.join(" ")}; do trap "echo got $s" $s; done; echo ready; while :; do read -t 0.02 line && exit; done`;
      const { process, input, screen, ended } = watch(who, [
        NSBOX,
        "run",
        FULL,
        treeWith(who, {}),
        "bash",
        "-c",
        line,
      ]);
      await screen.shows("ready\n");
      for (const name of names) {
        process.kill(`SIG${name}` as NodeJS.Signals);
        await screen.shows(`got ${name}\n`);
      }
      input.write("\n");
      input.end();
      expect((await ended).status).toBe(0);
    });

    test("a signal during a startup script stops that script, and nothing more is started", async () => {
      const root = treeWith(who, { "etc/my_init.d/1": "#!/bin/bash\necho started; exec sleep 60\n" });
      const { process, screen, ended } = watch(who, [NSBOX, "run", FULL, root, "echo", "command"]);
      await screen.shows("started\n");
      await programBelow(process.pid, "sleep");
      process.kill("SIGTERM");
      const { out, err, status } = await ended;
      expect({ out, status }).toEqual({ out: "started\n", status: 2 });
      expect(err).toContain("*** Shutting down /etc/my_init.d/1 (PID 2)...\n");
    });

    test("reaps orphans while the command runs", async () => {
      const line = "for i in {1..50}; do (sleep 0.01 &) ; done; echo made; read line";
      const { process, input, screen, ended } = watch(who, [
        NSBOX,
        "run",
        FULL,
        treeWith(who, {}),
        "bash",
        "-c",
        line,
      ]);
      await screen.shows("made\n");
      const init = await programBelow(process.pid, "nsbox-init");
      const children = () => textOf(`/proc/${init}/task/${init}/children`).trim().split(" ").length;
      await until("only the command to be left, zombies counted", () => children() === 1);
      input.write("\n");
      input.end();
      expect((await ended).status).toBe(0);
    });

    test("at the end TERM goes to everything that is left, and KILL after the timeout", async () => {
      const before = descendants();
      const left =
        '(trap "echo left got TERM; exit" TERM; echo > /tmp/ready; while :; do sleep 0.02; done) &';
      const wait = "until [ -e /tmp/ready ]; do sleep 0.02; done";
      const polite = await run(who, [FULL, treeWith(who, {}), "sh", "-c", `${left} ${wait}`]);
      expect(polite).toMatchObject({ out: "left got TERM\n", status: 0 });
      const stubborn = `(trap "" TERM; echo > /tmp/ready; while :; do sleep 0.02; done) & ${wait}`;
      const forced = await run(who, [
        FULL,
        "--init-kill-all-timeout",
        "1",
        treeWith(who, {}),
        "sh",
        "-c",
        stubborn,
      ]);
      expect(forced.status).toBe(0);
      expect(forced.err).toContain("*** Not all processes have exited in time. Forcing them to exit.\n");
      const silent = await run(who, [
        FULL,
        "--init-no-kill-all",
        treeWith(who, {}),
        "sh",
        "-c",
        `${left} ${wait}`,
      ]);
      expect(silent).toMatchObject({ out: "", status: 0 });
      expect(silent.err).not.toContain("Killing all");
      expect(descendants()).toEqual(before);
    });

    test("a pre- and a post-shutdown script run after the command, and one that fails makes the status 1", async () => {
      const files = {
        "etc/my_init.pre_shutdown.d/1": script("echo before"),
        "etc/my_init.post_shutdown.d/1": script("echo after"),
      };
      const root = treeWith(who, files);
      expect(await run(who, [FULL, "-q", root, "echo", "command"])).toEqual({
        out: "command\nbefore\nafter\n",
        err: "",
        status: 0,
      });
      expect((await run(who, [FULL, "--init-skip", "runit", root, "echo", "command"])).out).toBe("command\n");
      const failing = treeWith(who, { "etc/my_init.pre_shutdown.d/1": script("exit 3") });
      const { status, err } = await run(who, [FULL, "-q", failing, "true"]);
      expect({ status, err }).toEqual({
        status: 1,
        err: "*** /etc/my_init.pre_shutdown.d/1 failed with status 3\n",
      });
    });

    test("PID 1 shows nothing: the command cannot read its environment or memory", async () => {
      const argv = [
        FULL,
        "-q",
        treeWith(who, {}),
        "sh",
        "-c",
        "cat /proc/1/environ; cat /proc/1/mem; ps -p 1 -o comm=",
      ];
      const { out, err } = await run(who, argv);
      expect(out).toBe("nsbox-init\n");
      expect(err.match(/Permission denied/g)).toHaveLength(2);
    });
  });

  test("options of the whole startup need it, and are checked", async () => {
    const who = { name: "", prefix: [], uid: 0 };
    for (const [args, error] of [
      [
        ["--init", "--init-timeout", "3", "/", "true"],
        'Option "--init-timeout" needs the whole startup\n  hint:  Add "--init=full"',
      ],
      [[FULL, "--init-timeout", "x", "/", "true"], 'Invalid "--init-timeout x": it takes whole seconds'],
      [[FULL, "--init-skip", "all", "/", "true"], 'Unknown part "all" in "--init-skip"'],
      [[FULL, "--init-skip", "runit", "/"], "Without runit there has to be a COMMAND"],
      [["--init", "/"], 'Missing COMMAND behind ROOTFS "/"'],
    ] as const) {
      const { err, status } = await run(who, args);
      expect({ status, err }).toEqual({ status: 125, err: expect.stringContaining(error) });
    }
  });
});

const PYTHON = hostProgram("python3");

describe("the environment directory", () => {
  forEveryone((who) => {
    test("gives variables to the command, less one line's end; the process's own win", async () => {
      const root = treeWith(who, {
        [`${ENVIRONMENT}/MY_NAME`]: "Apollo\n",
        [`${ENVIRONMENT}/LINES`]: "two\n\n",
        [`${ENVIRONMENT}/BOTH`]: "directory\n",
      });
      const { out } = await run(who, [
        FULL,
        "-q",
        "-e",
        "BOTH=process",
        root,
        "sh",
        "-c",
        'echo "$MY_NAME,$LINES,$BOTH"',
      ]);
      expect(out).toBe("Apollo,two\n,process\n");
    });

    test("is written back in three forms, without what is the user's own", async () => {
      const root = treeWith(who, { [`${ENVIRONMENT}/GIVEN`]: "x\n" });
      const values = { QUOTED: "it's x", "A.B-c": "dot", EMPTY: "", LÄNGE: 'a"\\\n\té', PLAIN: "/a:b,c=d" };
      const options = Object.entries(values).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
      expect((await run(who, [FULL, "-q", ...options, root, "true"])).err).toBe("");
      const names = readdirSync(join(root, ENVIRONMENT)).sort();
      expect(names).toEqual(
        ["A.B-c", "EMPTY", "GIVEN", "LÄNGE", "PATH", "PLAIN", "QUOTED", "TERM", "container"].sort(),
      );
      expect(readFileSync(join(root, ENVIRONMENT, "QUOTED"), "utf8")).toBe("it's x");
      const json = JSON.parse(readFileSync(join(root, `${ENVIRONMENT}.json`), "utf8"));
      expect(json).toMatchObject({ ...values, GIVEN: "x", HOME: "/root" });
      const text = readFileSync(join(root, `${ENVIRONMENT}.sh`), "utf8");
      expect(text).toContain("export QUOTED='it'\"'\"'s x'\n");
      expect(text).toContain("export PLAIN=/a:b,c=d\n");
      expect(text).not.toContain("HOME");
      const sourced = await call(who, [
        "sh",
        "-c",
        '. "$1"; printf "%s|" "$QUOTED" "$A_B_c" "$EMPTY" "$PLAIN"',
        "sh",
        join(root, `${ENVIRONMENT}.sh`),
      ]);
      expect(sourced.out).toBe("it's x|dot||/a:b,c=d|");
    });

    test("is read anew after each script, which can add, change and delete", async () => {
      const root = treeWith(who, {
        [`${ENVIRONMENT}/MY_NAME`]: "Apollo",
        [`${ENVIRONMENT}/GONE`]: "here",
        "etc/my_init.d/10": script(
          "cd /etc/container_environment; echo new >NEWVAR; echo Luna >MY_NAME; rm GONE; echo 10: $HOME",
        ),
        "etc/my_init.d/20": script('echo "20: $NEWVAR $MY_NAME ${GONE-gone} ${HOME-no home}"'),
      });
      const { out } = await run(who, [
        FULL,
        "-q",
        root,
        "sh",
        "-c",
        'echo "command: $NEWVAR $MY_NAME ${GONE-gone}"',
      ]);
      expect(out).toBe("10: /root\n20: new Luna gone no home\ncommand: new Luna gone\n");
      const text = readFileSync(join(root, `${ENVIRONMENT}.sh`), "utf8");
      expect(text).toContain("export MY_NAME=Luna\n");
      expect(text).not.toContain("GONE");
    });

    test("where there is none, nothing is imported or written, and variables stay", async () => {
      const root = treeWith(who, { "etc/my_init.d/1": script("true") });
      const { out, err } = await run(who, [FULL, "-q", "-e", "A=b", root, "sh", "-c", "echo $A $HOME"]);
      expect({ out, err }).toEqual({ out: "b /root\n", err: "" });
      expect(readdirSync(join(root, "etc"))).toEqual(["my_init.d"]);
    });

    test("what cannot be a variable is left out and named", async () => {
      const root = treeWith(who, {
        [`${ENVIRONMENT}/a=b`]: "x",
        [`${ENVIRONMENT}/LONG`]: "x".repeat(200_000),
        [`${ENVIRONMENT}/sub/file`]: "x",
      });
      const { out, err } = await run(who, [FULL, "-q", root, "sh", "-c", 'echo "${LONG-none}"']);
      expect(out).toBe("none\n");
      expect(err).toContain('a=b: the name of a variable holds no "="\n');
      expect(err).toContain("LONG: longer than a variable may be\n");
    });
  });

  test.skipIf(!PYTHON)("bytes that are no UTF-8 come back out of the JSON (needs python3)", async () => {
    const who = { name: "", prefix: [], uid: process.getuid!() };
    const root = treeWith(who, { [`${ENVIRONMENT}/X`]: "" });
    writeFileSync(join(root, ENVIRONMENT, "BYTES"), Buffer.from([0x61, 0xff, 0xc3, 0xa9, 0xed, 0xa0, 0x80]));
    expect((await run(who, [FULL, "-q", root, "true"])).status).toBe(0);
    const line =
      "import json,sys; print(json.load(open(sys.argv[1]))['BYTES'].encode('utf8','surrogateescape').hex())";
    expect((await call(who, [PYTHON!, "-c", line, join(root, `${ENVIRONMENT}.json`)])).out).toBe(
      "61ffc3a9eda080\n",
    );
  });
});
