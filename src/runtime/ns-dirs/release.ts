/** What was made to bind namespaces in a directory, taken back. */
import { lstatSync, rmdirSync, unlinkSync } from "node:fs";
import { ownMounts } from "../../ns/own-mounts.ts";
import { SYS } from "../../sys/constants.ts";
import { cstring, syscall } from "../../sys/ffi.ts";
import { codeOf, failedErrno } from "../containers/failed-call.ts";
import { type NsDir, removeRecord } from "./records.ts";

const MNT_DETACH = 2;
const UMOUNT_NOFOLLOW = 8;

/** The mount points of this mount namespace, the last mounted last, with the filesystem's type. */
export const mountPoints = (): { point: string; type: string }[] =>
  ownMounts().map(({ path, type }) => ({ point: path, type }));

/** The directory is a mount of its own here. */
export const isMounted = (path: string): boolean => mountPoints().some(({ point }) => point === path);

/**
 * Unmounts all of it, removes the files that were made, the directory if it was made, and the record.
 * @throws NsboxError where it cannot be unmounted; then nothing was removed.
 */
export function releaseNsDir(found: NsDir): void {
  const { path, files, made } = found;
  if (path !== "" && isMounted(path)) {
    const error = -syscall(SYS.umount2, cstring(path), MNT_DETACH | UMOUNT_NOFOLLOW);
    if (error > 0) throw failedErrno(`Cannot release the namespaces in "${path}"`, "umount2", error);
  }
  if (path !== "") for (const kind of files) removeEmpty(`${path}/${kind}`);
  if (made) removeDirectory(path);
  removeRecord(found);
}

/** What somebody has written to since is not ours any more. */
function removeEmpty(file: string): void {
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (stat?.isFile() && stat.size === 0) unlinkSync(file);
}

function removeDirectory(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    if (!["ENOENT", "ENOTEMPTY", "ENOTDIR"].includes(codeOf(error))) throw error;
  }
}
