/** What `nsbox mounts` shows. Judges: findmnt(8), and the kernel's own answer to opening a path. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Session } from "./session.ts";
import {
  AS_ROOT,
  CALLER_ENV,
  call,
  hostProgram,
  NSBOX,
  ROOT,
  start,
  textOf,
  USER,
  until,
} from "./support.ts";

let child: Bun.Subprocess;
let pid = 0;

const SCRIPT = `mount -t tmpfs base /mnt; cd /mnt; mkdir -p a/b 'with blank' d shared slave
mount -t tmpfs low a/b; mount -t tmpfs high a; mount -t tmpfs one d; mount -t tmpfs -o ro two /mnt/d
mount -t tmpfs 'odd name' 'with blank'; mkdir 'with blank/part'; mount --bind 'with blank/part' /mnt/a
mount -t tmpfs s shared; mount --make-shared shared; mount --bind shared slave; mount --make-slave slave
touch ready; exec sleep 300`;

beforeAll(async () => {
  if (!AS_ROOT) return;
  child = Bun.spawn(["unshare", "-m", "--propagation", "private", "bash", "-ec", SCRIPT], {
    env: CALLER_ENV,
  });
  pid = child.pid;
  await until("the mounts are there", () => textOf(`/proc/${pid}/comm`) === "sleep\n");
});

afterAll(() => child?.kill("SIGKILL"));

interface Row {
  readonly id: number;
  readonly parent: number;
  readonly path: string;
  readonly type: string;
  readonly propagation: string;
  readonly hidden: { readonly how: string; readonly by: number } | null;
  readonly slaves: { readonly path: string }[];
  readonly peers: { readonly namespace: number; readonly path: string }[];
}

const json = async (...words: string[]) =>
  JSON.parse((await call(ROOT, [NSBOX, "mounts", "--json", String(pid), ...words])).out) as {
    found: number | null;
    mounts: Row[];
  };

describe.skipIf(!AS_ROOT)("nsbox mounts (needs root)", () => {
  test.skipIf(!hostProgram("findmnt"))("lists what findmnt lists, with its propagation", async () => {
    const columns = "ID,PARENT,TARGET,FSTYPE,PROPAGATION";
    const { out } = await call(ROOT, ["findmnt", "-N", String(pid), "--list", "--json", "-o", columns]);
    const judged = (JSON.parse(out) as { filesystems: Record<string, unknown>[] }).filesystems;
    const { mounts } = await json();
    const line = (...words: unknown[]) =>
      words.join(" ").replaceAll(",", " ").replace("private slave", "slave");
    expect(mounts.map((m) => line(m.id, m.parent, m.path, m.type, m.propagation)).sort()).toEqual(
      judged.map((m) => line(m["id"], m["parent"], m["target"], m["fstype"], m["propagation"])).sort(),
    );
  });

  test.each(["/", "/mnt/a", "/mnt/d", "/mnt/with blank", "/mnt/with blank/part", "/proc/1", "/mnt//d/"])(
    "finds the mount that %s leads to",
    async (path) => {
      const open = `import os,re,sys;fd=os.open(sys.argv[1],os.O_PATH);print(re.search(r"mnt_id:\\s*(\\d+)",open(f"/proc/self/fdinfo/{fd}").read())[1])`;
      const { out } = await call(ROOT, ["nsenter", "-m", "-t", String(pid), "python3", "-c", open, path]);
      expect((await json(path)).found).toBe(Number(out));
    },
  );

  test("marks what is hidden, in place or higher up", async () => {
    const { out } = await call(ROOT, [NSBOX, "mounts", String(pid), "/mnt"]);
    const lines = out.split("\n");
    const at = (name: string) => lines.find((line) => line.includes(` ${name} `)) ?? "";
    expect(at("one")).toContain("hidden in place by tmpfs");
    expect(at("low")).toMatch(/hidden by tmpfs \(\d+\) on \/mnt\/a/);
    expect(at("two")).not.toContain("hidden");
    const { out: why } = await call(ROOT, [NSBOX, "mounts", String(pid), "/mnt/d/x"]);
    expect(why).toMatch(/^\/mnt\/d\/x is in the mount on \/mnt\/d, \d+: tmpfs two, read-only as a/);
  });

  test("names the slaves and the masters of a mount", async () => {
    const { mounts } = await json("/mnt/shared");
    expect(mounts.find(({ path }) => path === "/mnt/shared")?.slaves[0]?.path).toBe("/mnt/slave");
    const { out } = await call(ROOT, [NSBOX, "mounts", String(pid), "/mnt/slave"]);
    expect(out).toMatch(/^master mnt:\[\d+\] \/mnt\/shared \(\d+\)$/m);
  });

  test("names peers in other mount namespaces", async () => {
    const { stdout, stdin, ...other } = start(
      ROOT,
      [
        "nsenter",
        "-m",
        "-t",
        String(pid),
        "unshare",
        "-m",
        "--propagation",
        "unchanged",
        "sh",
        "-c",
        "echo up; read x",
      ],
      {},
      "pipe",
    );
    try {
      await stdout.getReader().read();
      const { mounts } = await json("/mnt/shared");
      const peers = mounts.find(({ path }) => path === "/mnt/shared")?.peers ?? [];
      expect(peers.map(({ path }) => path)).toEqual(["/mnt/shared"]);
    } finally {
      stdin.end();
      await other.exited;
    }
  });

  test("leaves out columns on a narrow terminal, so that paths can be read", async () => {
    const argv = ["sh", "-c", `stty cols 40; exec "${NSBOX}" mounts ${pid} /mnt/d`];
    await using session = new Session(ROOT, argv);
    await session.process.exited;
    const rows = session.screen.text.trimEnd().split("\r\n").slice(2);
    expect(Math.max(...rows.map((row) => Bun.stringWidth(row)))).toBeLessThanOrEqual(40);
    expect(rows[0]).toMatch(/^PATH +TYPE +/);
    expect(rows[0]).not.toContain("OPTIONS");
    expect(rows.some((row) => / \/mnt\/d +tmpfs /.test(row))).toBeTrue();
  });

  test("draws in ASCII where the locale has no more, and knows when there is no process", async () => {
    const { out } = await call(ROOT, [NSBOX, "mounts", String(pid)], { env: { ...CALLER_ENV, LC_ALL: "C" } });
    expect(out).toContain("`- ");
    expect(out).toMatch(/^[\x00-\x7f]*$/);
    const { err, status } = await call(USER, [NSBOX, "mounts", "4194304"]);
    expect({ err, status }).toMatchObject({ err: "error: There is no process 4194304\n", status: 1 });
  });
});
