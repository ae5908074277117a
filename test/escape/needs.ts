/** What ways out need of the machine: each says what is missing, "" where nothing is. */
import { existsSync } from "node:fs";
import { hostProgram, SCRATCH, textOf } from "../e2e/support.ts";

/** Whether the filesystem for temporary files is mounted with one of those options. */
function scratchIs(...options: readonly string[]): boolean {
  const { stdout } = Bun.spawnSync(["findmnt", "-no", "OPTIONS", "-T", SCRATCH]);
  const own = stdout.toString().trim().split(",");
  return options.some((option) => own.includes(option));
}

export const NEEDS = {
  i386: () => (process.arch === "x64" ? "" : "there are no i386 calls on this machine"),
  tiocsti: () =>
    textOf("/proc/sys/dev/tty/legacy_tiocsti") === "0\n" ? "this kernel lets nobody type for others" : "",
  io_uring: () =>
    ["", "0\n"].includes(textOf("/proc/sys/kernel/io_uring_disabled")) ? "" : "io_uring is disabled here",
  loop: () => {
    if (!existsSync("/dev/loop-control")) return "there are no loop devices";
    if (hostProgram("mkfs.ext4") === undefined) return "mkfs.ext4 is not installed";
    return scratchIs("nodev") ? "temporary files are mounted nodev" : "";
  },
  setuid: () => (scratchIs("nosuid") ? "temporary files are mounted nosuid" : ""),
} as const satisfies Record<string, () => string>;

/** A name in that table. */
export type Need = keyof typeof NEEDS;
