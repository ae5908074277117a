import { describe, expect, test } from "bun:test";
import { watch } from "./screen.ts";
import { call, forEveryone, NSBOX, outcome, run, start } from "./support.ts";
import { programBelow } from "./traces.ts";
import { tree } from "./trees.ts";

const signalLines = (status: string) => status.match(/^Sig(Blk|Ign|Cgt):.*$/gm);

describe("what the caller did to signals", () => {
  forEveryone((who) => {
    const callers = [
      [],
      ["env", "--ignore-signal=HUP,INT,QUIT,TSTP,USR1"],
      ["env", "--block-signal=USR2,TERM,INT,WINCH"],
      ["env", "--ignore-signal=CHLD,TTOU", "--block-signal=CHLD,HUP,ALRM"],
      ["env", "--ignore-signal=RTMIN", "--block-signal=RTMIN"],
    ];
    for (const caller of callers) {
      test(`holds for the command: ${caller.slice(1).join(" ") || "nothing"}`, async () => {
        const look = ["cat", "/proc/self/status"];
        const plain = await call(who, [...caller, ...look]);
        const inside = await call(who, [...caller, NSBOX, "run", "/", ...look]);
        expect(signalLines(inside.out)).toEqual(signalLines(plain.out));
        expect(inside.status).toBe(0);
      });
    }

    test("does not lose the exit status where children are ignored", async () => {
      const ignoring = ["env", "--ignore-signal=CHLD", NSBOX, "run"];
      expect((await call(who, [...ignoring, tree(who), "sh", "-c", "exit 7"])).status).toBe(7);
      expect((await call(who, [...ignoring, tree(who), "none"])).status).toBe(127);
    });

    test("nohup keeps it alive when the terminal hangs up", async () => {
      const argv = ["nohup", NSBOX, "run", tree(who), "sh", "-c", 'echo ready; read line; echo "$line"'];
      const { process, input, screen, ended } = watch(who, argv);
      await screen.shows("ready\n");
      process.kill("SIGHUP");
      input.write("alive\n");
      input.end();
      expect(await ended).toMatchObject({ out: "ready\nalive\n", status: 0 });
    });

    test("a signal that it blocked does not end nsbox but waits in the command", async () => {
      const process = start(who, ["env", "--block-signal=TERM", NSBOX, "run", tree(who), "sleep", "0.3"]);
      await programBelow(process.pid, "sleep");
      process.kill("SIGTERM");
      expect((await outcome(process)).status).toBe(0);
    });

    test("a pipe whose reader left ends the command as it would outside", async () => {
      const { status } = await run(who, [
        tree(who),
        "bash",
        "-c",
        "yes() { while :; do echo y; done; }; yes | head -1; exit ${PIPESTATUS[0]}",
      ]);
      expect(status).toBe(141);
    });
  });
});
