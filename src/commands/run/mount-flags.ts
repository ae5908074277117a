/** The options of `nsbox run` for mounts and devices. Called when nsbox is built. */
import type { Flag } from "../../cli/command.ts";
import { MASKS } from "../../sandbox/mounts/masks.ts";
import { mountOptionsHelp } from "../../sandbox/mounts/options.ts";
import { MOUNT_TYPES } from "../../sandbox/mounts/types.ts";

const MOUNTS = "Files and mounts";
const NOT_IN_ROOTFS = "Nothing is made in ROOTFS itself: it takes --overlay, --tmpfs, or ROOTFS none.";

/** The rows, in the order of the help. */
export const mountFlags = (): readonly Flag[] => [
  {
    long: "bind",
    short: "b",
    value: "SRC[:DST[:OPTIONS]]",
    multiple: true,
    group: MOUNTS,
    help: "Show a file or directory of the host inside",
    text: `DST is SRC where it is left out. A colon in a path is written \\:. A link as SRC is followed; one as DST is followed inside alone. OPTIONS, parted by commas, are rbind,nosuid,nodev,private unless others are given:\n\n${mountOptionsHelp()}`,
  },
  {
    long: "tmpfs",
    value: "DST[:OPTIONS]",
    multiple: true,
    group: MOUNTS,
    help: "Mount an empty filesystem in memory",
    text: "OPTIONS: size=64m, mode=755 and others of tmpfs(5); ro, noexec and others of --bind. A colon in DST is written \\:. It is nosuid,nodev,mode=1777 unless others are given.",
  },
  {
    long: "mount",
    value: "type=TYPE,…",
    multiple: true,
    group: MOUNTS,
    help: "Mount anything: type=…,source=…,target=…, and options",
    text: `A comma in a path is written \\,; in lowerdir a colon is written \\:. Types:\n\n${MOUNT_TYPES.map(({ name, help }) => `  ${name.padEnd(12)} ${help}`).join("\n")}`,
  },
  {
    long: "overlay",
    group: MOUNTS,
    help: "Keep changes to ROOTFS in memory, and forget them at the end",
    text: "What is mounted below ROOTFS does not appear inside then.",
  },
  {
    long: "overlay-dir",
    value: "UPPER:WORK",
    group: MOUNTS,
    help: "Keep changes to ROOTFS in the directory UPPER",
    text: "WORK is an empty directory on the same filesystem. ROOTFS itself stays as it is. A colon in a path is written \\:. What --dir and --symlink make is made in UPPER, and stays there.",
  },
  {
    long: "lower",
    value: "DIR",
    multiple: true,
    group: MOUNTS,
    help: "Lay a directory over ROOTFS, and over those before it",
    text: "The root is read-only then, unless --overlay or --overlay-dir says where changes go.",
  },
  { long: "read-only", group: MOUNTS, help: "Make the root read-only, mounts below ROOTFS included" },
  {
    long: "propagation",
    value: "KIND",
    group: MOUNTS,
    help: "Let mounts below ROOTFS come in: slave, shared; or private, unbindable",
    text: "With private, the default, nothing that is mounted later crosses. With slave what is mounted on the host below ROOTFS appears inside; shared hands it on to namespaces made inside, too. Nothing ever goes out.",
  },
  {
    long: "symlink",
    value: "TARGET:LINK",
    multiple: true,
    group: MOUNTS,
    help: "Make a symbolic link",
    text: NOT_IN_ROOTFS,
  },
  {
    long: "dir",
    value: "PATH[:MODE]",
    multiple: true,
    group: MOUNTS,
    help: "Make a directory",
    text: NOT_IN_ROOTFS,
  },
  {
    long: "file",
    value: "FD|TEXT:DST[:MODE]",
    multiple: true,
    group: MOUNTS,
    help: "Make a file of a descriptor's content, or of a text",
    text: "A number is a descriptor, and is read to its end. A colon in DST is written \\:. It is kept in memory, and bound over DST where that is not. A text gets no newline.",
  },
  {
    long: "device",
    value: "PATH[:DST[:rwm]]",
    multiple: true,
    group: MOUNTS,
    help: "Hand on a device, or a directory of devices",
    text: "A node is made in /dev where that is allowed; elsewhere, and in a user namespace, the host's is bound. Narrower rights than rwm take --device-rule. A colon in a path is written \\:.",
  },
  {
    long: "dev-bind",
    group: MOUNTS,
    help: "Show the host's whole /dev instead of the small one",
  },
  {
    long: "unmask",
    value: "PATH|ALL",
    multiple: true,
    group: MOUNTS,
    help: "Leave a path of /proc or /sys as it is",
    text: `PATH may be one of these or a directory above; ALL is all of them. By default these are hidden: ${list("hide")}; and these read-only: ${list("read-only")}. A path stands for those below it as well.`,
  },
];

function list(how: "hide" | "read-only"): string {
  return MASKS.filter((mask) => mask.how === how)
    .map(({ path }) => path)
    .join(", ");
}
