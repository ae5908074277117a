/** What the helper says where the kernel refuses to bind a mount namespace: `csrc/persist.c` knows why. */
import type { Parsed } from "../../cli/command.ts";

const NOTE =
  "note: The mount namespace is not bound: by the kernel's numbers it is older than the caller's own, which is not the machine's first\n";

/** The line, or nothing where notes are not wanted. */
export const otherwise = (input: Parsed): string => (input.has("quiet") ? "" : NOTE);
