/** An overlay over somebody else's files. */
import type { Parsed } from "../../cli/command.ts";
import { statOf } from "../../sys/files.ts";
import { MAP_CHOICES, MAP_OPTIONS } from "./map-options.ts";

/** Options that say which ids there are. */
const MAPS = [...MAP_OPTIONS.filter((long) => MAP_CHOICES[long] !== "root"), "join"];

/**
 * An ordinary user's namespace has one user, by itself: what belongs to another cannot even be copied up.
 * Undefined where there is nothing to note.
 */
export function ownerNote(input: Parsed, uid: number): string | undefined {
  const owner = statOf(input.rest[0] ?? "/")?.uid;
  if (uid === 0 || owner === undefined || owner === uid || MAPS.some((long) => input.has(long)))
    return undefined;
  return `ROOTFS belongs to user ${owner}: what is that user's is nobody's inside, and an overlay cannot change it`;
}
