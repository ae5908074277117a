/** Everything in a tree that can be checked: one walk through its directories, links not followed. */
import { type Dirent, lstatSync, readdirSync } from "node:fs";
import { NsboxError } from "../../src/util/errors.ts";
import { errnoOf, wordsFor } from "../files/failure.ts";
import type { Host } from "../load/host.ts";
import type { Finding } from "./finding.ts";

/** What a tree holds. Paths are those inside. */
export interface Scan {
  readonly links: readonly string[];
  /** Files that may be programs, libraries or scripts. */
  readonly objects: readonly string[];
  /** The names of all of them, without directories. */
  readonly names: ReadonlySet<string>;
  /** Directories and files that cannot be read. */
  readonly findings: Finding[];
}

/** The largest distributions have some hundred thousand; a tree of more is not read to its end. */
const MOST_ENTRIES = 5_000_000;

/** What the kernel and running programs fill, and separate debug information, which nothing loads. */
const SKIPPED = new Set(["/proc", "/sys", "/dev", "/usr/lib/debug"]);

/** Names of objects that need no x bit. */
const OBJECT_NAME = /\.so(?:\.[^/]*)?$|\.node$/;

/** Walks through the whole tree. Throws NsboxError where it is too large. */
export function scan(host: Host): Scan {
  const found = { links: [] as string[], objects: [] as string[], names: new Set<string>() };
  const findings: Finding[] = [];
  const unreadable = (path: string, error: unknown): void => {
    const errno = errnoOf(error);
    if (errno === "") throw error;
    findings.push({ path, problem: "unreadable", what: path, why: wordsFor(errno) });
  };
  let count = 0;
  const pending = [""];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    let entries: Dirent[] = [];
    try {
      entries = readdirSync(host.onDisk(directory) || "/", { withFileTypes: true });
    } catch (error) {
      unreadable(directory || "/", error);
    }
    count += entries.length;
    if (count > MOST_ENTRIES) {
      throw new NsboxError(`Cannot verify "${host.prefix}"`, { cause: `more than ${MOST_ENTRIES} files` });
    }
    for (const entry of entries) {
      const path = `${directory}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!SKIPPED.has(path)) pending.push(path);
      } else if (entry.isSymbolicLink()) {
        found.links.push(path);
        found.names.add(entry.name);
      } else if (entry.isFile()) {
        try {
          const { mode, size } = lstatSync(host.onDisk(path));
          if (size === 0 || (!OBJECT_NAME.test(entry.name) && (mode & 0o111) === 0)) continue;
          found.objects.push(path);
          found.names.add(entry.name);
        } catch (error) {
          unreadable(path, error);
        }
      }
    }
  }
  return { ...found, findings };
}
