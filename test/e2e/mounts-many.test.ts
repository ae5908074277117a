/** A thousand binds, root without rights, and where mount points are recorded. Judges: prlimit, files outside. */
import { describe, expect, test } from "bun:test";
import { chownSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostDirectory } from "./mountinfo.ts";
import { AS_ROOT, CALLER_ENV, forEveryone, NSBOX, ROOT, run, shell, USER } from "./support.ts";
import { listing, traces } from "./traces.ts";
import { newTree, tree } from "./trees.ts";

const MANY = 1000;

/** So many files, each with its number, and the options that bind them. */
function binds(who: typeof USER, count: number): string[] {
  const host = hostDirectory(who);
  return Array.from({ length: count }, (_, index) => {
    writeFileSync(join(host, `${index}`), `${index}`);
    return ["-b", `${host}/${index}:/tmp/${index}`];
  }).flat();
}

describe("binds", () => {
  forEveryone((who) => {
    test("may be a thousand, with a low limit on open files, which the command has as it was", async () => {
      const lean = newTree(who, "lean");
      const before = traces(lean);
      const words = [
        ...binds(who, MANY),
        lean,
        "sh",
        "-c",
        "cat /tmp/0 /tmp/999; echo /tmp/* | wc -w; ulimit -n",
      ];
      const usual = (await shell(who, 'ulimit -Sn 300; "$NSBOX" run "$1" sh -c "ulimit -n"', tree(who))).out;
      const line = 'ulimit -Sn 300; "$NSBOX" run -q "$@"';
      expect(await shell(who, line, ...words)).toEqual({ out: `0999${MANY}\n${usual}`, err: "", status: 0 });
      expect(traces(lean)).toEqual(before);
    });

    test("beyond what a plan can hold are refused with the limit", async () => {
      const { err, status } = await run(who, [...binds(who, 1023), tree(who), "true"]);
      expect([status, err]).toEqual([
        125,
        expect.stringContaining("1023 files and directories of the host, and 1022"),
      ]);
    });
  });

  test.skipIf(!AS_ROOT)(
    "work for root with a user namespace: all, and without CAP_SYS_ADMIN (needs root)",
    async () => {
      const words = ["-q", "--map-root", ...binds(ROOT, MANY), tree(ROOT), "cat", "/tmp/999"];
      expect((await run(ROOT, words)).out).toBe("999");
      const lesser = { ...ROOT, prefix: ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin"] };
      const few = ["-q", "--map-root", ...binds(ROOT, 3), tree(ROOT), "cat", "/tmp/2"];
      expect(await run(lesser, few)).toEqual({ out: "2", err: "", status: 0 });
    },
  );
});

describe.skipIf(!AS_ROOT)("the record of mount points (needs root)", () => {
  const fallback = `/tmp/nsbox-${USER.uid}`;
  const withSession = (directory: string) => ({ env: { ...CALLER_ENV, XDG_RUNTIME_DIR: directory } });

  test("goes to /tmp where the session's directory is another user's, or absent", async () => {
    for (const session of [hostDirectory(ROOT), "/nsbox-absent"]) {
      const lean = newTree(USER, "lean");
      const before = listing(lean);
      const argv = [lean, "sh", "-c", "echo ran; read -r line"];
      const ran = Bun.spawn([...USER.prefix, NSBOX, "run", ...argv], {
        ...withSession(session),
        stdin: "pipe",
        stdout: "pipe",
      });
      const reader = ran.stdout.getReader();
      await reader.read();
      expect(readdirSync(fallback)).toHaveLength(1);
      ran.stdin.end();
      await ran.exited;
      expect(listing(lean)).toEqual(before);
      expect(readdirSync("/tmp")).not.toContain(`nsbox-${USER.uid}`);
    }
  });

  test("is made whatever the umask", async () => {
    const lean = newTree(USER, "lean");
    const before = listing(lean);
    const line = 'umask 777; XDG_RUNTIME_DIR=$2 "$NSBOX" run "$1" sh -c "echo ran"';
    const session = hostDirectory(USER);
    expect((await shell(USER, line, lean, session)).out).toBe("ran\n");
    expect([listing(lean), readdirSync(session)]).toEqual([before, []]);
  });

  test("that another place holds is honoured by a run that writes to this one", async () => {
    const lean = newTree(USER, "lean");
    const before = listing(lean);
    const argv = [NSBOX, "run", lean, "sh", "-c", "echo up; read -r line"];
    const killed = Bun.spawn([...USER.prefix, ...argv], {
      ...withSession("/nsbox-absent"),
      stdin: "pipe",
      stdout: "pipe",
    });
    await killed.stdout.getReader().read();
    killed.kill("SIGKILL");
    await killed.exited;
    expect(readdirSync(lean)).toContain("dev");
    expect((await run(USER, [lean, "true"], withSession(hostDirectory(USER)))).status).toBe(0);
    expect(listing(lean)).toEqual(before);
  });

  test("is an error that names both where neither can be had", async () => {
    mkdirSync(fallback);
    chownSync(fallback, 0, 0);
    try {
      const session = hostDirectory(ROOT);
      const { err, status } = await run(USER, [newTree(USER, "lean"), "true"], withSession(session));
      expect(status).toBe(125);
      expect(err).toContain(
        `in "${session}/nsbox", but "${session}" is not writable for this user; or in "${fallback}"`,
      );
    } finally {
      Bun.spawnSync(["rmdir", fallback]);
    }
  });
});
