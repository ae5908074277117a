/** Traces as data: the file that keeps them, and what of them a tree gets. */
import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Collector } from "../../rootfs-tools/collect/collector.ts";
import { addTrace } from "../../rootfs-tools/trace/collect.ts";
import { Patterns, placeOf } from "../../rootfs-tools/trace/policy.ts";
import {
  parseTrace,
  readTraceFile,
  Trace,
  type TraceWay,
  writeTraceFile,
} from "../../rootfs-tools/trace/trace.ts";
import { run, workspace } from "./fixtures.ts";

const work = workspace();

function traceOf(uses: Readonly<Record<string, readonly TraceWay[]>>): Trace {
  const trace = new Trace();
  for (const [path, ways] of Object.entries(uses)) for (const way of ways) trace.add(path, way);
  return trace;
}

describe("a trace file", () => {
  test("says the same in the same bytes, in whatever order it was seen", () => {
    const one = traceOf({ "/b": ["stat", "open"], "/a": ["exec"] });
    const other = traceOf({ "/a": ["exec"], "/b": ["open", "stat"] });
    expect(one.toText()).toBe(other.toText());
    expect(parseTrace(one.toText(), "x").toText()).toBe(one.toText());
    expect(one.toText()).toBe(
      '{\n  "nsbox-trace": 1,\n  "commands": [\n  ],\n  "paths": {\n    "/a": ["exec"],\n    "/b": ["open","stat"]\n  }\n}\n',
    );
  });

  test("is replaced whole, and nothing stays beside it", () => {
    mkdirSync(`${work}/files`);
    const path = `${work}/files/t`;
    expect(readTraceFile(path)).toBeUndefined();
    writeTraceFile(path, traceOf({ "/a": ["open"] }));
    writeTraceFile(path, traceOf({ '/with "quotes"\n': ["stat"] }));
    expect([...readTraceFile(path)!.paths.keys()]).toEqual(['/with "quotes"\n']);
    expect(readdirSync(`${work}/files`)).toEqual(["t"]);
    expect(() => writeTraceFile(`${work}/none/t`, new Trace())).toThrow("Cannot write the trace file");
  });

  test.each([
    ["", "it is no JSON"],
    ["[]", 'it has no "nsbox-trace"'],
    ['{"nsbox-trace": 2}', "its version is 2"],
    ['{"nsbox-trace": 1, "commands": [1], "paths": {}}', "no lists of words"],
    ['{"nsbox-trace": 1, "commands": [], "paths": []}', "no table"],
    ['{"nsbox-trace": 1, "commands": [], "paths": {"a": []}}', "no absolute path"],
    ['{"nsbox-trace": 1, "commands": [], "paths": {"/\\u0000": []}}', "no absolute path"],
    ['{"nsbox-trace": 1, "commands": [], "paths": {"/a": ["eat"]}}', 'the way "eat"'],
  ])("that holds %j is an error that names it", (text, cause) => {
    expect(() => parseTrace(text, "kept.json")).toThrow(
      expect.objectContaining({
        message: 'Cannot use "kept.json" as a trace file',
        details: expect.objectContaining({ cause: expect.stringContaining(cause) }),
      }),
    );
  });
});

describe("policy", () => {
  test.each([
    ["/proc/self/maps", "kernel"],
    ["/dev/null", "kernel"],
    ["/home/me/.bashrc", "person"],
    ["/root/x", "person"],
    ["/run/user/0/bus", "state"],
    ["/tmp/a/b", "temporary"],
    ["/etc/shadow", "secret"],
    ["/etc/gshadow-", "secret"],
    ["/etc/ssh/ssh_host_ed25519_key", "secret"],
    ["/etc/ssl/private/ssl-cert-snakeoil.key", "secret"],
    ["/etc/sudoers.d/local", "secret"],
    ["/srv/app/.ssh/id_ed25519", "secret"],
  ])("withholds %s: %s", (path, why) => expect(placeOf(path)).toBe(why as never));

  test.each([
    "/",
    "/tmp",
    "/home",
    "/etc/passwd",
    "/etc/ssh/ssh_host_ed25519_key.pub",
    "/etc/ssl/certs/ca.pem",
    "/usr/lib/x",
  ])("lets %s through", (path) => expect(placeOf(path)).toBeUndefined());

  test("a pattern means what matches it, and all below", () => {
    const patterns = new Patterns(["/home/me/app/", "/etc/*.key", "/srv/**/conf"]);
    for (const path of ["/home/me/app", "/home/me/app/a/b", "/etc/x.key", "/srv/a/b/conf", "/srv/conf/f"]) {
      expect([path, patterns.match(path)]).toEqual([path, true]);
    }
    for (const path of ["/home/me", "/home/me/apple", "/etc/d/x.key", "/srv"]) {
      expect([path, patterns.match(path)]).toEqual([path, false]);
    }
  });
});

