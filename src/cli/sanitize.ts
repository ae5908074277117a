/** Text from outside, made safe to show on a terminal: see src/util/sanitize.ts. */
export * from "../util/sanitize.ts";
