/** What is known of one process beyond a snapshot: asked of the kernel, or as a dump has it. */
import type { Parsed } from "../../cli/command.ts";
import { readDetails } from "../../ns/details.ts";
import type { Details, Mount, Process, Snapshot } from "../../ns/model.ts";
import { parseMountinfo } from "../../ns/mountinfo.ts";
import { procText } from "../../ns/proc-file.ts";

/** A mount table of 100,000 mounts takes some 20 MB. */
const LARGEST_TABLE = 1 << 26;

/** The details of a process; null where it has ended, or the dump has none. */
export const detailsOf = (input: Parsed, process: Process): Details | null =>
  process.details ?? (input.has("input") ? null : readDetails(process.pid));

/**
 * The mount table of a process; null where it may not be read. A dump has one a mount namespace, as some
 * process in it saw it; /proc has it as the process itself does, from its own root.
 */
export function mountsOf(input: Parsed, snapshot: Snapshot, process: Process): readonly Mount[] | null {
  if (!input.has("input")) {
    const text = procText(`/proc/${process.pid}/mountinfo`, LARGEST_TABLE);
    return text === null || text === "" ? null : parseMountinfo(text);
  }
  return snapshot.mounts?.[String(process.namespaces.mnt)] ?? null;
}