describe("a tree", () => {
  /** A system with these files; a value that begins with an arrow is a link. */
  function system(name: string, files: Readonly<Record<string, string>>): string {
    const root = `${work}/${name}`;
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(root + path), { recursive: true });
      if (text.startsWith("->")) symlinkSync(text.slice(2), root + path);
      else writeFileSync(root + path, text);
    }
    return root;
  }

  const collected = (root: string, uses: Parameters<typeof traceOf>[0], allow: readonly string[] = []) => {
    const collector = new Collector({ searchPath: "/bin", root });
    const report = addTrace(collector, traceOf(uses), { allow });
    const paths = [...collector.manifest.items.keys()].sort();
    return { paths, report: Object.fromEntries(report), notes: collector.notes };
  };

  test("has what was used, by the links that led there, and of directories nothing else", () => {
    const root = system("used", { "/usr/a": "1", "/lib": "->usr", "/usr/b": "2", "/srv/d/f": "3" });
    const { paths, notes } = collected(root, { "/lib/a": ["open"], "/srv/d": ["list"], "/gone": ["open"] });
    expect(paths).toEqual(["/srv/d", "/usr/a"]);
    expect(notes).toEqual([]);
  });

  test("has no file that was written, but the directory to write to, and says so", () => {
    const root = system("written", { "/var/lib/x/db": "1", "/var/log/l": "2" });
    const uses = {
      "/var/lib/x/db": ["open", "write"],
      "/var/log/new": ["write"],
      "/tmp/t": ["write"],
    } as const;
    const { paths, report, notes } = collected(root, uses);
    expect(paths).toEqual(["/var/lib/x", "/var/log"]);
    expect(report).toEqual({ written: ["/var/lib/x/db"], made: ["/tmp/t", "/var/log/new"] });
    expect(notes).toEqual([
      'left out, written by the command: "/var/lib/x/db" (--trace-allow takes what matches it)',
      'left out, made by the command: "/var/log/new"',
    ]);
    expect(collected(root, uses, ["/var/lib/**"]).paths).toContain("/var/lib/x/db");
  });

  test("has no secret, also where a link or .. leads to it, nor what others may not read", () => {
    const root = system("secret", {
      "/etc/shadow": "1",
      "/etc/link": "->/root/key",
      "/root/key": "2",
      "/etc/own": "3",
    });
    chmodSync(`${root}/etc/own`, 0o600);
    const uses = { "/usr/../etc/shadow": ["open"], "/etc/link": ["open"], "/etc/own": ["open"] } as const;
    mkdirSync(`${root}/usr`);
    const { paths, report } = collected(root, uses);
    expect(paths.filter((path) => path !== "/etc/link")).toEqual([]);
    expect(report).toEqual({ secret: ["/usr/../etc/shadow"], person: ["/etc/link"], private: ["/etc/own"] });
    expect(collected(root, uses, ["/root/key", "/etc/own"]).paths).toEqual(["/etc/own", "/root/key"]);
  });

  test("has what executes a program that is left out: the interpreter of a script of one's own", () => {
    const root = system("script", { "/home/me/run": "#!/bin/sh\n" });
    run(["cp", "--parents", "-L", "/bin/sh", root]);
    chmodSync(`${root}/home/me/run`, 0o755);
    const { paths, report } = collected(root, { "/home/me/run": ["exec"] });
    expect(paths).toContain("/bin/sh");
    expect(report).toEqual({ person: ["/home/me/run"] });
  });

  test("names a few of many, and tells how many more there are", () => {
    const files = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`/home/u/${n}`, ""]));
    const uses = Object.fromEntries(Object.keys(files).map((path) => [path, ["open"] as const]));
    const [note] = collected(system("many", files), uses).notes;
    expect(note).toStartWith('left out, in a home directory: "/home/u/0", "/home/u/1"');
    expect(note).toContain(", 4 more (--trace-allow");
  });
});

test("the table of ways in the documentation is that of the source", async () => {
  const { WAYS } = await import("../../rootfs-tools/trace/trace.ts");
  const { WITHHELD } = await import("../../rootfs-tools/trace/policy.ts");
  const page = readFileSync(`${import.meta.dir}/../../docs/trace.md`, "utf8");
  for (const word of [...WAYS, ...Object.values(WITHHELD)]) expect(page).toContain(word);
});
