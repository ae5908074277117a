/** The options that say how libraries are looked for: the same in every command that does. */
import { HWCAPS, type Hwcaps } from "../../rootfs-tools/elf/cpu.ts";
import type { Flag, Parsed } from "../cli/command.ts";
import { UsageError } from "../util/errors.ts";

/** `--library-path`. */
export const LIBRARY_PATH_FLAG: Flag = {
  long: "library-path",
  short: "L",
  value: "DIRS",
  multiple: true,
  group: "Search",
  help: "Search DIRS (colon-separated) as LD_LIBRARY_PATH would be",
  text: "The variable itself is never looked at: it would make the result depend on who asks.",
};

/** Reads `--library-path`. */
export const readLibraryPath = (input: Parsed): string[] =>
  input.values("library-path").flatMap((list) => list.split(":"));

/** `--hwcaps`. */
export const HWCAPS_FLAG: Flag = {
  long: "hwcaps",
  value: "WHICH",
  group: "Search",
  help: "For which CPUs: base, host (the default) or all",
  text: "base takes what every CPU of the kind can run, host what this machine's loader picks, and all adds the variants of each level below \"glibc-hwcaps\" with what they need. For other architectures than this machine's, host is base.",
};

/** Reads `--hwcaps`. Throws UsageError for any other word. */
export function readHwcaps(input: Parsed): Hwcaps {
  const word = input.value("hwcaps") ?? "host";
  const known = HWCAPS.find((name) => name === word);
  if (known !== undefined) return known;
  throw new UsageError(`Option "--hwcaps" does not know "${word}"`, `It takes ${HWCAPS.join(", ")}`);
}
