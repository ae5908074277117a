/** Why a root filesystem could not be opened, or be given a mount point. */
import { accessSync, constants, lstatSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { findInRoot } from "../util/in-root.ts";
import type { Finding } from "./why-clone.ts";

const [ENOENT, EACCES, ENOTDIR, EROFS, EWOULDBLOCK] = [2, 13, 20, 30, 11];

/** The nearest directory on the way to `path` that exists but may not be searched. */
function closedDirectory(path: string): string | undefined {
  const parts: string[] = [];
  for (let at = resolve(path); at !== dirname(at); at = dirname(at)) parts.unshift(at);
  return parts.slice(0, -1).find((part) => {
    try {
      accessSync(part, constants.X_OK);
      return false;
    } catch {
      return true;
    }
  });
}

/** Why `open_root` failed. */
export function whyOpenRoot(root: string, errno: number): Finding {
  if (errno === ENOENT) {
    return { cause: "there is no such directory", hint: `\`nsbox build-rootfs /bin/sh ${root}\` makes one` };
  }
  if (errno === ENOTDIR && statSync(root, { throwIfNoEntry: false })?.isFile()) {
    return {
      cause: "it is a file, not a directory",
      hint: "Give the directory of an unpacked root filesystem",
    };
  }
  if (errno !== EACCES) return {};
  const closed = closedDirectory(root);
  return closed === undefined
    ? { cause: "it is not readable for this user" }
    : { cause: `directory "${closed}" may not be searched by this user` };
}

/** Why a mount point could not be had at `path` inside `root`. */
export function whyMountPoint(root: string, path: string, errno: number): Finding {
  const stat = lstatSync(`${root}${path}`, { throwIfNoEntry: false });
  if (stat?.isSymbolicLink()) {
    return {
      cause: "it is a symbolic link, and nothing is mounted through one",
      hint: `Make "${root}${path}" a directory`,
    };
  }
  if (stat !== undefined && !stat.isDirectory()) {
    return { cause: "it is there, but it is not a directory", hint: `Make "${root}${path}" a directory` };
  }
  if (stat === undefined && (errno === EACCES || errno === EROFS)) {
    return {
      cause: "it is absent, and this user may not make it",
      hint: `Make the directory "${root}${path}" beforehand`,
    };
  }
  return {};
}

/** Why `flock` on the root filesystem failed. */
export const whyLock = (errno: number): Finding =>
  errno === EWOULDBLOCK ? { cause: "another process holds an exclusive lock on it (flock)" } : {};

/** Why `chdir` inside failed. */
export function whyChdir(root: string, path: string, errno: number): Finding {
  if (errno === ENOENT && findInRoot(root, path) === undefined)
    return { cause: "there is no such directory inside" };
  return errno === ENOTDIR ? { cause: "it is not a directory" } : {};
}
