/** What `build-rootfs --trace` sees of a command, and what the tree has of it. */
import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  AS_ROOT,
  CALLER_ENV,
  call,
  compiled,
  forEveryone,
  hostProgram,
  NSBOX,
  PEOPLE,
  run,
  SCRATCH,
  shell,
} from "./support.ts";
import { pathsIn, trace, workplace } from "./tracing.ts";

const WATCHED = compiled("watched");
const NO_COMPILER = WATCHED === undefined ? " (needs a static libc)" : "";
const PYTHON = hostProgram("python3");
const STRACE = hostProgram("strace");
const SOCKET = join(SCRATCH, "trace.sock");

const server = Bun.listen({ unix: SOCKET, socket: { data() {} } });
chmodSync(SOCKET, 0o777);
afterAll(() => server.stop(true));

describe("what is seen", () => {
  forEveryone((who) => {
    describe.skipIf(WATCHED === undefined)(`of a static program${NO_COMPILER}`, () => {
      const watched = (...words: string[]) => trace(who, [WATCHED!, ...words]);

      test("relative names, from the working directory and from a descriptor", async () => {
        const { paths, err } = await watched(
          "chdir",
          "/usr/lib",
          "open",
          "os-release",
          "openat",
          "/usr",
          "share",
        );
        expect(err).not.toContain("error");
        expect(paths).toMatchObject({
          [WATCHED!]: ["exec"],
          "/usr/lib": ["stat"],
          "/usr/lib/os-release": ["open"],
          "/usr": ["open"],
          "/usr/share": ["open"],
        });
      });

      test("paths with links and .. in them, and where they end", async () => {
        const { paths } = await watched("open", "/usr/../etc/./os-release", "readlink", "/etc/os-release");
        expect(paths).toMatchObject({
          "/usr/../etc/os-release": ["open"],
          [realpathSync("/etc/os-release")]: ["open"],
          "/etc/os-release": ["stat"],
        });
      });

      test("a path that openat2 keeps below a directory, and a path at the end of its page", async () => {
        const { paths } = await watched("in-root", "/usr", "/lib/os-release", "page", "/etc/hosts");
        expect(paths).toMatchObject({ "/usr/lib/os-release": ["open"], "/etc/hosts": ["stat"] });
        expect(paths).not.toHaveProperty("/lib/os-release");
      });

      test("programs that its children execute, with what their loader opens", async () => {
        const { paths } = await watched("spawn", hostProgram("true")!);
        expect(paths[hostProgram("true")!]).toContain("exec");
        expect(Object.keys(paths)).toContainEqual(expect.stringMatching(/\/libc\.so\.6$/));
      });

      test("nothing that is not there", async () => {
        const { paths, err } = await trace(who, [WATCHED!, "open", "/etc/nothing-there"], {
          options: ["--trace-allow-failure"],
        });
        expect(err).toContain("note: ");
        expect(Object.keys(paths).sort()).toEqual([WATCHED!, "/proc/self/exe"].sort());
      });

      test.skipIf(process.arch !== "x64")("calls through the table of 32-bit programs", async () => {
        const { paths, err } = await watched("int80", "/etc/passwd");
        expect(err).not.toContain("error");
        expect(paths["/etc/passwd"]).toEqual(["open"]);
      });

      test("a unix socket, which answers; it is told and not taken", async () => {
        const { paths, err } = await watched("connect", SOCKET);
        expect(paths[SOCKET]).toEqual(["connect"]);
        expect(err).toContain(`left out, a socket, which only a running program can make: "${SOCKET}"`);
      });

      test("no request ring, which the kernel would serve unseen", async () => {
        const { err, status } = await watched("ring");
        expect(err).toContain("ring: Function not implemented");
        expect(status).toBe(1);
      });
    });

    test.skipIf(PYTHON === undefined)("imports of python, a plugin by dlopen, NSS and locale", async () => {
      const script =
        'import json, ctypes, pwd; ctypes.CDLL("libm.so.6"); pwd.getpwnam("nobody"); json.loads("1")';
      const { paths } = await trace(who, [PYTHON!, "-c", script], {
        env: { ...CALLER_ENV, LC_ALL: "C.UTF-8" },
      });
      const seen = Object.keys(paths).join("\n");
      for (const part of [
        /\/json\/.*\.pyc?$/m,
        /\/libm\.so\.6$/m,
        /^\/etc\/passwd$/m,
        /^\/etc\/nsswitch\.conf$/m,
      ]) {
        expect(seen).toMatch(part);
      }
    });

    test.skipIf(STRACE === undefined)("exactly what strace sees, of a shell with many children", async () => {
      const line =
        "ls -l /etc /usr/share >/dev/null; getent passwd root; stat -L /etc/os-release; cat /etc/hosts | wc; id; test -e /etc/none";
      const command = ["sh", "-c", `${line}; true`];
      const { paths } = await trace(who, command);
      const log = join(workplace(who), "log");
      await call(who, [
        STRACE!,
        "-f",
        "-y",
        "-s",
        "4096",
        "-e",
        "trace=%file,getdents64",
        "-e",
        "signal=none",
        "-o",
        log,
        ...command,
      ]);
      const judged = stracePaths(readFileSync(log, "utf8"));
      const outside = (path: string) => !/^\/(proc|dev)(\/|$)/.test(path);
      const ends = (all: Iterable<string>) => [...new Set([...all].filter(outside).map(real))].sort();
      expect(judged.size).toBeGreaterThan(20);
      expect(ends(Object.keys(paths))).toEqual(ends(judged));
      expect([...judged].filter(outside).filter((path) => !(path in paths))).toEqual([]);
    });
  });
});

