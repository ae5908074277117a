/** Cgroups of the tests' own, below one directory in each hierarchy, which goes with the tests. */
import { chownSync, existsSync, mkdirSync, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { AS_ROOT, hostProgram, type Person, textOf } from "./support.ts";

const HIERARCHIES = "/sys/fs/cgroup";
const CONTROLLERS = ["memory", "pids", "cpu", "cpuacct", "cpuset", "blkio", "freezer"] as const;

/** A controller of version 1. */
export type Controller = (typeof CONTROLLERS)[number];

/** Why limits of version 1 cannot be tested here; undefined where they can. */
export const NO_LIMITS: string | undefined = !AS_ROOT
  ? "needs root"
  : !CONTROLLERS.every((name) => existsSync(`${HIERARCHIES}/${name}/tasks`))
    ? "needs cgroup v1"
    : hostProgram("python3") === undefined
      ? "needs python3"
      : undefined;

const TOP = `nsbox-e2e-${process.pid}`;
let count = 0;

/** Removes a group with all below it. */
function remove(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) remove(join(directory, entry.name));
  }
  // What a test that failed left in it.
  for (const pid of textOf(join(directory, "cgroup.procs")).split("\n")) {
    if (pid !== "") process.kill(Number(pid), "SIGKILL");
  }
  rmdirSync(directory);
}

/** Removes all of them; for afterAll of each file. */
export function removeGroups(): void {
  for (const name of [...CONTROLLERS, "unified"]) {
    if (existsSync(`${HIERARCHIES}/${name}/${TOP}`)) remove(`${HIERARCHIES}/${name}/${TOP}`);
  }
}

/** A group of `who`'s own in each hierarchy, or in those that are named; its path there. */
export function ownGroup(who: Person, controllers: readonly string[] = CONTROLLERS): string {
  const path = `/${TOP}/${++count}`;
  for (const name of controllers) {
    const directory = `${HIERARCHIES}/${name}${path}`;
    mkdirSync(directory, { recursive: true });
    chownSync(directory, who.uid, who.uid);
    if (name !== "cpuset") continue;
    for (const parent of [`${HIERARCHIES}/cpuset/${TOP}`, directory])
      for (const file of ["cpuset.cpus", "cpuset.mems"])
        Bun.spawnSync(["sh", "-c", `cat ${HIERARCHIES}/cpuset/${file} > ${parent}/${file}`]);
  }
  return path;
}

/** The groups below `path` in the hierarchy of `controller`. */
export const groupsIn = (controller: string, path: string): string[] =>
  readdirSync(`${HIERARCHIES}/${controller}${path}`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

/** All groups below `path`, in whatever hierarchy. */
export const allGroupsIn = (path: string): string[] =>
  [...CONTROLLERS, "unified"].flatMap((name) =>
    existsSync(`${HIERARCHIES}/${name}${path}`) ? groupsIn(name, path).map((id) => `${name}/${id}`) : [],
  );

/** A file of the one group below `path`. */
export function fileIn(controller: Controller, path: string, file: string): string {
  const [id] = groupsIn(controller, path);
  return textOf(`${HIERARCHIES}/${controller}${path}/${id}/${file}`).trim();
}

/** Words that run a line of python. */
export const python = (lines: string): string[] => ["python3", "-c", lines];

/** Takes random bytes, ten million at a time, until it is killed. */
export const HUNGRY = python(`
source, kept = open("/dev/urandom", "rb"), b""
while True:
    kept += source.read(10_000_000)
    print(len(kept), flush=True)`);
