/** Mounts as the kernel tells them, and directories of the host for tests to mount. */
import { chownSync, mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { call, type Outcome, type Person, ROOT, SCRATCH } from "./support.ts";

/** One line of mountinfo, see proc_pid_mountinfo(5). */
export interface Mount {
  readonly point: string;
  readonly type: string;
  /** The part of the filesystem that is mounted. */
  readonly root: string;
  /** Of the mount itself, sorted; rw and the kinds of access times left out. */
  readonly flags: string;
  /** `shared`, `master`, `unbindable`, without their numbers. */
  readonly propagation: string;
}

/** All of it, in the order of the kernel. */
export function mountsOf(mountinfo: string): Mount[] {
  const lines = mountinfo.split("\n").filter((line) => line.includes(" - "));
  return lines.map((line) => {
    const [left = "", right = ""] = line.split(" - ");
    const [, , , root = "", point = "", flags = "", ...tags] = left.split(" ");
    const own = flags.split(",").filter((flag) => !/^(rw|relatime)$/.test(flag));
    return {
      point,
      type: right.split(" ")[0] ?? "",
      root,
      flags: own.sort().join(),
      propagation: tags.map((tag) => tag.split(":")[0]).join(),
    };
  });
}

/** What is mounted on `point` last. */
export const mountOn = (mountinfo: string, point: string): Mount | undefined =>
  mountsOf(mountinfo).findLast((mount) => mount.point === point);

/** A new directory of the host, `who`'s own. */
export function hostDirectory(who: Person, ...below: string[]): string {
  const directory = mkdtempSync(join(SCRATCH, "host-"));
  for (const name of ["", ...below]) {
    mkdirSync(join(directory, name), { recursive: true });
    chownSync(join(directory, name), who.uid, who.uid);
  }
  return directory;
}

/** Runs `script` in a mount namespace that plays a host whose mounts are all shared; its words are $1, $2… */
export const onSharedHost = (script: string, ...words: string[]): Promise<Outcome> =>
  call(ROOT, [
    ...["unshare", "-m", "--propagation", "private", "bash", "-c"],
    `mount --make-rshared /; ${script}`,
    "bash",
    ...words,
  ]);