/** Where a path leads; itself where it leads nowhere (any more). */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** The paths of calls that succeeded: of those of a descriptor, the directory that was read. */
function stracePaths(log: string): Set<string> {
  const paths = new Set<string>();
  // A call that another process interrupts stands in two halves.
  const begun = new Map<string, string>();
  for (const line of log.split("\n")) {
    const [, pid = "", text = ""] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (text.endsWith("<unfinished ...>")) begun.set(pid, text.slice(0, -16));
    const whole = text.startsWith("<...")
      ? (begun.get(pid) ?? "") + text.replace(/^<\.\.\. \w+ resumed>/, "")
      : text;
    if (!/\) += (?!-1)/.test(whole)) continue;
    const at = /^\w+\((?:AT_FDCWD|\d+)<([^>]*)>, "([^"]+)"/.exec(whole);
    const plain = /^\w+\("([^"]+)"/.exec(whole);
    const list = /^getdents64\(\d+<([^>]*)>/.exec(whole);
    const path =
      at !== null ? (at[2]!.startsWith("/") ? at[2]! : `${at[1]}/${at[2]}`) : (plain?.[1] ?? list?.[1]);
    if (path !== undefined) paths.add(`/${path}`.replace(/\/+/g, "/"));
  }
  return paths;
}

describe("the tree", () => {
  test.skipIf(PYTHON === undefined)("of a python script works with nothing of the host's", async () => {
    for (const who of PEOPLE) {
      const place = workplace(who);
      const config = join(place, "app.conf");
      const script = `import ssl, json, sqlite3, tempfile, encodings.idna, pathlib
with tempfile.NamedTemporaryFile() as f: f.write(b"x")
print(pathlib.Path("${config}").read_text(), sqlite3.connect(":memory:").execute("select 1+1").fetchone())`;
      writeFileSync(config, "configured");
      const tree = join(place, "tree");
      const words = ["build-rootfs", "--trace", "--trace-allow", config, tree, "--", PYTHON!, "-c", script];
      const { err, status } = await call(who, [NSBOX, ...words]);
      expect({ err: err.replaceAll(/^(note|configured).*\n/gm, ""), status }).toEqual({ err: "", status: 0 });
      const { out } = await run(who, [tree, PYTHON!, "-c", script]);
      expect(out).toBe("configured (2,)\n");
    }
  });

  test("has no file that was written, and the directory that it was written to", async () => {
    const who = PEOPLE.at(-1)!;
    const place = workplace(who);
    const tree = join(place, "tree");
    const data = join(place, "data");
    const line = "echo new >>old; echo x >new; mkdir sub; mv new sub/moved; cat old sub/moved";
    await call(who, ["sh", "-c", 'mkdir "$1"; echo old >"$1/old"', "sh", data]);
    const allow = ["--trace-allow", `${data}/none`];
    const words = ["build-rootfs", "--trace", ...allow, tree, "--", "sh", "-c", line];
    const { err, status } = await call(who, [NSBOX, ...words], { cwd: data });
    expect(err).toStartWith("old\nnew\nx\n");
    expect(err).toContain(`left out, written by the command: "${data}/old" (--trace-allow`);
    expect(status).toBe(0);
    expect(readFileSync(join(data, "old"), "utf8")).toBe("old\n");
    expect(existsSync(join(data, "sub"))).toBe(false);
    expect(existsSync(join(tree, data, "old"))).toBe(false);
  });

  test.skipIf(!AS_ROOT)("has no secrets, unless they are allowed (needs root)", async () => {
    const [root] = PEOPLE;
    const tree = join(workplace(root!), "tree");
    const command = ["--", "cat", "/etc/shadow", "/etc/hosts"];
    const withheld = await call(root!, [NSBOX, "build-rootfs", "--trace", tree, ...command]);
    expect(withheld.err).toContain('left out, secret: "/etc/shadow"');
    expect(existsSync(join(tree, "etc/shadow"))).toBe(false);
    expect(existsSync(join(tree, "etc/hosts"))).toBe(true);
    const allowed = ["build-rootfs", "--trace", "--trace-allow", "/etc/sh*", tree, ...command];
    const { err } = await call(root!, [NSBOX, ...allowed]);
    expect(err).not.toContain("secret:");
    expect(existsSync(join(tree, "etc/shadow"))).toBe(true);
    rmSync(tree, { recursive: true });
  });

  test("has what several runs used, each once, and needs no run any more", async () => {
    const who = PEOPLE.at(-1)!;
    const place = workplace(who);
    const [file, tree] = [join(place, "trace.json"), join(place, "tree")];
    const words = [NSBOX, "build-rootfs", "--trace-file", file];
    await call(who, [...words, "--trace", "--dry-run", tree, "--", "cat", "/etc/hosts"]);
    await call(who, [...words, "--trace", "--dry-run", tree, "--", "ls", "/etc/passwd"]);
    const twice = readFileSync(file, "utf8");
    await call(who, [...words, "--trace", "--dry-run", tree, "--", "ls", "/etc/passwd"]);
    expect(readFileSync(file, "utf8")).toBe(twice);
    expect(pathsIn(file)).toMatchObject({ "/etc/hosts": ["open"], "/etc/passwd": ["stat"] });
    const { status } = await call(who, [...words, tree]);
    expect(status).toBe(0);
    const { out } = await run(who, [tree, "cat", "/etc/hosts"]);
    expect(out).toBe(readFileSync("/etc/hosts", "utf8"));
  });
});

test("the command's own output goes to standard error, so that JSON stays JSON", async () => {
  const line = '"$NSBOX" build-rootfs --dry-run --json --trace /tmp/nsbox-trace-none -- echo spoken';
  const { out, err } = await shell(PEOPLE.at(-1)!, line);
  expect(err).toBe("spoken\n");
  const { programs, totals } = JSON.parse(out);
  expect(programs).toEqual([]);
  expect(totals.programs).toBe(1);
});
