/** Limits of the machine that stand in a run's way: each is said, and nothing is left. */
import { describe, expect, test } from "bun:test";
import { readlinkSync } from "node:fs";
import { KINDS } from "../../src/ns/kinds.ts";
import { watch } from "./screen.ts";
import {
  AS_ROOT,
  call,
  forEveryone,
  NSBOX,
  type Outcome,
  outcome,
  type Person,
  ROOT,
  start,
  USER,
  until,
} from "./support.ts";
import { traces } from "./traces.ts";
import { newTree } from "./trees.ts";

/** Runs a script of bash as root of a new user namespace, whose limits are its own. */
const inUserNamespace = (who: Person, script: string, ...words: string[]): Promise<Outcome> =>
  call(who, ["unshare", "-U", "-r", "bash", "-c", script, "bash", ...words]);

describe("out of namespaces", () => {
  forEveryone((who) => {
    for (const { name } of KINDS) {
      test(`user.max_${name}_namespaces is 0: the error names it`, async () => {
        const own = newTree(who);
        const before = traces(own);
        const options = name === "user" ? "-U" : "";
        const script = `
          "$1" run ${options} -q -u x -p "$2" true && echo fine
          echo 0 > /proc/sys/user/max_${name}_namespaces
          exec "$1" run ${options} --${KINDS.find((kind) => kind.name === name)!.long} "$2" true`;
        const { out, err, status } = await inUserNamespace(who, script, NSBOX, own);
        expect([out, status]).toEqual(["fine\n", 125]);
        expect(err).toContain("error: Cannot create namespaces");
        expect(err).toContain(`user.max_${name}_namespaces is 0`);
        expect(err).toContain(`sysctl -w user.max_${name}_namespaces=`);
        expect(traces(own)).toEqual(before);
      });
    }
  });
});

describe("out of processes", () => {
  test("the error names the limit", async () => {
    const lean = newTree(USER, "lean");
    const before = traces(lean);
    // The lock holds the monitor up before the clone, while its limit is taken away.
    const lock = watch(USER, ["bash", "-c", 'exec 9<"$0"; flock 9; echo locked; exec sleep 60', lean]);
    await lock.screen.shows("locked");
    const process = start(USER, [NSBOX, "run", lean, "true"]);
    await until("the monitor", () => readlinkSync(`/proc/${process.pid}/exe`).startsWith("/memfd:nsbox"));
    expect((await call(USER, ["prlimit", "--pid", `${process.pid}`, "--nproc=1"])).status).toBe(0);
    lock.process.kill();
    await lock.ended;
    const { out, err, status } = await outcome(process);
    expect([out, status]).toEqual(["", 125]);
    expect(err).toContain("error: Cannot create namespaces\n  cause: a limit on processes is reached");
    expect(traces(lean)).toEqual(before);
  });
});

describe("a full filesystem", () => {
  for (const who of [ROOT, USER]) {
    /** Runs nsbox where `place` is a filesystem with room for `files` files. */
    const onFull = (place: string, files: number, root: string) => {
      const options = `size=64k,nr_inodes=${files},mode=755,uid=${who.uid},gid=${who.uid}`;
      const script = `
        mount -t tmpfs -o ${options} full "$1" || exit 9
        ${who.prefix.join(" ")} "$2" run "$3" true; echo "status $?"
        find "$1" -mindepth 1`;
      return call(ROOT, ["unshare", "-m", "bash", "-c", script, "bash", place, NSBOX, root]);
    };

    for (const [made, point] of ["/dev", "/proc", "/sys", "/tmp"].entries()) {
      test.skipIf(!AS_ROOT)(
        `without room for ${point} it is named, and the rest removed: ${who.name} (needs root)`,
        async () => {
          const lean = newTree(who, "lean");
          const before = traces(lean);
          const { out, err } = await onFull(lean, made + 1, lean);
          expect(out).toBe("status 125\n");
          expect(err).toMatch(`error: Cannot use "${point}" of root filesystem`);
          expect(err).toContain("no space left (ENOSPC)");
          expect(traces(lean)).toEqual(before);
        },
      );
    }
  }

  test.skipIf(!AS_ROOT)("where the record of mount points would stand is said (needs root)", async () => {
    const lean = newTree(ROOT, "lean");
    // The other place is taken by a file.
    const script =
      'mount -t tmpfs -o nr_inodes=1 full /run && : >/tmp/nsbox-0 && "$1" run "$2" true; echo "status $?"; ls /run; rm /tmp/nsbox-0';
    const { out, err } = await call(ROOT, ["unshare", "-m", "bash", "-c", script, "bash", NSBOX, lean]);
    expect([out, err]).toEqual(["status 125\n", expect.stringContaining("(ENOSPC)")]);
  });

  test.skipIf(!AS_ROOT)("or one that is read-only is said too (needs root)", async () => {
    const lean = newTree(ROOT, "lean");
    const script =
      'mount --bind "$2" "$2" && mount -o remount,bind,ro "$2" && "$1" run "$2" true; echo "status $?"';
    const { out, err } = await call(ROOT, ["unshare", "-m", "bash", "-c", script, "bash", NSBOX, lean]);
    expect([out, err]).toEqual(["status 125\n", expect.stringContaining("(EROFS)")]);
  });
});
