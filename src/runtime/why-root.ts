/** Why a root filesystem could not be opened, or be given a mount point. */
import { accessSync, constants, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { findInRoot, lookAt } from "../util/in-root.ts";
import type { Finding } from "./why-clone.ts";

const [ENOENT, EACCES, ENOTDIR, EROFS, EWOULDBLOCK, ELOOP] = [2, 13, 20, 30, 11, 40];

/** The nearest directory on the way to `path` that exists but may not be searched. */
export function closedDirectory(path: string): string | undefined {
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

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Why `open_root` failed. */
export function whyOpenRoot(root: string, command: string, errno: number): Finding {
  if (errno === ENOENT && /^[\d.:-]*\d:\d+(\/\w+)?$/.test(root)) {
    return {
      cause: "there is no such directory; -p is the PID namespace here",
      hint: `A port is published by --publish ${root}`,
    };
  }
  if (errno === ENOENT && /^\d+(\.\d+)?[kmg]i?b?$/i.test(root)) {
    return {
      cause: "there is no such directory; -m is the mount namespace here",
      hint: `Memory is limited by --memory ${root}`,
    };
  }
  if (errno === ENOENT) {
    return { cause: "there is no such directory", hint: `\`nsbox build-rootfs /bin/sh ${root}\` makes one` };
  }
  if (errno === ENOTDIR && isFile(root)) {
    return {
      cause: "it is a file, not a directory",
      hint: lookAt(command)?.isDirectory()
        ? `ROOTFS comes first: \`nsbox run ${command} ${root}\``
        : "Give the directory of an unpacked root filesystem",
    };
  }
  if (errno !== EACCES) return {};
  const closed = closedDirectory(root);
  return closed === undefined
    ? { cause: "it is not readable for this user" }
    : { cause: `directory "${closed}" may not be searched by this user` };
}

/** Why a mount point could not be had at `path` inside `root`; `follow`: through links, too. */
export function whyMountPoint(
  root: string,
  path: string,
  follow: boolean,
  states: readonly string[],
  errno: number,
): Finding {
  const found = follow ? findInRoot(root, path) : `${root}${path}`;
  const stat = found === undefined ? undefined : lookAt(found);
  if (follow && errno === ELOOP) {
    return {
      cause: "links on the way lead in a circle, or cannot be followed safely without openat2 (Linux 5.6)",
    };
  }
  const lost = follow && stat === undefined ? lostLink(root, path) : undefined;
  if (lost !== undefined) return { cause: `"${lost}" is a symbolic link that leads nowhere inside` };
  if (stat?.isSymbolicLink()) {
    return {
      cause: "it is a symbolic link, and nothing is mounted through one",
      hint: `Make "${root}${path}" a directory`,
    };
  }
  if (stat !== undefined && !stat.isDirectory()) {
    return { cause: "it is there, but it is not a directory", hint: `Make "${root}${path}" a directory` };
  }
  if (errno === ENOTDIR) return { cause: "a file stands on the way to it, where a directory should be" };
  const records = stat === undefined ? whyNoRecords(states) : undefined;
  if (records !== undefined) {
    return {
      cause: `it is absent, and what is made there is recorded ${records}`,
      hint: `Make the directory "${root}${path}" beforehand`,
    };
  }
  if (stat === undefined && (errno === EACCES || errno === EROFS)) {
    return {
      cause: "it is absent, and this user may not make it",
      hint: `Make the directory "${root}${path}" beforehand, or keep changes in memory with "--overlay"`,
    };
  }
  if (stat === undefined && errno === ENOENT) {
    return {
      cause: "it is absent, and in a ROOTFS that is the root here nothing is made",
      hint: `Make it beforehand, or keep changes in memory with "--overlay"`,
    };
  }
  return {};
}

/** The link on the way to `path` that leads nowhere. */
function lostLink(root: string, path: string): string | undefined {
  const parts = path.split("/");
  const ways = parts.map((_, index) => parts.slice(0, index + 1).join("/"));
  return ways.find(
    (way) => findInRoot(root, way) === undefined && lookAt(`${root}${way}`)?.isSymbolicLink() === true,
  );
}

/** What keeps this user from every one of the directories of records; undefined where one may be used. */
function whyNoRecords(states: readonly string[]): string | undefined {
  const words = [...new Set(states)].map((state) => [state, whyNoRecord(state)]);
  if (words.some(([, why]) => why === undefined)) return undefined;
  return words.map(([state, why]) => `in "${state}", but ${why}`).join("; or ");
}

/** What keeps this user from one; undefined where nothing does. */
function whyNoRecord(state: string): string | undefined {
  const stat = lookAt(state);
  if (stat === undefined) {
    const parent = dirname(state);
    if (!lookAt(parent)?.isDirectory()) return `"${parent}" is no directory`;
    return isWritable(parent) ? undefined : `"${parent}" is not writable for this user`;
  }
  if (!stat.isDirectory()) return "that is no directory";
  if (stat.uid !== process.geteuid?.()) return "that belongs to another user";
  return isWritable(state) ? undefined : "that is not writable";
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
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
