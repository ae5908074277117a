/**
 * Options that mean the same in every command that has them. Every command has `COMMON_FLAGS`; the
 * others are taken into a command's table by name.
 */
import type { Flag } from "./command.ts";

/** `-h` prints the options, `--help` the whole story. */
export const HELP: Flag = {
  long: "help",
  short: "h",
  group: "General",
  help: "Print help; --help tells more than -h",
};

/** The parser adds these to every table. */
export const COMMON_FLAGS: readonly Flag[] = [
  HELP,
  {
    long: "color",
    value: "WHEN",
    group: "General",
    help: "Use colours: auto, always or never",
    text: "With auto, the default, colours go to terminals only. See `nsbox help environment`.",
  },
];

/** For commands that print notes. */
export const QUIET: Flag = { long: "quiet", short: "q", group: "General", help: "Print no notes" };

/** For commands whose result, and whose error, a machine may want to read. */
export const JSON_FLAG: Flag = { long: "json", group: "General", help: "Print JSON, errors included" };
