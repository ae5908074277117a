/** The sandbox of a traced command: what it may do, how it ends, and what is left of it. */
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  call,
  forEveryone,
  NSBOX,
  outcome,
  PEOPLE,
  reachable,
  SCRATCH,
  start,
  textOf,
  until,
} from "./support.ts";
import { traces } from "./traces.ts";
import { pathsIn, trace, workplace } from "./tracing.ts";

const USER = PEOPLE.at(-1)!;
const BUN = reachable(process.execPath);
const bundle = await Bun.build({
  entrypoints: [join(import.meta.dir, "fixtures/inject-trace.ts")],
  target: "bun",
  outdir: SCRATCH,
});
const INJECT = bundle.outputs[0]!.path;
const EIO = 5;

/** The processes that have `word` on their command line. */
const processes = (word: string): string[] =>
  Bun.spawnSync(["pgrep", "-f", word])
    .stdout.toString()
    .split("\n")
    .filter((pid) => pid !== "");

describe("a traced command", () => {
  forEveryone((who) => {
    test("changes nothing on the host, and sees its own changes", async () => {
      const place = workplace(who);
      writeFileSync(join(place, "kept"), "kept");
      const line =
        "rm kept && mkdir made && echo x >made/f && cat made/f && touch /tmp/nsbox-trace-made && test ! -e kept";
      const { err, status } = await trace(who, ["sh", "-c", line], { cwd: place });
      expect(err).toStartWith("x\n");
      expect(status).toBe(0);
      expect(readFileSync(join(place, "kept"), "utf8")).toBe("kept");
      expect(existsSync(join(place, "made"))).toBe(false);
      expect(existsSync("/tmp/nsbox-trace-made")).toBe(false);
    });

    test("is who the caller is, where the caller is, with the caller's variables", async () => {
      const line = "id -u; pwd; echo $VARIABLE";
      const env = { PATH: process.env["PATH"]!, VARIABLE: "set" };
      const { err } = await trace(who, ["sh", "-c", line], { cwd: SCRATCH, env });
      expect(err).toStartWith(`${who.uid}\n${SCRATCH}\nset\n`);
    });

    test("cannot see or signal what runs outside", async () => {
      const { err } = await trace(who, ["sh", "-c", `ls /proc/${process.pid}; kill -0 ${process.pid}; true`]);
      expect(err).toContain("No such");
    });

    test("that fails is an error that keeps nothing, unless its failure is allowed", async () => {
      const command = ["sh", "-c", "cat /etc/hosts >/dev/null; exit 3"];
      const failed = await trace(who, command);
      expect(failed.err).toStartWith(
        'error: The traced command "sh" failed\n  cause: it ended with status 3\n',
      );
      expect({ status: failed.status, paths: failed.paths }).toEqual({ status: 1, paths: {} });
      const allowed = await trace(who, command, { options: ["--trace-allow-failure"] });
      expect(allowed.status).toBe(0);
      expect(allowed.paths["/etc/hosts"]).toEqual(["open"]);
    });

    test("that is not there is named", async () => {
      const { err, status } = await trace(who, ["nsbox-no-such-program"]);
      expect(err).toContain('"nsbox-no-such-program"');
      expect(status).toBe(1);
    });

    test("that would run for ever ends by its timeout, with its children, and what it used counts", async () => {
      const command = ["sh", "-c", "cat /etc/hosts >/dev/null; sleep 98765 & wait"];
      const { status, paths, err } = await trace(who, command, { options: ["--trace-timeout", "0.5"] });
      expect(err).toContain("was ended by the timeout: what it used by then counts");
      expect({ status, hosts: paths["/etc/hosts"] }).toEqual({ status: 0, hosts: ["open"] });
      expect(processes("^sleep 98765")).toEqual([]);
    });

    test("ends when whoever watches is killed", async () => {
      const file = join(workplace(who), "file");
      const words = ["build-rootfs", "--dry-run", "--trace", "--trace-file", file, "/tmp/none", "--"];
      const watching = start(who, [NSBOX, ...words, "sleep", "87654"]);
      await until("the command runs", () => processes("^sleep 87654").length > 0);
      watching.kill("SIGKILL");
      await until("it has ended", () => processes("^sleep 87654").length === 0);
      expect(existsSync(file)).toBe(false);
    });

    test("ends by SIGTERM to nsbox, and what it used counts", async () => {
      const file = join(workplace(who), "file");
      const words = ["build-rootfs", "--dry-run", "--trace", "--trace-file", file, "/tmp/none", "--"];
      const watching = start(who, [NSBOX, ...words, "sleep", "76543"]);
      await until("the command runs", () => processes("^sleep 76543").length > 0);
      watching.kill("SIGTERM");
      const { status, err } = await outcome(watching);
      expect(err).toContain('"sleep" was ended by a signal: what it used by then counts');
      expect(status).toBe(0);
      expect(Object.values(pathsIn(file)).flat()).toContain("exec");
    });

    test("cannot be traced by another nsbox inside, which says so", async () => {
      const inner = [NSBOX, "build-rootfs", "--dry-run", "--trace", "/tmp/none", "--", "true"];
      const { err, status } = await trace(who, inner);
      const cause =
        who.uid === 0
          ? "error: Cannot create namespaces"
          : "cause: this process is traced already, and the kernel allows one";
      expect(err).toContain(cause);
      expect(status).toBe(1);
    });

    test("whose sandbox fails at any step leaves nothing, and the step is named", async () => {
      const { out } = await call(who, [BUN, INJECT, "", "", "", "echo", "ran"]);
      const names = out.trim().split("\n");
      expect(names).toContain("trace");
      const before = traces();
      const tried = new Set<string>();
      for (const [index, name] of names.entries()) {
        if (tried.has(name)) continue;
        tried.add(name);
        const failed = await call(who, [BUN, INJECT, `${index + 1}`, `${EIO}`, NSBOX, "echo", "ran"]);
        expect([name, failed.err]).toEqual([name, expect.stringMatching(/^error: Cannot /)]);
        expect([name, failed.err]).toEqual([name, expect.not.stringContaining("ran\n")]);
        expect({ name, ...traces() }).toEqual({ name, ...before });
      }
    }, 60_000);
  });
});

