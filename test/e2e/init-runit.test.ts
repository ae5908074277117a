/** The whole startup with a real runit in the root filesystem, made by nsbox itself. */
import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { watch } from "./screen.ts";
import { AS_ROOT, call, hostProgram, NSBOX, ROOT, run, SCRATCH, textOf, until } from "./support.ts";
import { descendants } from "./traces.ts";

const why = !AS_ROOT
  ? " (skipped: needs root)"
  : hostProgram("runsvdir") === undefined
    ? " (skipped: needs runit)"
    : "";

const PROGRAMS = ["bash", "cat", "echo", "sleep", "rm", "touch", "runsvdir", "runsv", "sv"];
let count = 0;

/** A tree with runit and these services: a line of shell by name. */
async function treeOf(services: Readonly<Record<string, string>>): Promise<string> {
  const root = join(SCRATCH, `runit-${++count}`);
  const { err, status } = await call(ROOT, [NSBOX, "build-rootfs", ...PROGRAMS, root]);
  if (status !== 0) throw new Error(err);
  if (!existsSync(join(root, "usr/bin/sh"))) symlinkSync("bash", join(root, "usr/bin/sh"));
  mkdirSync(join(root, "etc/service"), { recursive: true });
  for (const [name, line] of Object.entries(services)) {
    const file = join(root, "etc/service", name, "run");
    mkdirSync(dirname(file));
    writeFileSync(file, `#!/usr/bin/bash\n${line}\n`);
    chmodSync(file, 0o755);
  }
  return root;
}

const SERVICE =
  'trap "echo service got TERM; exit" TERM; echo service up; touch /tmp/up; while :; do sleep 0.02; done';
const WAIT = "until [ -e /tmp/up ]; do sleep 0.02; done; echo command";

describe.skipIf(why !== "")(`nsbox run --init=full with runit${why}`, () => {
  test("services run beside the command and are stopped after it", async () => {
    const root = await treeOf({ one: SERVICE });
    const { out, err, status } = await run(ROOT, ["--init=full", root, "bash", "-c", `${WAIT}; exit 4`]);
    expect({ out, status }).toEqual({ out: "service up\ncommand\nservice got TERM\n", status: 4 });
    expect(err).toMatch(
      /Booting runit daemon.*Runit started as PID 2\n.*Running bash.*exited with status 4.*Begin shutting down runit services.*Shutting down runit daemon \(PID 2\).*Waiting for runit services to exit/s,
    );
  }, 20_000);

  test("a service that ignores TERM is killed by sv when its time is over, and nothing hangs", async () => {
    const stubborn = 'trap "" TERM; touch /tmp/up; while :; do sleep 0.05; done';
    const began = performance.now();
    const { status } = await run(ROOT, [
      ...["--init=full", "-q", "--init-timeout", "1", "--init-kill-all-timeout", "1"],
      ...[await treeOf({ stubborn }), "bash", "-c", WAIT],
    ]);
    expect(status).toBe(0);
    expect(performance.now() - began).toBeLessThan(8000);
  }, 20_000);

  test("runit is left out with --init-skip runit", async () => {
    const root = await treeOf({ one: SERVICE });
    const { out, err } = await run(ROOT, ["--init=full", "--init-skip", "runit", root, "echo", "command"]);
    expect(out).toBe("command\n");
    expect(err).not.toContain("runit");
  });

  test("without a COMMAND the services are the container, and TERM ends them all with 2", async () => {
    const before = descendants();
    const { process, screen, ended } = watch(ROOT, [
      NSBOX,
      "run",
      "--init=full",
      await treeOf({ one: SERVICE }),
    ]);
    await screen.shows("service up\n");
    process.kill("SIGTERM");
    const { out, err, status } = await ended;
    expect({ out, status }).toEqual({ out: "service up\nservice got TERM\n", status: 2 });
    expect(err).toContain("*** Init system aborted.\n");
    expect(descendants()).toEqual(before);
  }, 20_000);

  test("without a COMMAND the status is runit's", async () => {
    const line = "echo up; read -r pid _ < /proc/2/stat; kill -TERM $pid; sleep 60";
    const { out, err, status } = await run(ROOT, ["--init=full", await treeOf({ one: line })]);
    expect(out).toStartWith("up\n");
    expect(err).toContain("*** Runit exited with status 0\n");
    expect(status).toBe(0);
  }, 20_000);

  test("the services get the environment of the directory", async () => {
    const root = await treeOf({ one: "echo $GIVEN; touch /tmp/up; sleep 60" });
    mkdirSync(join(root, "etc/container_environment"));
    writeFileSync(join(root, "etc/container_environment/GIVEN"), "given\n");
    const { out } = await run(ROOT, ["--init=full", "-q", root, "bash", "-c", WAIT]);
    expect(out).toBe("given\ncommand\n");
    await until("the export", () => textOf(join(root, "etc/container_environment.sh")).includes("GIVEN"));
  }, 20_000);

  test("without a COMMAND and without runit there is nothing to wait for, and it says so", async () => {
    const { err, status } = await run(ROOT, ["--init=full", "--share", "mnt", "/dev/shm"]);
    expect(status).not.toBe(0);
    expect(err).toContain("There is no COMMAND, and no /usr/bin/runsvdir with /etc/service to wait for");
  });
});
