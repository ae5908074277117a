/** `nsbox netns rm`: names taken away. */
import { lstatSync, unlinkSync } from "node:fs";
import type { Parsed } from "../../cli/command.ts";
import { fail } from "../../cli/fail.ts";
import { failedCall, failedErrno } from "../../runtime/containers/failed-call.ts";
import { netnsPath, noSuchNetwork } from "../../runtime/netns/named.ts";
import { replayUndo } from "../../runtime/undo.ts";
import { SYS } from "../../sys/constants.ts";
import { cstring, syscall } from "../../sys/ffi.ts";
import { NsboxError, UsageError } from "../../util/errors.ts";
import { refuseGarbled } from "../containers/mounting.ts";

const MNT_DETACH = 2;
const UMOUNT_NOFOLLOW = 8;
const EINVAL = 22;

/** Takes each name away. Returns 1 where one could not be; the others are. */
export function run(_input: Parsed, words: readonly string[]): number {
  refuseGarbled();
  if (words.length === 0) throw new UsageError("rm takes NAME", "nsbox netns rm NAME…");
  replayUndo();
  let status = 0;
  for (const name of words) {
    try {
      remove(name);
    } catch (error) {
      status = Math.max(status, fail(error, 1, false));
    }
  }
  return status;
}

function remove(name: string): void {
  const path = netnsPath(name);
  const what = `Cannot remove network namespace "${name}"`;
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) throw noSuchNetwork("remove", name);
  // What was attached twice is mounted twice.
  for (;;) {
    const error = -syscall(SYS.umount2, cstring(path), MNT_DETACH | UMOUNT_NOFOLLOW);
    if (error === EINVAL) break;
    if (error > 0) throw failedErrno(what, "umount2", error);
  }
  const left = lstatSync(path, { throwIfNoEntry: false });
  if (left === undefined) return;
  // ip-netns(8) removes whatever stands there; what somebody has put there is not ours to remove.
  if (!left.isFile() || left.size > 0) {
    throw new NsboxError(what, {
      cause: `"${path}" is no namespace, and no empty file`,
      code: "no-namespace",
    });
  }
  try {
    unlinkSync(path);
  } catch (error) {
    throw failedCall(what, "unlink", error);
  }
}
