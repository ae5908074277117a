/**
 * Where vm.memfd_noexec forbids executable memory files: a file that has no name any more, in the first
 * directory that may hold programs. See memfd_create(2), and the kernel's documentation of the sysctl.
 */

import { accessSync, closeSync, constants, openSync, unlinkSync } from "node:fs";
import type { EncodedPlan } from "../plan/plan.ts";
import type { NsboxError } from "../util/errors.ts";
import { execute, writeParts } from "./launch.ts";
import { launchFailure } from "./launch-failure.ts";

const EACCES = 13;

/**
 * After a launch that came back with minus an errno: launches from an unlinked file where a memfd was
 * refused, and returns the error of whichever failed last.
 */
export function launchAgain(plan: EncodedPlan, name: string, failed: number): NsboxError {
  const file = failed === -EACCES ? unlinkedFile() : undefined;
  if (file === undefined) return launchFailure(-failed);
  const error = writeParts(file.write, plan, {});
  closeSync(file.write);
  return launchFailure(-(error < 0 ? error : execute(file.execute, name)));
}

/** One file, open twice: the kernel executes nothing that is open for writing. */
interface UnlinkedFile {
  readonly write: number;
  readonly execute: number;
}

/** Undefined where no directory would do. The name holds the PID, so that no two runs meet. */
function unlinkedFile(session = process.env["XDG_RUNTIME_DIR"]): UnlinkedFile | undefined {
  for (const directory of [session, "/run", "/tmp"]) {
    if (!directory) continue;
    const path = `${directory}/.nsbox-${process.pid}-${Bun.nanoseconds()}`;
    try {
      const write = openSync(path, "wx", 0o700);
      try {
        accessSync(path, constants.X_OK); // fails where the filesystem is mounted noexec
        return { write, execute: openSync(path, "r") };
      } catch {
        closeSync(write);
      } finally {
        unlinkSync(path);
      }
    } catch {
      // Not writable: the next one.
    }
  }
  return undefined;
}
