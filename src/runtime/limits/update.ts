/** Limits of a container that runs, changed: all of them or none. See `nsbox update`. */
import { renameSync, writeFileSync } from "node:fs";
import { chooseLimits, controllerOf, type Refused } from "../../cgroup/choose.ts";
import { confWrite } from "../../cgroup/conf-write.ts";
import type { Hierarchy } from "../../cgroup/hierarchy.ts";
import { textAt } from "../../cgroup/look.ts";
import { readsBack } from "../../cgroup/read-back.ts";
import type { LimitsRequest } from "../../cgroup/request.ts";
import type { Write } from "../../cgroup/spelling.ts";
import { NsboxError } from "../../util/errors.ts";
import { failedCall } from "../containers/failed-call.ts";
import type { Container } from "../containers/settle.ts";
import { groupsOf } from "./groups.ts";
import { overridesIn } from "./overrides.ts";

/** One file to be written. */
interface Change {
  readonly option: string;
  readonly path: string;
  readonly write: Write;
  /** What is written to have it as it was. */
  readonly old: string;
}

/**
 * Sets what `request` asks for, and writes it down for later starts. Returns a sentence for each number that
 * the kernel made another of.
 * @throws NsboxError where one cannot be set; then all are as they were.
 */
export function updateLimits(container: Container, label: string, request: LimitsRequest): string[] {
  const changes = changesOf(container, label, request);
  const done: Change[] = [];
  const notes: string[] = [];
  try {
    let left = changes;
    // Of two limits that bound each other the order depends on whether they grow.
    for (let tries = 0; left.length > 0; tries++) {
      const failed: { change: Change; error: unknown }[] = [];
      for (const change of left) {
        try {
          writeFileSync(change.path, change.write.value);
          done.push(change);
        } catch (error) {
          failed.push({ change, error });
        }
      }
      const [first] = failed;
      if (first !== undefined && (tries === changes.length || failed.length === left.length)) {
        throw failure(first.change, label, first.error);
      }
      left = failed.map(({ change }) => change);
    }
    for (const change of changes) notes.push(...check(change, label));
    store(container.directory, changes);
  } catch (error) {
    putBack(done);
    throw error;
  }
  return notes;
}

function changesOf(container: Container, label: string, request: LimitsRequest): Change[] {
  const groups = groupsOf(container).map(
    ({ version, controllers, path }): Hierarchy => ({ version, controllers, point: path, own: "" }),
  );
  const lacks = (option: string, controllers: readonly (string | undefined)[]) =>
    new NsboxError(`Cannot set --${option} of container "${label}"`, {
      cause: `it has no cgroup of its own with the controller ${[...new Set(controllers)]
        .filter((name) => name !== undefined)
        .map((name) => `"${name}"`)
        .join(" or ")}`,
      hint: "`nsbox run` with this limit makes one",
      code: "no-controller",
    });
  const wanted: { option: string; point: string; writes: readonly Write[] }[] = [];
  for (const each of chooseLimits(request, groups)) {
    const { option } = each.limit;
    if (!("hierarchy" in each)) {
      const controllers = [each.limit.v1?.controller, each.limit.v2?.controller];
      throw each.only === undefined ? lacks(option, controllers) : onlyIn(each, label);
    }
    wanted.push({ option, point: each.hierarchy.point, writes: each.spelling.writes(request) });
  }
  for (const { file, value } of request.conf) {
    const controller = controllerOf(file);
    const point = groups.find(({ controllers }) => controllers.includes(controller))?.point;
    if (point === undefined) throw lacks(`cgroup-conf ${file}`, [controller]);
    wanted.push({ option: `cgroup-conf ${file}`, point, writes: [confWrite(file, value)] });
  }
  return wanted.flatMap(({ option, point, writes }) => {
    let found = false;
    return writes.flatMap((write): Change[] => {
      const path = `${point}/${write.file}`;
      const text = textAt(path);
      // Of two names of the same limit the first that is there is taken.
      if (found) return [];
      if (text === undefined && write.absent !== "error") return [];
      found = text !== undefined && write.absent === "next";
      return [{ option, path, write, old: oldValue(write, text ?? "") }];
    });
  });
}

/** A limit that the other version of cgroups has. */
const onlyIn = ({ limit: { option }, only }: Refused, label: string) =>
  new NsboxError(`Cannot set --${option} of container "${label}"`, {
    cause: `only cgroup v${only} has such a limit, and its cgroup is of the other version`,
    code: "no-limit",
  });

/** A limit of one disk: `8:0 …`, in a file with a line for each that has one. */
const DISK = /^(\d+:\d+) (.*)$/;

/** What has to be written for the file to read as it does now. */
function oldValue({ file, value }: Write, text: string): string {
  const [, disk] = DISK.exec(value) ?? [];
  // An empty cpuset of v2 is written as an empty line: of nothing at all no call is made.
  if (disk === undefined) return text.split("\n")[0] || "\n";
  const line = text.split("\n").find((each) => each.startsWith(`${disk} `));
  return line ?? `${disk} ${file === "io.max" ? "rbps=max wbps=max riops=max wiops=max" : "0"}`;
}

/** In the other order, and twice: see above. */
function putBack(done: readonly Change[]): void {
  for (let tries = 0; tries < 2; tries++) {
    for (const { path, old } of done.toReversed()) {
      try {
        writeFileSync(path, old);
      } catch {
        // The next time, or the container has ended.
      }
    }
  }
}

const EBUSY = "EBUSY";

function failure({ option, path, write }: Change, label: string, error: unknown): unknown {
  const title = `Cannot set --${option} of container "${label}"`;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === EBUSY && write.file.startsWith("memory.")) {
    return new NsboxError(title, {
      cause: "its processes use more memory than that, which cannot be taken from them (EBUSY)",
      errno: EBUSY,
    });
  }
  return failedCall(title, `write "${write.value}" to "${path}"`, error);
}

function check({ option, path, write }: Change, label: string): string[] {
  const text = textAt(path) ?? "";
  const reads = readsBack(write, text);
  if (reads === "same") return [];
  if (reads === "rounded") return [`${write.file}: ${write.reads} reads as ${text.trim()}`];
  throw new NsboxError(`Cannot set --${option} of container "${label}"`, {
    cause: `the kernel took "${write.value}", and "${path}" reads ${JSON.stringify(text.trim())}`,
    code: "not-as-written",
  });
}

/** The same setting: of files with a line for each disk, the same disk too. */
const keyOf = (path: string, value: string): string => `${path}\t${DISK.exec(value)?.[1] ?? ""}`;

function store(directory: string, changes: readonly Change[]): void {
  const file = overridesIn(directory);
  const kept = new Map<string, string>();
  for (const line of (textAt(file) ?? "").split("\n")) {
    const [path, value] = line.split("\t");
    if (path !== undefined && value !== undefined) kept.set(keyOf(path, value), line);
  }
  for (const { path, write } of changes) kept.set(keyOf(path, write.value), `${path}\t${write.value}`);
  try {
    writeFileSync(`${file}.new`, `${[...kept.values()].join("\n")}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch (error) {
    throw failedCall(`Cannot write down the limits in "${directory}"`, "write", error);
  }
}
