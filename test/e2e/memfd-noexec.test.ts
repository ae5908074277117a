/** Hosts that forbid executable memory files. The sysctl belongs to a PID namespace, so the host's stays. */
import { expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { AS_ROOT, call, NSBOX, ROOT } from "./support.ts";
import { tree } from "./trees.ts";

const SYSCTL = "/proc/sys/vm/memfd_noexec";
const why = !AS_ROOT
  ? " (skipped: needs root)"
  : existsSync(SYSCTL)
    ? ""
    : " (skipped: this kernel has no such sysctl)";

/** Runs `line` where vm.memfd_noexec is 2; `$1` is nsbox, `$2` a tree. */
const hardened = (line: string) =>
  call(ROOT, [
    ...["unshare", "-mpf", "--mount-proc", "sh", "-c", `echo 2 >${SYSCTL} && ${line}`],
    ...["sh", NSBOX, tree(ROOT)],
  ]);

test.skipIf(why !== "")(`run works where vm.memfd_noexec is 2, and leaves no file${why}`, async () => {
  const files = () => readdirSync("/run").filter((name) => name.startsWith(".nsbox"));
  expect(await hardened('"$1" run "$2" sh -c "echo inside; exit 7"')).toEqual({
    out: "inside\n",
    err: "",
    status: 7,
  });
  expect(files()).toEqual([]);
  // The init is a second file of that kind.
  expect(await hardened('"$1" run --init "$2" sh -c "echo $$; exit 7"')).toMatchObject({ status: 7 });
  expect(files()).toEqual([]);
});

test.skipIf(why !== "")(
  `where no directory may hold programs either, the error names the sysctl${why}`,
  async () => {
    const noexec = "for d in /run /tmp; do mount -t tmpfs -o noexec none $d; done";
    const copy = 'mkdir /mnt/x; mount -t tmpfs none /mnt/x && cp "$1" /mnt/x/nsbox && mkdir /mnt/x/tree';
    const { err, status } = await hardened(
      `${copy}; ${noexec}; /mnt/x/nsbox run /mnt/x/tree sh; s=$?; umount /mnt/x; rmdir /mnt/x; exit $s`,
    );
    expect(status).toBe(125);
    expect(err).toContain("vm.memfd_noexec is 2");
  },
);
