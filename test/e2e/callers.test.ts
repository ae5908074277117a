/** Options of `nsbox run` for callers that are programs: descriptors to tell and to wait for, a PID file. */
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CALLER_ENV, forEveryone, NSBOX, SCRATCH, shell, start, until } from "./support.ts";
import { descendants, programBelow, traces } from "./traces.ts";
import { newTree, tree } from "./trees.ts";

let count = 0;
/** A directory where everybody may write. */
function place(): string {
  const path = join(SCRATCH, `callers-${++count}`);
  mkdirSync(path);
  Bun.spawnSync(["chmod", "1777", path]);
  return path;
}

describe("nsbox run for programs", () => {
  forEveryone((who) => {
    /** A line of bash in a new place. */
    const line = async (text: string) => {
      const at = place();
      const { out, err, status } = await shell(
        who,
        `cd ${at}; nsbox="$NSBOX run -q"; R=${tree(who)}; ${text}`,
      );
      return { at, out, err, status };
    };

    test("the PID file has the host's number, whole, while it runs", async () => {
      const at = place();
      const script = `exec $NSBOX run -q --pid-file ${at}/pid ${tree(who)} sleep 60`;
      const outer = start(who, ["bash", "-c", script], { env: { ...CALLER_ENV, NSBOX } });
      const sleep = await programBelow(outer.pid, "sleep");
      expect(readFileSync(`${at}/pid`, "utf8")).toBe(`${sleep}\n`);
      outer.kill("SIGTERM");
      await outer.exited;
      expect(existsSync(`${at}/pid`)).toBe(false);
    });

    test("a set-up that fails leaves no PID file, nor what stands in its way", async () => {
      const { out } = await line(
        "echo mine > pid.new; $nsbox --pid-file pid $R /no/program 2>&1; ls; cat pid.new",
      );
      expect(out).toEndWith("\npid.new\nmine\n");
      const { err, status } = await line("$nsbox --pid-file /no/such/pid $R true");
      expect(err).toContain("/no/such/pid");
      expect(status).toBe(125);
    });

    test("three events are told, with the command's PID and its end", async () => {
      const { out } = await line(
        "exec 3> >(cat >&2) ; $nsbox --status-fd 4 $R sh -c 'exit 7' 4>&1; $nsbox --status-fd 4 $R sh -c 'kill -9 $$' 4>&1 | tail -1; $nsbox --init --status-fd 4 $R sh -c 'kill -9 $$' 4>&1 | tail -1",
      );
      const events = out
        .trim()
        .split("\n")
        .map((text) => JSON.parse(text));
      const pid = events[0].pid;
      expect(events.slice(0, 3)).toEqual([
        { event: "created", pid },
        { event: "started", pid },
        { event: "exited", status: 7, signal: 0 },
      ]);
      expect(events[4]).toEqual({ event: "exited", status: 137, signal: 9 });
    });

    test("a start that fails is not told as one", async () => {
      const { out } = await line("$nsbox --status-fd 4 $R /no/program 4>&1 2>/dev/null");
      expect(out).toMatch(/^{"event":"created","pid":\d+}\n$/);
    });

    test("who has closed its end of the events does not end the command", async () => {
      const { out } = await line("$nsbox --status-fd 4 $R echo ran 4> >(exec 0<&-; sleep 0)");
      expect(out).toBe("ran\n");
    });

    test("the command waits for the descriptor, and its PID is known before", async () => {
      const { out } = await line(
        `mkfifo go; exec 5<>go; $nsbox --block-fd 5 --pid-file pid $R echo ran > out &
         until [ -s pid ]; do sleep 0.01; done; sleep 0.1; wc -c < out; readlink /proc/$(<pid)/ns/pid /proc/self/ns/pid | uniq | wc -l
         echo >&5; wait; cat out; ls`,
      );
      expect(out).toBe("0\n2\nran\ngo\nout\n");
    });

    test("TERM ends it while it waits: nothing has started, nothing is left", async () => {
      const before = descendants();
      const { out } = await line(
        `mkfifo go; exec 5<>go; $nsbox --block-fd 5 --status-fd 6 --pid-file pid $R echo ran 6>events & 
         until [ -s pid ]; do sleep 0.01; done; kill $!; wait $!; echo $?; ls; grep -c started events`,
      );
      expect(out).toBe("143\nevents\ngo\n0\n");
      expect(descendants()).toEqual(before);
    });

    test("the end of file of --sync-fd comes with the end, and not before", async () => {
      const { out } = await line(
        `mkfifo sync; (cat sync; echo end >> order) & exec 7>sync; (exec $nsbox --sync-fd 7 $R sh -c 'exec 7>&- 2>/dev/null; sleep 0.2; echo last') >> order & 
         exec 7>&-; wait; cat order`,
      );
      expect(out).toBe("last\nend\n");
    });

    test("kill -9 of the caller ends the container, and removes its mount points", async () => {
      const lean = newTree(who, "lean");
      const before = traces(lean);
      const script = `$NSBOX run -q --die-with-parent ${lean} sleep 60; :`;
      const outer = start(who, ["bash", "-c", script], { env: { ...CALLER_ENV, NSBOX } });
      await programBelow(outer.pid, "sleep");
      expect(traces(lean)).not.toEqual(before);
      outer.kill("SIGKILL");
      await outer.exited;
      await until(
        "the monitor to end",
        () => descendants().length <= (before["processes"] as number[]).length,
      );
      expect(traces(lean)).toEqual(before);
    });

    test("words of a pipe stand where --args-fd stands, whatever the others are", async () => {
      const { out } = await line(
        `printf -- '--env\\0A=one\\ntwo\\0-w\\0/bin\\0' | $nsbox -e A=0 --args-fd 0 -e B=3 $R bash -c 'echo "$A $B $PWD"'
         printf "$R\\0echo\\0a b" | $nsbox --args-fd=0
         printf -- '-e\\0A=é\\0' | $nsbox --args-fd 0 $R bash -c $'echo "$A \\xff"' | wc -c`,
      );
      expect(out).toBe("one\ntwo 3 /bin\na b\n5\n");
    });

    test.each([
      ["--args-fd 77", "Cannot take words from descriptor 77: it cannot be read"],
      ["--args-fd -1", 'Invalid "--args-fd -1"'],
      ["--args-fd 99999999", 'Invalid "--args-fd 99999999"'],
      ["--args-fd 0 <<< $'\\xff'", "what it holds is no UTF-8"],
      ["--args-fd 0 < <(printf -- '--args-fd\\0003\\0')", "cannot come from a descriptor itself"],
      ["--sync-fd 77", "descriptor 77"],
      ["--block-fd -1", 'Invalid "--block-fd -1"'],
      ["--status-fd 1", 'Invalid "--status-fd 1"'],
      ["--status-fd 99999999", 'Invalid "--status-fd 99999999"'],
      ["--status-fd 19999", "descriptor 19999"],
    ])("%s is an error that names it", async (options, words) => {
      const { out, err, status } = await line(
        `$nsbox $R true ${""}>/dev/null; $nsbox ${options.replace(/^(--\S+ \S+)/, "$1 $R echo ran")}`,
      );
      expect([out, status]).toEqual(["", 125]);
      expect(err).toContain(words);
    });
  });
});
