/** `nsbox graph` as it is typed: formats by names, files that are whole or not there, the browser. */
import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { browsers, personOf } from "../../src/commands/graph/open.ts";
import {
  AS_ROOT,
  CALLER_ENV,
  call,
  hostProgram,
  NSBOX,
  PEOPLE,
  ROOT,
  SCRATCH,
  USER,
} from "../e2e/support.ts";
import { zoo } from "./zoo.ts";

const me = PEOPLE[0]!;
const dump = join(SCRATCH, "zoo.json");
writeFileSync(dump, JSON.stringify(zoo()));
const graph = (...words: string[]) => call(me, [NSBOX, "graph", ...words], { cwd: SCRATCH });

/** A directory of its own. */
function folder(name: string): string {
  const path = join(SCRATCH, name);
  mkdirSync(path);
  chmodSync(path, 0o777);
  return path;
}

test.each([
  ["a.svg", "<svg xmlns="],
  ["a.html", "<!doctype html>"],
  ["a.HTM", "<!doctype html>"],
  ["a.dot", "digraph"],
  ["a.gv", "digraph"],
  ["a.mmd", "flowchart LR"],
  ["a.json", '{\n  "format": "nsbox-graph"'],
])("-o %s is written in the format that its ending says", async (name, start) => {
  const { status, out, err } = await graph("-i", dump, "-o", join(SCRATCH, name));
  expect({ status, out, err }).toEqual({ status: 0, out: "", err: "" });
  expect(readFileSync(join(SCRATCH, name), "utf8")).toStartWith(start);
});

test("without a file it is SVG on standard output, and -o - with a format that", async () => {
  expect((await graph("-i", dump)).out).toStartWith("<svg ");
  expect((await graph("-i", dump, "-o", "-", "--format", "dot")).out).toStartWith("digraph ");
});

test("of this machine it shows the namespaces that this process is in", async () => {
  const { out, status } = await graph();
  expect(status).toBe(0);
  for (const kind of ["mnt", "net", "uts"]) {
    const id = /\d+/.exec(readlinkSync(`/proc/self/ns/${kind}`))![0];
    expect(out).toContain(`data-key="ns:${id}"`);
  }
});

test("graphns draws by parent, unless told otherwise", async () => {
  const [named, own, other] = await Promise.all([
    call(me, [NSBOX, "graphns", "-i", dump]),
    graph("--by", "parent", "-i", dump),
    call(me, [NSBOX, "graphns", "--by", "owner", "-i", dump]),
  ]);
  expect(named.out).toBe(own.out);
  expect(other.out).toContain("by owner");
});

test("--kind leaves out the others", async () => {
  const { out } = await graph("-i", dump, "--kind", "net,uts");
  expect(out).toContain("chip k-net");
  expect(out).not.toContain("chip k-mnt");
});

test.each([
  [["--by", "ownr"], 'Option "--by" does not know "ownr"'],
  [["--format", "png"], 'Option "--format" does not know "png"'],
  [["-o", "x.png"], 'The name "x.png" says no format'],
  [["-o", "x"], 'The name "x" says no format'],
  [["--kind", "nett"], "nett"],
  [["word"], "graph takes no words"],
  [["--open", "-o", "-"], "cannot be opened"],
  [["--serve", "-o", "x.svg"], "exclude each other"],
])("%j is a mistake that is named, and nothing is made", async (words, message) => {
  const cwd = folder(`mistake-${words.join("-").replace(/\W+/g, "")}`);
  const { status, err, out } = await call(me, [NSBOX, "graph", "-i", dump, ...words], { cwd });
  expect(status).toBe(2);
  expect(err).toContain(message);
  expect(out).toBe("");
  expect(readdirSync(cwd)).toEqual([]);
});