describe("what cannot be is said before anything runs", () => {
  const place = workplace(USER);
  const bad = join(place, "bad.json");
  const fifo = join(place, "fifo");
  writeFileSync(bad, '{"nsbox-trace": 2, "commands": [], "paths": {}}');
  Bun.spawnSync(["mkfifo", "-m", "666", fifo]);

  test.each([
    [["--trace", "T"], 'Option "--trace" needs a COMMAND behind "--"'],
    [["--trace-allow", "/x", "true", "T"], 'Option "--trace-allow" needs "--trace" or "--trace-file"'],
    [["--trace", "--trace-allow", "x", "T", "--", "touch"], '"--trace-allow x" matches no path'],
    [["--trace", "--trace-timeout", "0", "T", "--", "touch"], 'Invalid "--trace-timeout 0"'],
    [["--trace", "--root", "/", "T", "--", "touch"], 'Options "--trace" and "--root" contradict each other'],
    [["--trace", "--trace-file", bad, "T", "--", "touch"], "its version is 2, and only 1 is known"],
    [["--trace", "--trace-file", fifo, "T", "--", "touch"], "it is empty, or no regular file"],
    [["--trace-file", join(place, "none"), "T"], "no such file or directory"],
    [["--trace", "--", "touch"], "TARGET"],
  ])("%j", async (words, message) => {
    const { err, status } = await call(USER, [NSBOX, "build-rootfs", ...words, join(place, "touched")], {
      cwd: place,
    });
    expect(err).toContain(message);
    expect(status).toBeGreaterThan(0);
    expect(textOf(join(place, "touched"))).toBe("");
  });
});
