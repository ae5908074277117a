/** The state of cgroups, where this machine has them to be made. */
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { discover } from "../../src/ns/discover.ts";
import { AS_ROOT } from "./animals.ts";

/** Hierarchy to the directory where it may be mounted, its file, and what freezes. */
const WAYS = [
  { name: "v1", roots: ["/sys/fs/cgroup/freezer"], file: "freezer.state", freeze: "FROZEN", thaw: "THAWED" },
  {
    name: "v2",
    roots: ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"],
    file: "cgroup.freeze",
    freeze: "1",
    thaw: "0",
  },
] as const;

describe.each(WAYS)("a cgroup of $name", ({ name, roots, file, freeze, thaw }) => {
  const root = roots.find((path) => existsSync(`${path}/cgroup.procs`));
  test.skipIf(!AS_ROOT || root === undefined)("is frozen when it is", async () => {
    const path = `/nsbox-test-${process.pid}`;
    const directory = `${root}${path}`;
    const child = Bun.spawn(["sleep", "60"]);
    const seen = () => discover().processes.find(({ pid }) => pid === child.pid);
    mkdirSync(directory);
    try {
      expect(seen()?.frozen).toBe(false);
      writeFileSync(`${directory}/cgroup.procs`, String(child.pid));
      expect(seen()?.frozen).toBe(false);
      writeFileSync(`${directory}/${file}`, freeze);
      const state = name === "v1" ? "freezer.state" : "cgroup.events";
      while (!/^FROZEN|frozen 1/m.test(readFileSync(`${directory}/${state}`, "utf8"))) await Bun.sleep(5);
      expect(seen()?.frozen).toBe(true);
      if (name === "v2") expect(seen()?.cgroup).toBe(path);
    } finally {
      writeFileSync(`${directory}/${file}`, thaw);
      child.kill("SIGKILL");
      await child.exited;
      for (let tries = 0; existsSync(directory) && tries < 100; tries++) {
        try {
          rmdirSync(directory);
        } catch {
          await Bun.sleep(10);
        }
      }
    }
  });
});
