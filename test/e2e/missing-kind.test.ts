/** A kernel without one kind of namespace, played by a filter and a mount. Judge: readlink inside. */
import { expect, test } from "bun:test";
import { readlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { AS_ROOT, call, NSBOX, ROOT, SCRATCH, shell } from "./support.ts";
import { tree } from "./trees.ts";

const SOURCE = resolve(import.meta.dir, "fixtures/no-time-kind.c");
const HIDE =
  'mount -t tmpfs none /proc/$$/ns && for k in user mnt pid net uts ipc cgroup; do touch /proc/$$/ns/$k; done; exec "$@"';

test.skipIf(!AS_ROOT)(
  "a kind that the kernel lacks is left out with a note, and the command runs in all others (needs root)",
  async () => {
    const filter = join(SCRATCH, "no-time-kind");
    expect((await shell(ROOT, 'gcc -o "$1" "$2"', filter, SOURCE)).err).toBe("");
    const inside = "readlink /proc/self/ns/time; readlink /proc/self/ns/uts; echo $$";
    const hidden = ["unshare", "-mpf", "--mount-proc", "sh", "-c", HIDE, "sh", filter];
    const { out, err, status } = await call(ROOT, [...hidden, NSBOX, "run", tree(ROOT), "sh", "-c", inside]);
    expect({ err, status }).toEqual({
      err: "note: This kernel has no time namespaces: the command runs without\n",
      status: 0,
    });
    const [time, uts, pid] = out.trim().split("\n");
    expect(time).toBe(readlinkSync("/proc/self/ns/time"));
    expect(uts).not.toBe(readlinkSync("/proc/self/ns/uts"));
    expect(pid).toBe("1");
  },
);