test("SVG does not go to a terminal, Mermaid does", async () => {
  const on = async (...words: string[]) => {
    let text = "";
    const data = (_: unknown, bytes: Uint8Array) => {
      text += new TextDecoder().decode(bytes);
    };
    const terminal = new Bun.Terminal({ data });
    const child = Bun.spawn([NSBOX, "graph", "-i", dump, ...words], { env: CALLER_ENV, terminal });
    const status = await child.exited;
    await Bun.sleep(100);
    terminal.close();
    return { status, text };
  };
  const svg = await on();
  expect(svg.status).toBe(2);
  expect(svg.text).toContain("does not go to a terminal");
  expect(await on("--format", "mermaid")).toMatchObject({ status: 0 });
});

describe("a file that is there", () => {
  test("is replaced whole, keeps its mode, and a link stays a link", async () => {
    const path = folder("replaced");
    writeFileSync(join(path, "real.svg"), "old", { mode: 0o640 });
    symlinkSync("real.svg", join(path, "link.svg"));
    expect((await call(me, [NSBOX, "graph", "-i", dump, "-o", join(path, "link.svg")])).status).toBe(0);
    expect(readdirSync(path).sort()).toEqual(["link.svg", "real.svg"]);
    expect(readlinkSync(join(path, "link.svg"))).toBe("real.svg");
    expect(readFileSync(join(path, "real.svg"), "utf8")).toStartWith("<svg ");
    expect(statSync(join(path, "real.svg")).mode & 0o777).toBe(0o640);
  });

  test("stays as it was where the new one cannot be written", async () => {
    const path = folder("full");
    const { status, err } = await call(me, [NSBOX, "graph", "-i", dump, "-o", join(path, "no/such.svg")]);
    expect(status).toBe(1);
    expect(err).toContain("Cannot write");
    expect(readdirSync(path)).toEqual([]);
    const directory = await call(me, [NSBOX, "graph", "-i", dump, "--format", "svg", "-o", path]);
    expect(directory.err).toContain("it is a directory");
  });

  test.skipIf(!AS_ROOT)("and is a device stays one", async () => {
    const { status, err } = await call(ROOT, [
      NSBOX,
      "graph",
      "-i",
      dump,
      "--format",
      "svg",
      "-o",
      "/dev/full",
    ]);
    expect(status).toBe(1);
    expect(err).toContain("ENOSPC");
    expect(statSync("/dev/full").isCharacterDevice()).toBe(true);
  });
});

