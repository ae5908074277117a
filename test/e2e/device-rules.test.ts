/** `--device-rule`, by v1's files and by a program of v2. Judge: the kernel, as the command meets it. */
import { afterAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { AS_ROOT, call, NSBOX, type Person, ROOT, USER } from "./support.ts";
import { tree } from "./trees.ts";

const UNIFIED = "/sys/fs/cgroup/unified";
const lacks = !AS_ROOT
  ? "needs root"
  : existsSync("/sys/fs/cgroup/devices/tasks") && existsSync(UNIFIED)
    ? undefined
    : "needs cgroup v1 with an empty v2 beside it";
const GROUP = `/nsbox-devices-${process.pid}`;

/** There v1 is hidden: what is left is v2, which asks a program. */
const V2: Person = {
  ...ROOT,
  prefix: [
    "unshare",
    "-m",
    "sh",
    "-c",
    `mount -t tmpfs tmpfs /sys/fs/cgroup && mkdir ${UNIFIED} && mount -t cgroup2 cgroup2 ${UNIFIED} && exec "$@"`,
    "sh",
  ],
};

/** What the command can do: opens for reading and writing, and makes a node. */
const TRIES = `
try() { if ( eval "$2" ) 2>/dev/null; then echo "$1"; fi; }
try null-read ': </dev/null'; try null-both ': <>/dev/null'; try null-write ': >/dev/null'
try zero ': </dev/zero'; try urandom ': </dev/urandom'; try tty-there 'test -c /dev/tty'
try log-write ': >/dev/kmsg'; try log-both ': <>/dev/kmsg'
try mknod 'exec mknod /tmp/node c 10 200'`;

afterAll(() => {
  for (const directory of [UNIFIED, "/sys/fs/cgroup/devices"])
    Bun.spawnSync(["sh", "-c", `rmdir ${directory}${GROUP} 2>/dev/null`]);
});

describe.skipIf(lacks !== undefined)(`rules on devices (${lacks ?? "here"})`, () => {
  for (const [version, who] of [
    ["v1", ROOT],
    ["v2", V2],
  ] as const) {
    const able = async (...options: string[]) => {
      const words = [
        "--cgroup",
        GROUP,
        "--cap-add",
        "mknod",
        "--cap-add",
        "syslog",
        "--tmpfs",
        "/tmp",
        ...options,
      ];
      const { out, err } = await call(who, [NSBOX, "run", "-q", ...words, "/", "bash", "-c", TRIES]);
      expect(err).toBe("");
      return out.trim().split("\n");
    };
    const USUAL = ["null-read", "null-both", "null-write", "zero", "urandom", "tty-there"];

    test(`${version}: without a rule nothing is guarded`, async () => {
      expect(await able("--device", "/dev/kmsg")).toEqual([...USUAL, "log-write", "log-both", "mknod"]);
    });

    test(`${version}: with one, what is usual and what was named can be used`, async () => {
      const bound = ["-b", "/dev/kmsg:/dev/kmsg"];
      expect(await able(...bound, "--device-rule", "c 10:200 rwm")).toEqual([...USUAL, "mknod"]);
      expect(await able("--device", "/dev/kmsg", "--device-rule", "c 10:200 rwm")).toEqual([
        ...USUAL,
        "log-write",
        "log-both",
        "mknod",
      ]);
    });

    test(`${version}: rules for one device add up, and a refusal takes away`, async () => {
      const device = ["--device", "/dev/kmsg"];
      expect(await able(...device, "--device-rule", "deny c 1:11 r")).toEqual([
        ...USUAL,
        "log-write",
        "mknod",
      ]);
      const both = [
        "--device-rule",
        "deny c 1:11 rw",
        "--device-rule",
        "c 1:11 r",
        "--device-rule",
        "c 1:11 w",
      ];
      expect(await able(...device, ...both)).toContain("log-both");
      expect(await able(...device, "--device-rule", "a", "--device-rule", "deny c 1:5 r")).toEqual([
        ...USUAL.filter((each) => each !== "zero"),
        "log-write",
        "log-both",
        "mknod",
      ]);
    });
  }

  test("who may not guard devices is told so, and bad rules name themselves", async () => {
    const run = (who: Person, rule: string) =>
      call(who, [NSBOX, "run", "--device-rule", rule, tree(who), "true"]);
    expect((await run(USER, "c 1:3 rwm")).err).toContain("only root may guard devices");
    for (const rule of ["c 1:3 x", "d 1:3 rwm", "c 1 rwm", "a 1:3 rwm", "c 5000:1 r", "allow"]) {
      const { err, status } = await run(ROOT, rule);
      expect(err).toContain(`Invalid "--device-rule ${rule}"`);
      expect(status).toBe(125);
    }
    expect((await run(ROOT, "deny c 10:200 m")).err).toContain(
      'cannot take a part out of "c *:* m" with cgroup v1',
    );
  });
});
