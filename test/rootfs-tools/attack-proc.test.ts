/** Links of /proc into another mount namespace: their text means something else here. */
import { afterAll, beforeAll, expect } from "bun:test";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { asRoot, run, workspace } from "./fixtures.ts";

const work = workspace();
const NSBOX = resolve(import.meta.dir, "../../dist/nsbox");
const other = join(work, "other");
let child: Bun.Subprocess<"pipe", "pipe", "ignore"> | undefined;

beforeAll(async () => {
  if (process.getuid?.() !== 0) return;
  mkdirSync(join(other, "old"), { recursive: true });
  mkdirSync(join(other, "opt"));
  const enter = `mount --bind ${other} ${other} && cd ${other} && pivot_root . old && echo ready && read end`;
  child = Bun.spawn(["unshare", "-m", "sh", "-c", enter], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "ignore",
  });
  await child.stdout.getReader().read();
});

afterAll(async () => {
  child?.kill();
  await child?.exited;
});

asRoot("the root of another mount namespace is refused, and never taken for the one of this system", () => {
  const root = `/proc/${child?.pid}/root`;
  const place = `${work.slice(1)}-not-here`;
  for (const words of [
    ["build-rootfs", "--root", root, "bash", join(work, "tree")],
    ["build-rootfs", "--add", `${root}/opt:/opt`, "bash", join(work, "tree")],
    ["build-rootfs", "bash", `${root}/${place}`],
    ["verify-rootfs", root],
    ["ldd", `${root}/usr/bin/env`],
  ]) {
    const { exitCode, stderr } = Bun.spawnSync([NSBOX, ...words]);
    expect(stderr.toString()).toContain("a link of /proc leads into another mount namespace (EXDEV)");
    expect(exitCode).toBe(1);
  }
  expect(existsSync(`/${place}`)).toBe(false);
  expect(readdirSync(work)).toEqual(["other"]);
  expect(run(["ls", join(other, "opt")])).toBe("");
});

asRoot("a mount in the target is left alone, and the error says that it is one", () => {
  mkdirSync(join(work, "mounted/usr"), { recursive: true });
  const script = `mount -t tmpfs none ${work}/mounted/usr && exec ${NSBOX} build-rootfs --bare bash ${work}/mounted`;
  const { exitCode, stderr } = Bun.spawnSync(["unshare", "-m", "sh", "-c", script]);
  expect(stderr.toString()).toContain(`Cannot write "${work}/mounted/usr/bin"`);
  expect(stderr.toString()).toContain("another file system is mounted there (EXDEV)");
  expect(exitCode).toBe(1);
  expect(readdirSync(join(work, "mounted"), { recursive: true })).toEqual(["usr"]);
});
