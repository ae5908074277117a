/** busybox with musl, built from Debian's source, which needs musl-tools, gcc, make, dpkg-dev and the mirror. */
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NSBOX } from "../e2e/support.ts";
import { block, ENV, folder, lack, PATIENCE, play, reason } from "./apps.ts";

afterAll(() => rmSync(folder("busybox"), { recursive: true, force: true }));

/** Debian's source of busybox, in a list of our own: the machine's stay as they are. "" where it is had. */
function fetchBusybox(): string {
  const missing = lack(["musl-gcc", "make", "cc", "dpkg-source", "apt-get"]);
  if (missing !== "") return missing;
  const directory = folder("busybox");
  mkdirSync(join(directory, "lists/partial"), { recursive: true });
  writeFileSync(join(directory, "sources"), "deb-src http://deb.debian.org/debian bookworm main\n");
  const options = [
    `Dir::Etc::SourceList "${directory}/sources"; Dir::Etc::SourceParts "/dev/null";`,
    `Dir::State::Lists "${directory}/lists"; APT::Sandbox::User "root"; Acquire::Retries "0";`,
    'Acquire::http::Timeout "10";',
  ];
  writeFileSync(join(directory, "apt.conf"), options.join("\n"));
  const { exitCode } = Bun.spawnSync(["bash", "-euc", `apt-get -qq update; ${block("busybox", "source")}`], {
    cwd: directory,
    env: { ...ENV, APT_CONFIG: join(directory, "apt.conf") },
    timeout: 30_000,
    stdio: ["ignore", "ignore", "ignore"],
  });
  return exitCode === 0 ? "" : "its source cannot be had";
}
const busybox = fetchBusybox();

test.skipIf(busybox !== "")(
  `busybox with musl, built from Debian's source, is a shell and a web server${reason(busybox)}`,
  async () => {
    const parts = (["files", "build", "run"] as const).map((part) => block("busybox", part));
    const { out, err } = await play("busybox", parts, true);
    expect(out === "" ? err : out).toBe("2\n42\nbusybox\n");
    const { stdout } = Bun.spawnSync([NSBOX, "verify-rootfs", join(folder("busybox"), "tree")]);
    expect(stdout.toString()).not.toContain("missing");
  },
  PATIENCE,
);
