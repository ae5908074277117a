/** The options of build-rootfs that say what is taken from where, and how the tree is made. */
import type { Flag } from "../../cli/command.ts";
import { JSON_FLAG, QUIET } from "../../cli/flags.ts";
import { HWCAPS_FLAG, LIBRARY_PATH_FLAG } from "../search-flags.ts";

const SEARCH = "Search";
const TREE = "Tree";

/** Where programs and libraries are looked for. */
export const SEARCH_FLAGS: readonly Flag[] = [
  {
    long: "root",
    value: "SYSROOT",
    group: SEARCH,
    help: "Take everything from the system below SYSROOT, of any architecture",
    text: "Its own loader, ld.so.cache and configuration count, and its links stay inside. PROGRAM and all other paths are those inside it; a relative one counts from its root.",
  },
  LIBRARY_PATH_FLAG,
  HWCAPS_FLAG,
];

/** How the tree is made. */
export const TREE_FLAGS: readonly Flag[] = [
  {
    long: "no-clobber",
    short: "n",
    group: TREE,
    help: "Keep every file that is there",
  },
  {
    long: "bare",
    group: TREE,
    help: "Add no /etc, /proc, /sys, /dev, /run, /tmp and /root",
    text: "Without it, a small /etc (passwd, group, nsswitch.conf, hosts) gives names to users and groups, and a tree with a shell but no hostname(1) gets a script that prints the name. Existing files are never overwritten by these.",
  },
  {
    long: "owner",
    value: "UID[:GID]",
    group: TREE,
    help: "Give every file to UID and GID",
    text: "In numbers. Setuid and setgid bits that would then mean another user or group are dropped. GID is UID where it is left out.",
  },
  {
    long: "squash-owner",
    group: TREE,
    help: "Give every file to root, in a directory to the caller",
    text: "For those who are not root: a directory then needs no note about owners that could not be kept, and an archive has files of root only.",
  },
  {
    long: "no-verify",
    group: TREE,
    help: "Do not look at the finished tree once more",
    text: "A tree in a directory is resolved again with itself as the root: every program, link and interpreter must hold there, else the directory stays as it was. See nsbox-verify-rootfs(1).",
  },
  { long: "dry-run", group: TREE, help: "List what would be there, write nothing" },
];

/** What is told. */
export const REPORT_FLAGS: readonly Flag[] = [
  {
    long: "from",
    value: "FILE",
    help: "Read options, programs and target from a TOML file",
    text: "Each long option is a key: a switch is true, an option with a value is text or a number, one that may be repeated is a list too, and NAME=VALUE may be a table. `programs` is a list, `target` a path, `trace` a list of words. Relative paths in it count from the file's directory. What stands on the command line comes on top, or replaces what can be given once.",
  },
  {
    ...JSON_FLAG,
    text: "It says of every file why it is there: who needs it, and the rule it was found by.",
  },
  QUIET,
];
