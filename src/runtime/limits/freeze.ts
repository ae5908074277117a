/**
 * Containers stopped in their tracks and let go on: by cgroup.freeze of v2, or v1's freezer. See the kernel's
 * admin-guide/cgroup-v2, and cgroup-v1/freezer-subsystem.
 */
import { closeSync, openSync, rmSync, writeFileSync } from "node:fs";
import { textAt } from "../../cgroup/look.ts";
import { SYS } from "../../sys/constants.ts";
import { syscall } from "../../sys/ffi.ts";
import { NsboxError } from "../../util/errors.ts";
import { failedCall } from "../containers/failed-call.ts";
import { type Group, type Grouped, groupsOf } from "./groups.ts";

/** How long a process may stay in the kernel where it cannot be frozen, in milliseconds. */
const PATIENCE = 10_000;
/** v1 tells nobody when all are frozen: it is asked again, after as many milliseconds. */
const PAUSE = 5;
const POLLPRI = 2;
const SIGNAL_SET = 8;

/** What freezes a container. */
interface Freezer {
  readonly file: string;
  readonly frozen: string;
  readonly thawed: string;
  /** Where it is told whether all of it is. */
  readonly told: string;
  isFrozen(told: string): boolean;
}

function freezerOf(groups: readonly Group[]): Freezer | undefined {
  const v1 = groups.find(({ version, controllers }) => version === 1 && controllers.includes("freezer"));
  if (v1 !== undefined) {
    const file = `${v1.path}/freezer.state`;
    return {
      file,
      frozen: "FROZEN",
      thawed: "THAWED",
      told: file,
      isFrozen: (told) => told.trim() === "FROZEN",
    };
  }
  const v2 = groups.find(({ version }) => version === 2);
  if (v2 === undefined) return undefined;
  return {
    file: `${v2.path}/cgroup.freeze`,
    frozen: "1",
    thawed: "0",
    told: `${v2.path}/cgroup.events`,
    isFrozen: (told) => /^frozen 1$/m.test(told),
  };
}

/** They are frozen, or are being. */
export function isFrozen(groups: readonly Group[]): boolean {
  const freezer = freezerOf(groups);
  if (freezer === undefined) return false;
  const state = textAt(freezer.file)?.trim();
  return state === freezer.frozen || state === "FREEZING";
}

/** The container's are. */
export const isPaused = (container: Grouped, mounts?: Parameters<typeof groupsOf>[1]): boolean =>
  isFrozen(groupsOf(container, mounts));

/** Whoever comes into this group stands still, for it or a group above it is frozen. */
export function standsStill({ path, version }: { readonly path: string; readonly version: 1 | 2 }): boolean {
  if (version === 1) return /^FR(?:OZEN|EEZING)/.test(textAt(`${path}/freezer.state`) ?? "");
  return (
    /^frozen 1$/m.test(textAt(`${path}/cgroup.events`) ?? "") ||
    textAt(`${path}/cgroup.freeze`)?.trim() === "1"
  );
}

function needed(container: Grouped, label: string, what: string): Freezer {
  const freezer = freezerOf(groupsOf(container));
  if (freezer !== undefined) return freezer;
  throw new NsboxError(`Cannot ${what} container "${label}"`, {
    cause: "it has no cgroup of its own that could be frozen",
    hint: "A new one gets one where this user may make cgroups: `nsbox check` tells",
    code: "no-freezer",
  });
}

function write(file: string, value: string, label: string, what: string): void {
  try {
    writeFileSync(file, value);
  } catch (error) {
    throw failedCall(`Cannot ${what} container "${label}"`, "write", error);
  }
}

/** Waits until the kernel says that `told` has changed, or `left` milliseconds. */
function awaitChange(file: number, left: number): void {
  const polled = new Int32Array([file, POLLPRI]);
  const time = new BigInt64Array([0n, BigInt(Math.ceil(Math.min(left, 999) * 1e6))]);
  syscall(SYS.ppoll, polled, 1, time, 0, SIGNAL_SET);
}

/**
 * Freezes a container, and waits until all of it is.
 * @throws NsboxError where it has nothing to be frozen by, or a process of it cannot be; then it goes on.
 */
export async function pause(container: Grouped, label: string): Promise<void> {
  const freezer = needed(container, label, "pause");
  const events = freezer.told === freezer.file ? undefined : openSync(freezer.told, "r");
  const deadline = performance.now() + PATIENCE;
  try {
    write(freezer.file, freezer.frozen, label, "pause");
    for (;;) {
      if (freezer.isFrozen(textAt(freezer.told) ?? "")) return;
      const left = deadline - performance.now();
      if (left <= 0) break;
      if (events !== undefined) {
        // What is read by the descriptor itself is what poll(2) compares with.
        syscall(SYS.read, events, new Uint8Array(256), 256);
        if (!freezer.isFrozen(textAt(freezer.told) ?? "")) awaitChange(events, left);
      } else {
        await Bun.sleep(PAUSE);
        // A process that was about to start another may have slipped through: it is asked for once more.
        if (textAt(freezer.told)?.trim() === "FREEZING") write(freezer.file, freezer.frozen, label, "pause");
      }
    }
    write(freezer.file, freezer.thawed, label, "resume");
  } finally {
    if (events !== undefined) closeSync(events);
  }
  throw new NsboxError(`Cannot pause container "${label}"`, {
    cause: `a process of it is held in the kernel, and cannot be frozen within ${PATIENCE / 1000} seconds`,
    code: "not-frozen",
  });
}

/** Lets a container go on. @throws NsboxError where it may not be. */
export function resume(container: Grouped, label: string): void {
  const { file, thawed } = needed(container, label, "resume");
  write(file, thawed, label, "resume");
}

/**
 * Lets it go on where it is frozen, for its end: with v1 even SIGKILL waits for that. Whether it worked, what
 * comes then will show.
 */
export function thaw(container: Grouped): void {
  const freezer = freezerOf(groupsOf(container));
  if (freezer === undefined) return;
  const state = textAt(freezer.file)?.trim();
  if (state === freezer.thawed) return;
  try {
    writeFileSync(freezer.file, freezer.thawed);
  } catch {
    // The group has gone meanwhile.
  }
}

/** v1 tells nobody that a group was frozen: those who follow events see a file come and go. */
export function tellFollowers(directory: string, paused: boolean): void {
  try {
    if (paused) writeFileSync(`${directory}/paused`, "", { mode: 0o600 });
    else rmSync(`${directory}/paused`, { force: true });
  } catch {
    // A full disk: what counts is what the kernel says.
  }
}
