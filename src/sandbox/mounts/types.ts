/** THE table of filesystem types that `--mount type=…` takes: what each needs, and how it is mounted. */
import type { KindName } from "../../ns/kinds.ts";
import { MOUNT_ATTR } from "../../plan/constants.ts";

/** One type. */
export interface MountType {
  readonly name: string;
  readonly help: string;
  /** As the kernel calls it, where that is another name. */
  readonly kernel?: string;
  /** Attributes unless options say otherwise. */
  readonly set: number;
  /** The filesystem's own options that are taken, and those it gets where they are not given. */
  readonly own: readonly string[];
  readonly usual: Readonly<Record<string, string>>;
  /** `source` names something of the host, and has to be there. */
  readonly source: "needed" | "none";
  /** In a user namespace the kernel wants this kind to be the command's own; `none`: refuses it altogether. */
  readonly needs?: KindName | "none";
  /** Things can be made in it. */
  readonly memory?: true;
}

const { MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC } = MOUNT_ATTR;
const SAFE = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
const DATA_ONLY = SAFE | MOUNT_ATTR_NOEXEC;

/** All of them. */
export const MOUNT_TYPES: readonly MountType[] = [
  {
    name: "bind",
    help: "a file or directory of the host",
    set: SAFE,
    own: [],
    usual: {},
    source: "needed",
  },
  {
    name: "tmpfs",
    help: "an empty filesystem in memory",
    set: SAFE,
    own: ["size", "nr_blocks", "nr_inodes", "mode", "uid", "gid", "huge"],
    usual: { mode: "1777" },
    source: "none",
    memory: true,
  },
  {
    name: "proc",
    help: "processes of the PID namespace",
    set: DATA_ONLY,
    own: ["hidepid", "gid", "subset"],
    usual: {},
    source: "none",
    needs: "pid",
  },
  {
    name: "sysfs",
    help: "devices, and interfaces of the network namespace; read-only unless rw",
    set: DATA_ONLY | MOUNT_ATTR_RDONLY,
    own: [],
    usual: {},
    source: "none",
    needs: "net",
  },
  {
    name: "devpts",
    help: "pseudoterminals",
    set: MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
    own: ["gid", "uid", "mode", "ptmxmode", "max", "newinstance"],
    usual: { ptmxmode: "0666", mode: "0620" },
    source: "none",
  },
  {
    name: "mqueue",
    help: "POSIX message queues of the IPC namespace",
    set: DATA_ONLY,
    own: [],
    usual: {},
    source: "none",
    needs: "ipc",
  },
  {
    name: "cgroup",
    kernel: "cgroup2",
    help: "the cgroup v2 tree; read-only unless rw",
    set: DATA_ONLY | MOUNT_ATTR_RDONLY,
    own: ["nsdelegate", "memory_recursiveprot"],
    usual: {},
    source: "none",
    needs: "cgroup",
  },
  {
    name: "overlay",
    help: "directories on top of each other: lowerdir=TOP:…:BOTTOM, upperdir=DIR,workdir=DIR for changes",
    set: SAFE,
    own: ["lowerdir", "upperdir", "workdir"],
    usual: {},
    source: "none",
  },
  {
    name: "squashfs",
    help: "an image file, by a loop device",
    set: SAFE | MOUNT_ATTR_RDONLY,
    own: [],
    usual: {},
    source: "needed",
    needs: "none",
  },
  {
    name: "erofs",
    help: "an image file",
    set: SAFE | MOUNT_ATTR_RDONLY,
    own: [],
    usual: {},
    source: "needed",
    needs: "none",
  },
];

/** Other tools' names for the same things, in `--mount`. */
export const TYPE_ALIASES: Readonly<Record<string, string>> = { cgroup2: "cgroup" };

/** Other tools' keys of `--mount`. */
export const KEY_ALIASES: Readonly<Record<string, string>> = {
  src: "source",
  dst: "target",
  destination: "target",
  "tmpfs-size": "size",
  "tmpfs-mode": "mode",
};
