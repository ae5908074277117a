/** The options of the command's network. */
import type { Flag } from "../../cli/command.ts";

/** The table, in the order of the help. */
export const networkFlags = (): readonly Flag[] => [];
