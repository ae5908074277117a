/** Whether namespaces may be bound in a directory: looked at before anything starts. */
import { closeSync, lstatSync, openSync } from "node:fs";
import type { KindName } from "../../ns/kinds.ts";
import { capabilityNumber } from "../../sys/capabilities.ts";
import { isCapable } from "../../sys/files.ts";
import { owningUserNamespace } from "../../sys/nsfs.ts";
import { NsboxError } from "../../util/errors.ts";
import { readNsDirs } from "./records.ts";
import { isMounted, mountPoints, releaseNsDir } from "./release.ts";

/**
 * Looks, and puts right what a killed nsbox left there.
 * @throws NsboxError where the caller may not mount, or `path` holds what is in the way.
 */
export function prepare(path: string, kinds: readonly KindName[]): void {
  checkRights(path);
  for (const found of readNsDirs().filter((each) => each.path === path)) {
    if (found.busy) throw refused(path, "another nsbox is binding namespaces there just now");
    if (found.kept && isMounted(path)) throw full(path, `\`nsbox ns release ${path}\` lets go of them`);
    releaseNsDir(found);
  }
  const bound = mountPoints().find(({ point, type }) => type === "nsfs" && isIn(path, point));
  if (bound !== undefined) throw full(path, `They are none of nsbox's: umount ${bound.point}`);
  const directory = lstatSync(path, { throwIfNoEntry: false });
  if (directory === undefined) return;
  if (!directory.isDirectory()) throw refused(path, "it is no directory");
  for (const kind of kinds) {
    const stat = lstatSync(`${path}/${kind}`, { throwIfNoEntry: false });
    if (stat !== undefined && !(stat.isFile() && stat.size === 0)) {
      throw refused(path, `"${kind}" is there already, and is no empty file`, "Take another directory");
    }
  }
}

const isIn = (directory: string, point: string): boolean =>
  point.startsWith(`${directory}/`) && !point.slice(directory.length + 1).includes("/");

const refused = (path: string, cause: string, hint?: string): NsboxError =>
  new NsboxError(`Cannot bind namespaces in "${path}"`, {
    cause,
    ...(hint === undefined ? {} : { hint }),
    code: "ns-dir",
  });

const full = (path: string, hint: string) => refused(path, "it holds bound namespaces already", hint);

/** CAP_SYS_ADMIN counts where the user namespace that owns the caller's mounts is the caller's, or below it. */
function checkRights(path: string): void {
  if (isCapable(capabilityNumber("SYS_ADMIN")) && ownsMounts()) return;
  throw refused(
    path,
    "that is a mount outside, and needs the capability CAP_SYS_ADMIN over the caller's mount namespace",
    "A process keeps namespaces too: `nsbox run -d --name keeper ROOTFS sleep infinity`, and then `nsbox exec keeper COMMAND`",
  );
}

function ownsMounts(): boolean {
  const mounts = openSync("/proc/self/ns/mnt", "r");
  const owner = owningUserNamespace(mounts);
  closeSync(mounts);
  if (owner >= 0) closeSync(owner);
  return owner >= 0;
}
