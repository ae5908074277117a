/**
 * Programs that people know work in trees that build-rootfs made by the recipes of docs/rootfs.md, with no
 * file and no network of the host. On Debian, with the packages postgresql, nginx-light, python3-numpy, git,
 * vim, ffmpeg, openssh-server, curl, openssl, musl-tools, make and dpkg-dev; what is absent is skipped by name.
 */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Session } from "../e2e/session.ts";
import { NSBOX, ROOT, SCRATCH } from "../e2e/support.ts";
import { block, ENV, folder, lack, play } from "./apps.ts";

const PATIENCE = 180_000;

/** A recipe, and what is seen when it works. */
interface App {
  readonly app: string;
  /** What it does, as a sentence goes on. */
  readonly does: string;
  readonly needs: readonly string[];
  readonly expected: RegExp;
  /** Its programs with nothing but what their loaders load, where that is too little. */
  readonly plain?: string;
}

const APPS: readonly App[] = [
  {
    app: "postgresql",
    does: "starts, and answers SQL over its socket and over TCP",
    needs: ["postgres", "initdb", "psql"],
    expected: /^42\n2026-07-01 14:00:00\n'dog':2 'run':1\n$/,
    plain: "--nss --add check:/usr/local/bin/ /usr/lib/postgresql/*/bin/{postgres,initdb,pg_ctl,psql} sh",
  },
  {
    app: "nginx",
    does: "serves a page over http, and over https with a certificate that curl checks",
    needs: ["nginx", "curl", "openssl"],
    expected: /^(<h1>A page<\/h1>\n){2}$/,
    plain: "--add check:/usr/local/bin/ nginx curl sh",
  },
  {
    app: "python",
    does: "multiplies matrices, and knows users, services, certificates, time zones and locales",
    needs: ["/usr/bin/python3", "numpy"],
    expected: /^\[\[0, 1\], \[2, 5\]\]\n33 443\nTrue\n2:00:00\nC\.UTF-8\n$/,
    plain: "--add check.py:/srv/ /usr/bin/python3",
  },
  {
    app: "git",
    does: "clones over https from a server whose certificate is of an authority of our own",
    needs: ["git", "/usr/bin/python3", "openssl"],
    expected: /^The first one\n$/,
    plain: "--add ca.pem:/etc/ssl/own-ca.pem --add check:/usr/local/bin/ git sh",
  },
  {
    app: "vim",
    does: "edits a file by a script",
    needs: ["vim"],
    expected: /^one\n2\n$/,
  },
  {
    app: "ffmpeg",
    does: "makes a film with text in it and sound, and reads it back",
    needs: ["ffmpeg", "ffprobe"],
    expected: /^h264,10\naac,4\d\n$/,
    plain: "--add check:/usr/local/bin/ ffmpeg ffprobe sh",
  },
  {
    app: "ssh",
    does: "logs in with a key, as a user with a group, where the server asks PAM",
    needs: ["ssh", "sshd", "ssh-keygen"],
    expected: /^uid=1000\(anna\) gid=1000\(anna\) groups=1000\(anna\),1001\(friends\)\n$/,
    plain: "--add host:/etc/ssh/ssh_host_ed25519_key --add key.pub:/etc/ssh/keys/anna sshd sh id",
  },
];

const reason = (why: string) => (why === "" ? "" : ` (skipped: ${why})`);

describe.each([...APPS])("$app", ({ app, does, needs, expected, plain }) => {
  const why = lack(needs);
  const can = test.skipIf(why !== "");
  afterAll(() => rmSync(folder(app), { recursive: true, force: true }));

  for (const [by, part] of [
    ["options", "build"],
    ["a trace", "trace"],
  ] as const) {
    can(
      `in a tree that was made by ${by} it ${does}${reason(why)}`,
      async () => {
        const { out, err } = await play(app, [block(app, "files"), block(app, part), block(app, "run")]);
        // A server that does not start says why on standard error.
        expect(out === "" ? err : out).toMatch(expected);
      },
      PATIENCE,
    );
  }

  if (plain === undefined) return;
  can(
    `with its libraries alone it does not: the rest is no matter of loaders${reason(why)}`,
    async () => {
      const build = `nsbox build-rootfs ${plain} ./tree && echo built`;
      // A server without its configuration never comes up.
      const run = `timeout -s KILL 5 bash -eu <<'RUN'\n${block(app, "run")}\nRUN`;
      const { out, err, status } = await play(app, [block(app, "files"), build, run]);
      expect(err).toContain("built\n");
      expect(out).not.toMatch(expected);
      expect(status).not.toBe(0);
    },
    PATIENCE,
  );
});

