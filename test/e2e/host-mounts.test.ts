/** The host's mounts and files stay as they are, also where they are shared and where ROOTFS is the host's own. */
import { describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { AS_ROOT, call, forEveryone, NSBOX, ROOT, run, SCRATCH, USER } from "./support.ts";
import { listing, traces } from "./traces.ts";
import { libraries, newTree } from "./trees.ts";

/** Runs `script` in a mount namespace that plays a host whose mounts are all shared. */
const onSharedHost = (script: string, ...words: string[]) =>
  call(ROOT, [
    "unshare",
    "-m",
    "--propagation",
    "private",
    "bash",
    "-c",
    `mount --make-rshared /; ${script}`,
    "bash",
    ...words,
  ]);

describe("the host's mounts", () => {
  for (const who of [ROOT, USER]) {
    for (const kinds of ["", "-p -m", "-m", "--share user,net"].filter(
      (k) => who === ROOT || !k.includes("user"),
    )) {
      test.skipIf(!AS_ROOT)(
        `stay as they are where all are shared: ${who.name}, ${kinds || "all kinds"} (needs root)`,
        async () => {
          const nsbox = `${who.prefix.join(" ")} ${NSBOX} run -q ${kinds}`;
          // Each look is taken by the shell outside: before, while the command runs, and after.
          const script = `
          look() { cat /proc/self/mountinfo; echo ==; }
          look
          coproc { ${nsbox} "$1" bash -c 'echo up; read line'; }
          pid=$COPROC_PID
          read -u "\${COPROC[0]}" up; test "$up" = up || exit 9
          look
          echo >&"\${COPROC[1]}"; wait $pid || exit 8
          ${nsbox} / true || exit 7
          look`;
          const { out, err, status } = await onSharedHost(script, newTree(who, "lean"));
          const [before, during, after] = out.split("==\n");
          expect([err, status]).toEqual(["", 0]);
          expect(before).toContain(" shared:");
          expect(during).toBe(before!);
          expect(after).toBe(before!);
        },
      );
    }
  }
});

describe("ROOTFS /", () => {
  forEveryone((who) => {
    test("means the host's own files, and nothing is made or removed", async () => {
      const before = [readdirSync("/"), traces()];
      const link = join(SCRATCH, `link-${who.uid}`);
      symlinkSync("/", link);
      for (const root of ["/", "//", "/..", "/usr/..", link]) {
        const { out } = await run(who, [root, "sh", "-c", "ls -d /etc/passwd /proc/1; echo $$"]);
        expect(out).toBe("/etc/passwd\n/proc/1\n1\n");
      }
      expect([readdirSync("/"), traces()]).toEqual(before);
    });
  });

  for (const who of [ROOT, USER]) {
    test.skipIf(!AS_ROOT)(
      `of a host that lacks mount points makes none: ${who.name} (needs root)`,
      async () => {
        const host = newTree(ROOT, "lean");
        for (const name of ["proc", "old", "run", "tmp"]) mkdirSync(join(host, name));
        symlinkSync("/", join(host, "link"));
        writeFileSync(join(host, "nsbox"), "");
        chmodSync(join(host, "tmp"), 0o777);
        for (const library of libraries(NSBOX)) {
          mkdirSync(dirname(join(host, library)), { recursive: true });
          copyFileSync(library, join(host, library));
        }
        // The tree becomes the whole machine: an own mount namespace, its /proc, and nsbox.
        const script = `
        mount --bind "$1" "$1" && cd "$1" && mount --bind "$2" nsbox && mount -t proc proc proc || exit 9
        pivot_root . old || exit 8
        for root in / /link; do
          ${who.prefix.join(" ")} /nsbox run $root /bin/ls /
          echo "status $?"
        done`;
        const before = listing(host);
        const { out, err } = await call(ROOT, ["unshare", "-m", "bash", "-c", script, "bash", host, NSBOX]);
        expect(listing(host)).toEqual(before);
        expect(err.match(/Cannot use "\/dev"/g)).toHaveLength(2);
        expect(out).toBe("status 125\nstatus 125\n");
      },
    );
  }
});
