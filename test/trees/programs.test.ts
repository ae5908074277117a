/** Trees that build-rootfs made, used by `run`: the programs in them do their work. */
import { expect, test } from "bun:test";
import { chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { call, forEveryone, NSBOX, type Person, run, SCRATCH } from "../e2e/support.ts";

const PROGRAMS = ["python3", "gdb", "bash", "git", "perl", "ssh", "ssh-keygen", "node", "curl", "grep"].map(
  (name) => `/usr/bin/${name}`,
);
const COREUTILS = readdirSync("/usr/bin")
  .filter((name) => /^(cat|chmod|cut|date|echo|head|ls|mkdir|rm|sleep|sort|tail|tr|uniq|wc)$/.test(name))
  .map((name) => `/usr/bin/${name}`);
const missing = PROGRAMS.filter((path) => !existsSync(path));
// Debian's own node loads parts of itself from there, which no loader knows of.
if (existsSync("/usr/share/nodejs")) missing.push("a node that is whole by itself");

const SCRIPT = `set -e
printf 'b\\na\\nb\\n' | sort | uniq -c | tr -s ' '
mkdir /root/work; cd /root/work
git -c init.defaultBranch=main init -q . 2>/dev/null
echo text >file; git add file
git -c user.name=me -c user.email=me@example.org commit -qm first; git log --format=%s
perl -e 'print "perl ", 6 * 7, "\\n"'
node -e 'console.log("node", 6 * 7)'
ssh-keygen -q -t ed25519 -N "" -f /root/key; cut -d' ' -f1 /root/key.pub
: >/root/log # before the background begins, which grep may be quicker than
node -e 'require("http").createServer((_, answer) => answer.end("a page\\n")).listen(8000, "127.0.0.1", () => console.log("up"))' >/root/log &
server=$!; disown # else bash may tell of its end
until grep -q up /root/log; do sleep 0.05; done
curl -sS http://127.0.0.1:8000/; curl -sS http://localhost:8000/
kill $server; id -un 2>/dev/null || echo root; ls -ld /root | tr -s ' ' | cut -d' ' -f3
`;

const EXPECTED = [
  " 1 a",
  " 2 b",
  "first",
  "perl 42",
  "node 42",
  "ssh-ed25519",
  "a page",
  "a page",
  "root",
  "root",
];

/** Builds a tree as `who`, and returns it with what was said. */
async function build(who: Person, programs: readonly string[]) {
  const folder = join(SCRATCH, `built-${who.name.replaceAll(" ", "-")}-${programs.length}`);
  if (!existsSync(folder)) mkdirSync(folder);
  if (who.prefix.length > 0) chownSync(folder, who.uid, who.uid);
  const made = await call(who, [NSBOX, "build-rootfs", ...programs, join(folder, "rootfs")]);
  expect({ status: made.status, err: made.err.replaceAll(/^note: .*\n/gm, "") }).toEqual({
    status: 0,
    err: "",
  });
  return { tree: join(folder, "rootfs"), notes: made.err };
}

forEveryone((who) => {
  test("the owner's two lines, one after the other, print the host name and PID 1", async () => {
    const { tree } = await build(who, ["/bin/bash"]);
    const line = "hostname 2>/dev/null || cat /proc/sys/kernel/hostname; echo $$";
    const { out, status } = await run(who, ["-p", "-m", "-u", "zion", tree, "/bin/sh", "-c", line]);
    expect({ out, status }).toEqual({ out: "zion\n1\n", status: 0 });
  });

  test.skipIf(missing.length > 0)(
    `bash, coreutils, git, perl, ssh, node and curl work in a tree of their own${missing.length > 0 ? ` (not here: ${missing.join(", ")})` : ""}`,
    async () => {
      const { tree, notes } = await build(who, [...PROGRAMS, ...COREUTILS]);
      for (const name of ["python3", "gdb"]) expect(notes).toContain(`${name}" may need more than libraries`);
      writeFileSync(join(tree, "script"), SCRIPT);
      const { out, err, status } = await run(who, [tree, "bash", "/script"]);
      expect({ out: out.trimEnd().split("\n"), err, status }).toEqual({ out: EXPECTED, err: "", status: 0 });
      const python = await run(who, [tree, "python3", "-c", "1"]);
      expect(python.err).toContain("No module named 'encodings'");
      const gdb = await run(who, [tree, "gdb", "--batch"]);
      expect(gdb.err).toContain("Python");
    },
    60_000,
  );
});
