/** What runs could leave on the machine, as lines to compare: before and after they must be the same. */

import { dlopen } from "bun:ffi";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { textOf, until } from "./support.ts";

const PR_SET_CHILD_SUBREAPER = 36;
/** Whatever outlives its parent becomes ours, so that no process of a run can get out of sight. */
dlopen("libc.so.6", { prctl: { args: ["int", "u64", "u64", "u64", "u64"], returns: "int" } }).symbols.prctl(
  PR_SET_CHILD_SUBREAPER,
  1,
  0,
  0,
  0,
);

/** State (`R`, `S`, `T`, …) and parent of a process, from proc_pid_stat(5); undefined where it has ended. */
export function processState(pid: number): { state: string; parent: number; fields: string[] } | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  if (stat === "") return undefined;
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0]!, parent: Number(fields[1]), fields };
}

/** The PIDs of all living processes below `ancestor` (by default this process). */
export function descendants(ancestor = process.pid): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const process = processState(Number(name));
    if (process !== undefined && process.state !== "Z") parents.set(Number(name), process.parent);
  }
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent === ancestor || (parent !== undefined && parent !== 0 && isBelow(parent));
  };
  return [...parents.keys()].filter(isBelow).sort((a, b) => a - b);
}

/** Waits until a program called `name` runs below process `ancestor`; returns its PID. */
export const programBelow = (ancestor: number, name: string): Promise<number> =>
  until(`${name} below process ${ancestor}`, () =>
    descendants(ancestor).find((pid) => textOf(`/proc/${pid}/comm`) === `${name}\n`),
  );

/** Every file below `directory`: path, mode, owner, size, and where a link leads. */
export function listing(directory: string): string[] {
  const lines: string[] = [];
  const visit = (path: string): void => {
    const { mode, uid, gid, size } = lstatSync(path);
    const link = (mode & 0o170000) === 0o120000;
    const isDirectory = (mode & 0o170000) === 0o040000;
    lines.push(
      `${path} ${mode.toString(8)} ${uid}:${gid} ${isDirectory ? "" : size} ${link ? readlinkSync(path) : ""}`,
    );
    if (isDirectory) for (const name of readdirSync(path).sort()) visit(join(path, name));
  };
  visit(directory);
  return lines;
}

/**
 * The cgroups that are named after nsbox; others come and go on a machine in use. So does the one below which all
 * runs with limits are: it goes with the last of them, of whatever test.
 */
function cgroups(): string[] {
  const find = ["find", "/sys/fs/cgroup", "-type", "d", "-name", "*nsbox*", "!", "-name", "nsbox"];
  return Bun.spawnSync(find, { stderr: "ignore" }).stdout.toString().split("\n").sort();
}

/** The records of mount points that are still to be removed from `tree`: see `csrc/record.c`. */
export function records(tree: string): string[] {
  const { ino, uid } = lstatSync(tree);
  const states = [
    "/run/nsbox",
    `/tmp/nsbox-${uid}`,
    join(process.env["XDG_RUNTIME_DIR"] ?? "/nowhere", "nsbox"),
  ];
  const found: string[] = [];
  for (const state of states) {
    try {
      for (const name of readdirSync(state))
        if (name.includes(`-${ino.toString(16)}-`)) found.push(join(state, name));
    } catch {
      // No such directory: no records.
    }
  }
  return found;
}

/** Everything that a run on `trees` could have left: files, mounts, records, cgroups, links, processes. */
export function traces(...trees: string[]): Record<string, unknown> {
  return {
    files: trees.flatMap(listing),
    records: trees.flatMap(records),
    mounts: readFileSync("/proc/self/mountinfo", "utf8").split("\n"),
    cgroups: cgroups(),
    links: readdirSync("/sys/class/net"),
    hostname: hostname(),
    processes: descendants(),
  };
}
