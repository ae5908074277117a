/** The options that limit what the command may use. */
import type { Flag } from "../../cli/command.ts";

/** The table, in the order of the help. */
export const limitFlags = (): readonly Flag[] => [];