const vim = lack(["vim"]);

test.skipIf(vim !== "").each(["options", "two traces"])(
  `vim on a terminal of its own takes keys and writes the file, in a tree that was made by %s${reason(vim)}`,
  async (by) => {
    const directory = folder("vim-terminal");
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory);
    const [text, tree, trace] = ["text", "tree", "vim.trace"].map((name) => join(directory, name));
    writeFileSync(text!, "one\n");
    const edit = async (argv: readonly string[]): Promise<number> => {
      await using session = new Session(ROOT, argv);
      await session.screen.shows("1,1");
      session.type("otwo\x1b");
      await session.screen.shows("2,3");
      session.type(":wq\r");
      return await session.process.exited;
    };
    if (by === "options") {
      Bun.spawnSync(["bash", "-euc", block("vim", "files") + block("vim", "build")], {
        cwd: directory,
        env: ENV,
      });
    } else {
      const traced = [NSBOX, "build-rootfs", "-q", "--trace", "--trace-file", trace!, tree!, "--"];
      Bun.spawnSync([...traced, "vim", "--version"], { env: ENV });
      expect(await edit([...traced, "vim", text!])).toBe(0);
      expect(readFileSync(text!, "utf8")).toBe("one\n");
    }
    const inside = [NSBOX, "run", "-q", "--overlay", "-t", "-b", `${text}:/srv/text`, tree!];
    expect(await edit([...inside, "vim", "/srv/text"])).toBe(0);
    expect(readFileSync(text!, "utf8")).toBe("one\ntwo\n");
  },
  PATIENCE,
);

/** Debian's source of busybox, in a list of our own: the machine's stay as they are. "" where it is had. */
function fetchBusybox(): string {
  const missing = lack(["musl-gcc", "make", "cc", "dpkg-source", "apt-get"]);
  if (missing !== "") return missing;
  const directory = folder("busybox");
  mkdirSync(join(directory, "lists/partial"), { recursive: true });
  writeFileSync(join(directory, "sources"), "deb-src http://deb.debian.org/debian bookworm main\n");
  const options = [
    `Dir::Etc::SourceList "${directory}/sources"; Dir::Etc::SourceParts "/dev/null";`,
    `Dir::State::Lists "${directory}/lists"; APT::Sandbox::User "root"; Acquire::Retries "0";`,
    'Acquire::http::Timeout "10";',
  ];
  writeFileSync(join(directory, "apt.conf"), options.join("\n"));
  const { exitCode } = Bun.spawnSync(["bash", "-euc", `apt-get -qq update; ${block("busybox", "source")}`], {
    cwd: directory,
    env: { ...ENV, APT_CONFIG: join(directory, "apt.conf") },
    timeout: 30_000,
    stdio: ["ignore", "ignore", "ignore"],
  });
  return exitCode === 0 ? "" : "its source cannot be had";
}
const busybox = fetchBusybox();

test.skipIf(busybox !== "")(
  `busybox with musl, built from Debian's source, is a shell and a web server${reason(busybox)}`,
  async () => {
    const parts = (["files", "build", "run"] as const).map((part) => block("busybox", part));
    const { out, err } = await play("busybox", parts, true);
    expect(out === "" ? err : out).toBe("2\n42\nbusybox\n");
    const { stdout } = Bun.spawnSync([NSBOX, "verify-rootfs", join(folder("busybox"), "tree")]);
    expect(stdout.toString()).not.toContain("missing");
    rmSync(folder("busybox"), { recursive: true });
  },
  PATIENCE,
);

afterAll(() => rmSync(join(SCRATCH, "vim-terminal"), { recursive: true, force: true }));
