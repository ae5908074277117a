import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { command } from "../../src/commands/build-rootfs.ts";
import { workspace } from "./fixtures.ts";

const work = workspace();

/** Runs the command as the command line would, in a process of its own. */
function nsbox(
  rest: readonly string[],
  flags: readonly string[] = [],
): { stdout: string; stderr: string; status: number } {
  const script = `
    import { command } from "${import.meta.dir}/../../src/commands/build-rootfs.ts";
    const flags = ${JSON.stringify(flags)};
    process.exitCode = await command.run({ has: (long) => flags.includes(long), value: () => undefined,
      values: () => [], ordered: [], rest: ${JSON.stringify(rest)} });`;
  const { stdout, stderr, exitCode } = Bun.spawnSync([process.execPath, "-e", script], {
    env: { PATH: "/usr/bin:/bin" },
  });
  // Only root keeps owners; everybody else is told so each time.
  const told = stderr.toString().replace("note: owners were not kept: only root can give files away\n", "");
  return { stdout: stdout.toString(), stderr: told, status: exitCode };
}

test("the output has a line for each program and a summary", () => {
  const { stdout, stderr, status } = nsbox(["bash", "ls", `${work}/tree`]);
  expect(status).toBe(0);
  expect(stderr).toBe("");
  const lines = stdout.trimEnd().split("\n");
  expect(lines[0]).toMatch(/^\/usr\/bin\/bash: .*ld-linux.*, \d+ libraries$/);
  expect(lines[1]).toStartWith("/usr/bin/ls: ");
  expect(lines[2]).toBe("2 programs, 4 libraries (1 used by several), 5 other files");
  expect(lines[3]).toMatch(/tree: \d+ files, \d+\.\d MB; wrote \d+ \(.*\) in \d+ ms$/);
  expect(lines.length).toBe(4);
});

test("a dry run lists files and links and writes nothing", () => {
  const { stdout } = nsbox(["/bin/bash", `${work}/dry`], ["dry-run", "bare"]);
  expect(stdout).toContain("created   /bin -> usr/bin\n");
  expect(stdout).toContain("created   /usr/bin/bash\n");
  expect(existsSync(`${work}/dry`)).toBe(false);
});

test("JSON says of every file why it is there", () => {
  const { stdout } = nsbox(["ls", `${work}/json`], ["json"]);
  const { files, programs, totals } = JSON.parse(stdout);
  expect(programs[0].path).toBe("/usr/bin/ls");
  expect(totals.files).toBeGreaterThan(3);
  const libc = files.find(({ path }: { path: string }) => path.endsWith("/libc.so.6"));
  expect(libc.kind).toBe("library");
  expect(libc.why).toContainEqual({ by: "/usr/bin/ls", name: "libc.so.6", rule: "ld.so.cache" });
  for (const file of files) expect(file.why.length).toBeGreaterThan(0);
});

test("a note says that python3 and gdb may need more than libraries, bash and ls get none", () => {
  const python = nsbox(["/usr/bin/python3", "/usr/bin/gdb", `${work}/notes`]);
  expect(python.stderr).toMatch(
    /note: "\/usr\/bin\/python3" may need more than libraries: .*\/usr\/lib\/python3\.\d+ \(\d+ files\)/,
  );
  expect(python.stderr).toMatch(/note: "\/usr\/bin\/gdb" .* \/usr\/share\/gdb \(\d+ files\)/);
  for (const name of ["bash", "ls", "grep", "ps", "ssh-keygen", "curl", "dash"]) {
    expect({ name, notes: nsbox([name, `${work}/quiet`]).stderr }).toEqual({ name, notes: "" });
  }
});

test("without a program or a directory the usage is wrong", () => {
  const parsed = { has: () => false, value: () => undefined, values: () => [], ordered: [], rest: ["bash"] };
  expect(command.run(parsed)).rejects.toThrow("at least one PROGRAM");
});
