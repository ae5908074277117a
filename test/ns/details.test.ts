/** What is read of a process is what the kernel's own files and tools say. */
import { afterAll, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { readDetails } from "../../src/ns/details.ts";

const child = Bun.spawn(["sh", "-c", "umask 027; ulimit -n 100; cd /usr; echo; exec sleep 60"], {
  env: { PATH: "/usr/bin:/bin", "odd name": "secret", EMPTY: "" },
  stdout: "pipe",
});
await child.stdout.getReader().read();
// The shell says so before its exec.
while (!readFileSync(`/proc/${child.pid}/comm`, "utf8").startsWith("sleep")) await Bun.sleep(5);
afterAll(() => child.kill("SIGKILL"));

const isKernelThread = (pid: number): boolean =>
  existsSync(`/proc/${pid}/comm`) && readFileSync(`/proc/${pid}/comm`, "utf8") === "kthreadd\n";

test("a process of our own is read in full, and of its environment only the names", () => {
  const details = readDetails(child.pid)!;
  expect(details).toMatchObject({ umask: "0027", cwd: "/usr", root: "/", oomScoreAdj: expect.any(Number) });
  expect(details.uids).toEqual(Array(4).fill(process.getuid!()));
  expect(details.limits?.["Max open files"]).toEqual({ soft: "100", hard: "100" });
  expect(details.environment).toContain("PATH");
  expect(details.environment).toContain("EMPTY");
  expect(JSON.stringify(details)).not.toContain("secret");
  expect(details.executable).toEndWith("sleep");
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  expect(status).toContain(`CapEff:\t${details.capabilities?.effective}`);
  expect(status).toContain(`Cpus_allowed_list:\t${details.affinity}`);
  const groups = Object.entries(details.cgroups ?? {}).map(([names, path]) => `${names}:${path}`);
  const lines = readFileSync(`/proc/${child.pid}/cgroup`, "utf8").trim().split("\n");
  expect(groups.sort()).toEqual(lines.map((line) => line.replace(/^\d+:/, "")).sort());
  expect(details.uidMap?.length).toBeGreaterThan(0);
});

test("a process that has ended is null, not an error", async () => {
  const gone = Bun.spawn(["true"]);
  await gone.exited;
  expect(readDetails(gone.pid)).toBeNull();
});

test("a kernel thread and a zombie have what they have, and null for the rest", async () => {
  if (isKernelThread(2)) {
    expect(readDetails(2)).toMatchObject({ executable: null });
  }
  const parent = Bun.spawn(
    [
      "python3",
      "-c",
      "import os,time\np=os.fork()\nif p==0: os._exit(0)\nprint(p,flush=True)\ntime.sleep(60)",
    ],
    { stdout: "pipe" },
  );
  try {
    const { value } = await parent.stdout.getReader().read();
    const pid = Number(new TextDecoder().decode(value));
    while (!/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))) await Bun.sleep(5);
    expect(readDetails(pid)).toMatchObject({ executable: null, cwd: null, uids: expect.any(Array) });
  } finally {
    parent.kill("SIGKILL");
  }
});
