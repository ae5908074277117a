/** A whole Debian inside: apt updates, installs and runs, with the host's network, as everybody. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chownSync, copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { NO_SUBORDINATES, withAccounts } from "../e2e/accounts.ts";
import { AS_ROOT, hostProgram, NSBOX, type Person, ROOT, SCRATCH, USER } from "../e2e/support.ts";

const lacking = !AS_ROOT
  ? "needs root"
  : hostProgram("debootstrap") === undefined
    ? "needs debootstrap"
    : NO_SUBORDINATES;
const INSTALL = "apt-get -qq update && apt-get -qq install -y hello && hello";

/** Waits up to ten minutes for a command; its last line, or all that it said. */
function last(who: Person, argv: readonly string[]): string {
  const { stdout, stderr, exitCode } = Bun.spawnSync([...who.prefix, ...argv], {
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/", DEBIAN_FRONTEND: "noninteractive" },
    cwd: "/",
    timeout: 600_000,
  });
  const lines = stdout.toString().trim().split("\n");
  return exitCode === 0 ? lines.at(-1)! : `${exitCode}: ${stdout}${stderr}`;
}

describe.skipIf(lacking !== undefined)(`a debootstrapped Debian (${lacking ?? "here"})`, () => {
  const debian = join(SCRATCH, "debian");
  const archive = join(SCRATCH, "debian.tar");

  beforeAll(() => {
    const made = last(ROOT, ["sh", "-c", `debootstrap --variant=minbase bookworm ${debian} && echo made`]);
    expect(made).toBe("made");
    copyFileSync("/etc/resolv.conf", join(debian, "etc/resolv.conf"));
    expect(last(ROOT, ["sh", "-c", `tar -C ${debian} --exclude=./dev -cf ${archive} . && echo packed`])).toBe(
      "packed",
    );
  }, 900_000);
  afterAll(() => void last(ROOT, ["rm", "-rf", debian]));

  const run = (who: Person, options: readonly string[], root: string) =>
    last(who, [NSBOX, "run", "-q", ...options, "--share", "net", root, "sh", "-c", INSTALL]);

  test("installs a package as root", () => {
    expect(run(ROOT, ["--overlay"], debian)).toBe("Hello, world!");
  }, 600_000);

  test("installs a package as root in a user namespace", () => {
    expect(run(withAccounts(ROOT), ["--map-auto", "--overlay"], debian)).toBe("Hello, world!");
    expect(run(withAccounts(ROOT), ["--map-auto"], debian)).toBe("Hello, world!");
  }, 600_000);

  test("installs a package as an ordinary user", () => {
    const user = withAccounts(USER);
    const own = join(SCRATCH, "debian-of-user");
    mkdirSync(own);
    chownSync(own, USER.uid, USER.uid);
    const unpack = [
      "-b",
      `${archive}:${archive}:ro`,
      "-b",
      `${own}:/mnt`,
      "/",
      "tar",
      "-C",
      "/mnt",
      "-xf",
      archive,
    ];
    expect(last(user, [NSBOX, "run", "--map-auto", ...unpack])).toBe("");
    expect(run(user, ["--map-auto"], own)).toBe("Hello, world!");
    expect(last(user, [NSBOX, "run", "--map-auto", "/", "find", own, "-mindepth", "1", "-delete"])).toBe("");
  }, 600_000);
});
