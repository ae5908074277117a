/** `--memory` and its kin, on cgroup v1: files that the kernel has, and a program that wants too much. */
import { afterAll, describe, expect, test } from "bun:test";
import { allGroupsIn, fileIn, groupsIn, HUNGRY, NO_LIMITS, ownGroup, removeGroups } from "./cgroups.ts";
import { withProgram } from "./containers.ts";
import { forEveryone, NSBOX, run, textOf } from "./support.ts";

afterAll(removeGroups);

describe.skipIf(NO_LIMITS !== undefined)(`memory (${NO_LIMITS ?? "cgroup v1"})`, () => {
  forEveryone((who) => {
    test("a program that takes too much is killed, and the limit is named", async () => {
      const group = ownGroup(who);
      const { out, err, status } = await run(who, [
        "--cgroup",
        group,
        "--memory",
        "100000000",
        "/",
        ...HUNGRY,
      ]);
      expect(status).toBe(137);
      const taken = out.trim().split("\n").map(Number);
      expect(taken.at(-1)).toBeLessThan(100_000_000);
      expect(taken.length).toBeGreaterThan(2);
      expect(err).toMatch(
        /^note: Out of memory: the kernel killed (a process|"python3" \(PID \d+\)); --memory is 99999744 bytes \(95\.4 MiB\), with swap 199999488 bytes \(190\.7 MiB\), and \d+ bytes \(\d\d\.\d MiB\) were in use\n$/,
      );
      // Only root may read the kernel's log.
      if (who.uid === 0) expect(err).toContain('killed "python3"');
      expect(allGroupsIn(group)).toEqual([]);
    });

    test("all limits are where the kernel has them, and as it rounds them", async () => {
      const group = ownGroup(who);
      const limits = ["--memory", "100000000", "--memory-swap", "150m", "--memory-reservation", "1.5m"];
      const options = ["run", "-q", "--cgroup", group, ...limits, "--swappiness", "0"];
      await withProgram(who, [NSBOX, ...options, "/", "sleep", "60"], "sleep", async (pid) => {
        const read = (file: string) => fileIn("memory", group, `memory.${file}`);
        expect(read("limit_in_bytes")).toBe("99999744");
        expect(read("memsw.limit_in_bytes")).toBe("157286400");
        expect(read("soft_limit_in_bytes")).toBe("1572864");
        expect(read("swappiness")).toBe("0");
        expect(fileIn("memory", group, "tasks").split("\n")).toEqual([String(pid)]);
        expect(textOf(`/proc/${pid}/cgroup`)).toContain(`:memory:${group}/${groupsIn("memory", group)[0]}\n`);
      });
      expect(allGroupsIn(group)).toEqual([]);
    });

    test("no limit of both together is one", async () => {
      const group = ownGroup(who);
      const options = ["run", "-q", "--cgroup", group, "--memory", "64m", "--memory-swap", "-1"];
      await withProgram(who, [NSBOX, ...options, "/", "sleep", "60"], "sleep", async () => {
        expect(Number(fileIn("memory", group, "memory.memsw.limit_in_bytes"))).toBeGreaterThan(2 ** 60);
      });
    });

    test("what the kernel made of a number is said under -v, and not without", async () => {
      const options = ["--cgroup", ownGroup(who), "--memory", "100000000", "/", "true"];
      expect((await run(who, ["-v", ...options])).err).toContain(
        "  memory.limit_in_bytes: 100000000 reads as 99999744\n",
      );
      expect((await run(who, options)).err).toBe("");
    });

    test("inside, every hierarchy's root is what the command is in", async () => {
      const { out } = await run(who, [
        "--cgroup",
        ownGroup(who),
        "--memory",
        "64m",
        "/",
        "cat",
        "/proc/self/cgroup",
      ]);
      const lines = out.trim().split("\n");
      expect(lines.length).toBeGreaterThan(3);
      expect(lines.filter((line) => !line.endsWith(":/"))).toEqual([]);
    });

    for (const init of ["--init", "--init=full"]) {
      test(`the limit holds with ${init}`, async () => {
        const group = ownGroup(who);
        const { status, err } = await run(who, [init, "--cgroup", group, "--memory", "64m", "/", ...HUNGRY]);
        expect(status).toBe(137);
        expect(err).toContain("--memory is 67108864 bytes (64 MiB)");
        expect(allGroupsIn(group)).toEqual([]);
      });
    }

    test("a command that outlives what was killed keeps its own status", async () => {
      const group = ownGroup(who);
      const line = 'python3 -c "$1"; echo $?; exit 7';
      const words = ["sh", "-c", line, "sh", HUNGRY[2]!];
      const { status, out, err } = await run(who, ["--cgroup", group, "--memory", "64m", "/", ...words]);
      expect([status, out.trim().split("\n").at(-1)]).toEqual([7, "137"]);
      expect(err).toContain("note: Out of memory: the kernel killed ");
    });
  });
});
