import { describe, expect, test } from "bun:test";
import { join } from "node:path";

const MAIN = join(import.meta.dir, "../../src/main.ts");

/** What `nsbox ARGS` prints and its status, run from the sources. */
function nsbox(...args: string[]) {
  const { NO_COLOR: _, CLICOLOR_FORCE: __, ...env } = process.env;
  const { stdout, stderr, exitCode } = Bun.spawnSync([process.execPath, MAIN, ...args], { env });
  return { out: stdout.toString(), err: stderr.toString(), status: exitCode };
}

describe("nsbox", () => {
  test("tells its version", () => {
    expect(nsbox("--version").out).toMatch(/^nsbox \d+\.\d+\.\d+\S*\n$/);
    expect(nsbox("-V")).toEqual(nsbox("--version"));
    const { out, status } = nsbox("--version", "--json");
    expect(JSON.parse(out)).toMatchObject({ name: "nsbox", bun: Bun.version });
    expect(status).toBe(0);
  });

  test("without a command shows its usage as an error", () => {
    const { out, err, status } = nsbox();
    expect(err).toStartWith("Usage: nsbox ");
    expect([out, status]).toEqual(["", 2]);
  });

  test("suggests a command where it knows none of that name", () => {
    const { err, status } = nsbox("biuld-rootfs");
    expect(err).toBe('error: Unknown command "biuld-rootfs"\n  hint:  Did you mean "build-rootfs"?\n');
    expect(status).toBe(2);
    for (const name of ["toString", "__proto__", "", "reportt"]) {
      expect(nsbox(name).err).toStartWith(`error: Unknown command "${name}"`);
    }
  });

  test("prints help on standard output", () => {
    const { out, err, status } = nsbox("help");
    expect([err, status]).toEqual(["", 0]);
    expect(out).toContain("build-rootfs");
    expect(nsbox("-h").out).toBe(out);
    expect(nsbox("help", "help").out).toBe(nsbox("help", "--help").out);
    expect(nsbox("--help").out).toContain("Examples:");
  });

  test("explains exit codes and the environment", () => {
    expect(nsbox("help", "exit-codes").out).toContain("127");
    expect(nsbox("help", "limits").out).toContain("nsbox update");
    expect(nsbox("help", "network").err).toContain('Did you mean "networks"?');
    expect(nsbox("help", "environment").out).toContain("NO_COLOR");
    expect(nsbox("help", "exit-code").err).toContain('Did you mean "exit-codes"?');
    expect(nsbox("help", "a", "b").status).toBe(2);
  });

  test("prints man pages", () => {
    expect(nsbox("help", "--man").out).toStartWith('.TH "NSBOX" 1');
    expect(nsbox("help", "--man", "help").out).toStartWith('.TH "NSBOX\\-HELP" 1');
    expect(nsbox("help", "--man", "exit-codes").status).toBe(2);
  });

  test("colours only where told to, when it does not write to a terminal", () => {
    expect(nsbox("help").out).not.toContain("\x1b");
    expect(nsbox("--color=always", "help").out).toContain("\x1b[");
    expect(nsbox("help", "--color", "always").out).toContain("\x1b[");
    expect(nsbox("--color", "blue", "help").status).toBe(2);
  });

  test("takes no option that only another command has", () => {
    expect(nsbox("--json", "help").status).toBe(2);
    expect(nsbox("help", "--bogus").err).toStartWith('error: Unknown option "--bogus"');
  });

  test("does not mind a reader that leaves, but a disk that is full", () => {
    const run = (line: string) =>
      Bun.spawnSync(["bash", "-o", "pipefail", "-c", line, process.execPath, MAIN]);
    expect(run('"$0" "$1" help | head -1').exitCode).toBe(0);
    expect(run('"$0" "$1" help | true').exitCode).toBe(0);
    const full = run('"$0" "$1" help >/dev/full');
    expect(full.exitCode).toBe(1);
    expect(full.stderr.toString()).toContain("cause: write: no space left on device (ENOSPC)");
  });
});

describe("on a terminal", () => {
  /** What a terminal gets to see of `nsbox ARGS`, with variables set as in `NAME=VALUE`. */
  function seen(line: string, ...variables: string[]): string {
    const command = `${variables.join(" ")} '${process.execPath}' '${MAIN}' ${line}`;
    const { NO_COLOR: _, CLICOLOR_FORCE: __, ...env } = process.env;
    const shell = { env: { ...env, TERM: "xterm" }, stdin: "ignore" } as const;
    return Bun.spawnSync(["script", "-qec", command, "/dev/null"], shell).stdout.toString();
  }

  test.skipIf(Bun.which("script") === null)(
    "each stream has the colours that it should (needs script)",
    () => {
      expect(seen("help")).toContain("\x1b[1mUsage:\x1b[0m");
      expect(seen("nonsense")).toStartWith("\x1b[1;31merror:\x1b[0m Unknown command");
      expect(seen("help | cat")).not.toContain("\x1b");
      expect(seen("nonsense >/dev/null")).toContain("\x1b[1;31m");
      for (const off of ["NO_COLOR=1", "TERM=dumb"]) expect(seen("nonsense", off)).not.toContain("\x1b");
      expect(seen("--color never nonsense")).not.toContain("\x1b");
    },
  );
});
