/** The executables for other machines are built here, and start as far as this one can start them. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { buildIn, scratch } from "../build/checkout.ts";

const TARGETS = ["linux-x64", "linux-arm64", "linux-x64-musl", "linux-arm64-musl"];
const VERSION = /^nsbox \d+\.\d+\.\d+\n$/;
const QEMU = Bun.which("qemu-aarch64-static") ?? Bun.which("qemu-aarch64");
const ARM64_ROOT = "/usr/aarch64-linux-gnu";

const folder = scratch();
const dist = join(folder.path, "dist");

function output(command: readonly string[]): string {
  const { stdout, stderr } = Bun.spawnSync([...command], { cwd: dist, stdin: null });
  return `${stdout}${stderr}`;
}

beforeAll(() => buildIn(folder.path, "--all"), 600_000);
afterAll(() => folder[Symbol.dispose]());

test("SHA256SUMS holds the checksum of every executable", () => {
  const expected = ["nsbox", "libnshelper.so", ...TARGETS.map((target) => `${target}/nsbox`)];
  expect(output(["sha256sum", "-c", "SHA256SUMS"])).toBe(expected.map((file) => `${file}: OK\n`).join(""));
});

test.each(TARGETS)("%s is an executable for that machine", async (target) => {
  const header = await Bun.file(join(dist, target, "nsbox"))
    .slice(0, 64)
    .bytes();
  const machine = new DataView(header.buffer).getUint16(18, true);
  expect(machine).toBe(target.includes("arm64") ? 183 : 62);
});

test("the one for this machine is the same with and without naming it", () => {
  const [own = "", named = ""] = ["nsbox", `linux-${process.arch}/nsbox`].map(
    (file) => output(["sha256sum", file]).split(" ")[0],
  );
  expect(own).toBe(named);
});

const canArm64 = QEMU !== null && existsSync(`${ARM64_ROOT}/lib/ld-linux-aarch64.so.1`);
test.skipIf(!canArm64)(
  `linux-arm64 starts${canArm64 ? "" : " (skipped: qemu-user-static or libc6-dev-arm64-cross is not installed)"}`,
  () => expect(output([QEMU ?? "", "-L", ARM64_ROOT, "linux-arm64/nsbox", "--version"])).toMatch(VERSION),
);

// Where musl is the system's own libc: Debian's musl has no libstdc++ beside it, which Bun needs.
const canMusl = existsSync("/lib/ld-musl-x86_64.so.1") && existsSync("/usr/lib/libstdc++.so.6");
test.skipIf(!canMusl)(`linux-x64-musl starts${canMusl ? "" : " (skipped: no libstdc++ for musl here)"}`, () =>
  expect(output(["linux-x64-musl/nsbox", "--version"])).toMatch(VERSION),
);