describe("--open", () => {
  /** A browser that notes who it is and what it was given. */
  function fake(name: string): { program: string; notes: string } {
    const path = folder(name);
    const program = join(path, "browser");
    const notes = join(path, "notes");
    writeFileSync(program, `#!/bin/sh\n{ id -u; echo "$1"; echo "$SPECIAL"; cat "$1"; } > ${notes}\n`, {
      mode: 0o755,
    });
    return { program, notes };
  }
  const noted = async (notes: string) => {
    for (let tries = 0; tries < 100 && !existsSync(notes); tries++) await Bun.sleep(20);
    await Bun.sleep(50);
    return readFileSync(notes, "utf8").split("\n");
  };

  test("shows a page from a private directory in $BROWSER, and says so", async () => {
    const { program, notes } = fake("own-browser");
    const env = { ...CALLER_ENV, BROWSER: `/no/such:${program} %s`, TMPDIR: SCRATCH };
    const { status, err } = await call(ROOT, [NSBOX, "graph", "-i", dump, "--open"], { env });
    expect(status).toBe(0);
    const [uid, file = "", , content] = await noted(notes);
    expect(uid).toBe(String(process.getuid!()));
    expect(err).toContain(`opening ${file} with ${program}`);
    expect(content).toBe("<!doctype html>");
    expect(statSync(join(file, "..")).mode & 0o777).toBe(0o700);
  });

  test.skipIf(!AS_ROOT)("under sudo it is the browser and the environment of who called sudo", async () => {
    const { program, notes } = fake("their-browser");
    // The caller, an ordinary user, becomes root by a program above nsbox, as with sudo.
    const line = `SUDO_UID=${USER.uid} SUDO_GID=${USER.uid} exec "$@"`;
    const env = { ...CALLER_ENV, BROWSER: program };
    const { status, err } = await call(ROOT, ["sh", "-c", line, "sh", NSBOX, "graph", "-i", dump, "--open"], {
      env: { ...env, SPECIAL: "root's" },
    });
    expect({ status, err }).toEqual({ status: 0, err: expect.stringContaining(`as uid ${USER.uid}`) });
    const [uid, file = "", , content] = await noted(notes);
    expect(uid).toBe(String(USER.uid));
    expect(content).toBe("<!doctype html>");
    expect(statSync(file).uid).toBe(USER.uid);
    Bun.spawnSync(["rm", "-r", join(file, "..")]);
  });

  test.skipIf(!AS_ROOT || hostProgram("python3") === undefined)(
    "under sudo it has the environment of the shell above, not root's",
    async () => {
      const { program, notes } = fake("shell-above");
      // A process of that person, with its own environment, above one of root: what sudo makes.
      const script = `
import os, sys
uid = int(sys.argv[1])
ready, go = os.pipe()
pid = os.fork()
if pid == 0:
    os.read(ready, 1)
    os.environ.update(SUDO_UID=str(uid), SUDO_GID=str(uid), SPECIAL="root's", BROWSER="/no/such")
    os.execvp(sys.argv[2], sys.argv[2:])
os.setresuid(uid, uid, uid)
os.write(go, b"x")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))`;
      const env = { ...CALLER_ENV, BROWSER: program, SPECIAL: "theirs" };
      const words = ["python3", "-c", script, String(USER.uid), NSBOX, "graph", "-i", dump, "--open"];
      const { status, err } = await call(ROOT, words, { env });
      expect({ status, err }).toEqual({ status: 0, err: expect.stringContaining(`as uid ${USER.uid}`) });
      const [uid, file = "", special] = await noted(notes);
      expect([uid, special]).toEqual([String(USER.uid), "theirs"]);
      Bun.spawnSync(["rm", "-r", join(file, "..")]);
    },
  );

  test("fails in words where there is no browser", async () => {
    const env = { ...CALLER_ENV, PATH: "/no/such", TMPDIR: SCRATCH };
    const { status, err } = await call(
      ROOT,
      [NSBOX, "graph", "-i", dump, "--open", "-o", join(SCRATCH, "b.html")],
      { env },
    );
    expect(status).toBe(1);
    expect(err).toContain("Cannot open a browser");
    expect(err).toContain(`Open ${join(SCRATCH, "b.html")} yourself`);
  });

  test("the token of --serve stands on no command line, and its file is gone at the end", async () => {
    const { program, notes } = fake("live-browser");
    const child = Bun.spawn([NSBOX, "graph", "--serve", "--open", "-q"], {
      env: { ...CALLER_ENV, BROWSER: program, TMPDIR: SCRATCH },
      stdout: "pipe",
      stderr: "pipe",
      timeout: 20_000,
    });
    const { value } = await child.stdout.getReader().read();
    const token = new TextDecoder().decode(value).trim().replace(/.*#/, "");
    const [, file = "", , ...content] = await noted(notes);
    expect(file).not.toContain(token);
    expect(content.join("\n")).toContain(token);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await Bun.sleep(200);
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
    expect(existsSync(join(file, ".."))).toBe(false);
  });
});

test("$BROWSER names programs parted by colons, %s being what is opened", () => {
  expect(browsers("a -x %s:b", "file name")).toEqual([
    ["a", "-x", "file name"],
    ["b", "file name"],
    ["xdg-open", "file name"],
  ]);
  expect(browsers(undefined, "f")).toEqual([["xdg-open", "f"]]);
});

test("only root under sudo is somebody else", () => {
  expect(personOf({ SUDO_UID: "1000", SUDO_GID: "100" }, 0)).toEqual({ uid: 1000, gid: 100 });
  expect(personOf({ SUDO_UID: "1000", SUDO_GID: "100" }, 1000)).toBeUndefined();
  expect(personOf({ SUDO_UID: "0", SUDO_GID: "0" }, 0)).toBeUndefined();
  expect(personOf({ SUDO_UID: "-1", SUDO_GID: "x" }, 0)).toBeUndefined();
  expect(personOf({}, 0)).toBeUndefined();
});
