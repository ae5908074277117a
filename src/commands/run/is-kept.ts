import type { Parsed } from "../../cli/command.ts";

/** The container gets an id and a state directory. */
export const isKept = (input: Parsed): boolean => input.has("detach") || input.has("name");
