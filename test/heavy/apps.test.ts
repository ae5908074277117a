/**
 * Programs that people know work in trees that build-rootfs made by the recipes of docs/rootfs.md, with no
 * file and no network of the host. On Debian, with the packages postgresql, nginx-light, python3-numpy, git,
 * vim, ffmpeg, openssh-server, curl and openssl; what is absent is skipped by name.
 */
import { afterAll, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { block, folder, lack, PATIENCE, play, reason } from "./apps.ts";

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
